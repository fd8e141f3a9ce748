"""The addresses of coming in. The names are those under which allauth looks for them."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.webauthn import views as passkeys
from django.urls import path

from accounts.entrance import views

urlpatterns = [
    path("sign-in/", account.login, name="sign_in"),
    path("sign-in/", account.login, name="account_login"),
    path("sign-in/passkey", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("sign-in/second-step", factors.authenticate, name="mfa_authenticate"),
    path("sign-in/closed", account.account_inactive, name="account_inactive"),
    path("sign-in/again", account.reauthenticate, name="account_reauthenticate"),
    path("sign-in/again/code", factors.reauthenticate, name="mfa_reauthenticate"),
    path(
        "sign-in/again/passkey",
        passkeys.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("sign-in/reset", account.password_reset, name="account_reset_password"),
    path(
        "sign-in/reset/code",
        account.confirm_password_reset_code,
        name="account_confirm_password_reset_code",
    ),
    path(
        "sign-in/reset/password",
        account.complete_password_reset,
        name="account_complete_password_reset",
    ),
    path(
        "sign-in/reset/done",
        account.password_reset_from_key_done,
        name="account_password_reset_completed",
    ),
    path("sign-up/", account.signup, name="account_signup"),
    path("sign-up/code", account.email_verification_sent, name="account_email_verification_sent"),
    path("sign-up/again", views.start_again, name="start_again"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("sign-out/", views.sign_out, name="account_logout"),
]
