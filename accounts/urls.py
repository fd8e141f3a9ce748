"""The addresses of signing in and out, and of the settings."""

from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path
from django.views.generic import RedirectView

from accounts.profile import views as profile

urlpatterns = [
    path("settings/", RedirectView.as_view(pattern_name="profile_settings"), name="settings"),
    path("settings/profile", profile.edit_profile, name="profile_settings"),
    path("language/setlang/", profile.set_language, name="set_language"),
    path(
        "sign-in/",
        LoginView.as_view(template_name="accounts/sign_in.html", redirect_authenticated_user=True),
        name="sign_in",
    ),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("", include("accounts.mail.urls")),
]
