"""The addresses of privacy."""

from __future__ import annotations

from django.urls import path

from accounts.privacy import views

urlpatterns = [
    path("privacy", views.show_privacy, name="privacy"),
    path("settings/privacy", views.show_own_privacy, name="privacy_settings"),
    path("settings/privacy/delete", views.delete, name="delete_account"),
    path("settings/privacy/export", views.ask, name="ask_for_export"),
    path("settings/privacy/export/<int:pk>", views.fetch_export, name="fetch_export"),
]
