"""The addresses of what keeps an account safe. Names are those that allauth looks for."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.urls import path
from django.views.generic import RedirectView

from accounts.security import views

urlpatterns = [
    path("settings/security", views.show_security, name="mfa_index"),
    path("settings/security/email", account.email, name="account_email"),
    path("settings/security/password", account.password_change, name="account_change_password"),
    path("settings/security/password/first", account.password_set, name="account_set_password"),
    path("settings/security/authenticator", totp.activate_totp, name="mfa_activate_totp"),
    path(
        "settings/security/authenticator/remove", totp.deactivate_totp, name="mfa_deactivate_totp"
    ),
    path("settings/security/codes", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "settings/security/codes/new",
        codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "settings/security/codes/file",
        codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path(
        "settings/security/passkeys",
        RedirectView.as_view(pattern_name="mfa_index"),
        name="mfa_list_webauthn",
    ),
    path("settings/security/passkeys/add", views.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path(
        "settings/security/passkeys/<int:pk>/name",
        passkeys.edit_webauthn,
        name="mfa_edit_webauthn",
    ),
    path(
        "settings/security/passkeys/<int:pk>/remove",
        views.RemovePasskey.as_view(),
        name="mfa_remove_webauthn",
    ),
    path("settings/sessions", views.list_sessions, name="usersessions_list"),
    path("settings/sessions/<int:pk>/end", views.end_one_session, name="end_session"),
    path("settings/sessions/end-others", views.end_other_sessions, name="end_other_sessions"),
]
