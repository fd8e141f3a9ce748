"""What allauth tells people, in our words. Its own are never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# Of forms; the keys are allauth's. One sentence for a wrong name and a wrong password: which of
# the two it was is nobody's business.
_NO_MATCH = _("That name or address and that password do not belong together.")
_TOO_MANY = _("That was tried too often. Wait for a few minutes, and try again.")

REFUSALS: dict[str, _StrPromise] = {
    "account_inactive": _("This account is closed."),
    "cannot_remove_primary_email": _("An account keeps the address that it is reached by."),
    "duplicate_email": _("That is the address of your account already."),
    "email_password_mismatch": _NO_MATCH,
    "username_password_mismatch": _NO_MATCH,
    "phone_password_mismatch": _NO_MATCH,
    "email_taken": _("This address cannot be used. Choose another one."),
    "enter_current_password": _("That is not your password of today."),
    "incorrect_code": _("That is not the code. Look again, or ask for a new one."),
    "incorrect_password": _("That is not your password."),
    "invalid_or_expired_key": _NO_MATCH,
    "invalid_login": _NO_MATCH,
    "invalid_password_reset": _NO_MATCH,
    "max_email_addresses": _("An account has one address."),
    "phone_taken": _NO_MATCH,
    "too_many_login_attempts": _TOO_MANY,
    "unknown_email": _NO_MATCH,
    "unknown_phone": _NO_MATCH,
    "unverified_primary_email": _("Confirm your address first."),
    "username_blacklisted": _("This user name is kept for the site. Choose another one."),
    "username_taken": _("This user name is taken."),
    "select_only_one": _("Choose one of the two."),
    "same_as_current": _("That is what it is already."),
    "rate_limited": _TOO_MANY,
}

SECOND_FACTOR_REFUSALS: dict[str, _StrPromise] = {
    "add_email_blocked": _("Switch two-step sign-in off before you change your address."),
    "cannot_delete_authenticator": _("Who works for the site keeps a second factor."),
    "cannot_generate_recovery_codes": _("Recovery codes go with an authenticator or a passkey."),
    "incorrect_code": REFUSALS["incorrect_code"],
    "unverified_email": _("Confirm your e-mail address first."),
}

# Above the next page; the keys are the templates that allauth would use. What is not here is
# not said: the page itself says it.
MESSAGES: dict[str, _StrPromise] = {
    "account/messages/email_confirmed.txt": _("Your address is confirmed."),
    "account/messages/email_confirmation_failed.txt": REFUSALS["email_taken"],
    "account/messages/logged_out.txt": _("You are signed out."),
    "account/messages/password_changed.txt": _("Your new password is set."),
    "account/messages/password_set.txt": _("Your new password is set."),
    "account/messages/unverified_primary_email.txt": REFUSALS["unverified_primary_email"],
    "mfa/messages/recovery_codes_generated.txt": _("Keep your recovery codes in a safe place."),
    "mfa/messages/totp_activated.txt": _("Your authenticator is set up."),
    "mfa/messages/totp_deactivated.txt": _("Your authenticator is no longer asked for."),
    "mfa/messages/webauthn_added.txt": _("Your passkey is set up."),
    "mfa/messages/webauthn_removed.txt": _("The passkey no longer opens your account."),
    "usersessions/messages/sessions_logged_out.txt": _("All other sessions are ended."),
}
