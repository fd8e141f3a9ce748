"""The addresses of choosing mails."""

from __future__ import annotations

from django.urls import path

from accounts.mail.views import show_mail_settings, unsubscribe

urlpatterns = [
    path("settings/mail", show_mail_settings, name="mail_settings"),
    path("mail/unsubscribe/<str:token>/", unsubscribe, name="unsubscribe"),
]
