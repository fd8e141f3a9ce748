"""The addresses of coming in, and of the settings."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView

from accounts.conduct.views import end_own_looking
from accounts.profile import views as profile

urlpatterns = [
    path("", include("accounts.entrance.urls")),
    path("settings/", RedirectView.as_view(pattern_name="profile_settings"), name="settings"),
    path("settings/profile", profile.edit_profile, name="profile_settings"),
    path("", include("accounts.security.urls")),
    path("language/setlang/", profile.set_language, name="set_language"),
    path("", include("accounts.mail.urls")),
    path("", include("accounts.privacy.urls")),
    path("looking/end", end_own_looking, name="end_looking"),
]
