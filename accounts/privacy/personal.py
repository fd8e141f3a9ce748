"""What this app keeps about people."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.privacy.kept import Cookie, Fate, Kept, NotPersonal, keep

_ACCOUNT = _("as long as the account")
_HIDDEN = "a secret, which is stored hashed or encrypted"
_OF_APPLICATIONS = {
    "name": _("name"),
    "application": _("application"),
    "client_id": _("client ID"),
    "client_type": _("kind of client"),
    "authorization_grant_type": _("how it asks for leave"),
    "redirect_uris": _("where it leads back"),
    "post_logout_redirect_uris": _("where it leads back"),
    "allowed_origins": _("where it leads back"),
    "scope": _("what it may do"),
    "created": _("made"),
    "updated": _("changed"),
    "expires": _("ends"),
}
_FOR_SIGN_IN = _("To let you in, and nobody else.")


def register() -> None:
    """Add this app's tables to the register."""
    keep(
        Kept(
            name="account",
            model="accounts.User",
            title=_("Your account"),
            why=_("To know you again, to show your name, and to speak your language."),
            how_long=_ACCOUNT,
            fate=Fate.NAMELESS,
            owner="pk",
            columns=(
                "username",
                "display_name",
                "email",
                "language",
                "time_zone",
                "visibility",
                "date_joined",
                "last_login",
                "suspended",
                "is_staff",
                "is_superuser",
                "is_active",
            ),
            left_out={"password": _HIDDEN},
        ),
        Kept(
            name="given_up_names",
            model="accounts.GivenUpName",
            title=_("User names that you gave up"),
            why=_(
                "Old buttons carry them: nobody else may ever take one. Only a fingerprint is"
                " kept, from which nobody can read the name."
            ),
            how_long=_("for good"),
            fate=Fate.NAMELESS,
            columns=("digest",),
        ),
        Kept(
            name="email_addresses",
            model="account.EmailAddress",
            title=_("Your e-mail address"),
            why=_("To send you codes, and word of what happens to your account and your money."),
            how_long=_ACCOUNT,
            fate=Fate.GONE,
            columns=("email", "verified", "primary"),
            called={
                "email": _("e-mail address"),
                "verified": _("confirmed"),
                "primary": _("the one in use"),
            },
        ),
        Kept(
            name="second_factors",
            model="mfa.Authenticator",
            title=_("Authenticators, passkeys, recovery codes"),
            why=_FOR_SIGN_IN,
            how_long=_("until you remove them"),
            fate=Fate.GONE,
            columns=("type", "created_at", "last_used_at"),
            called={
                "type": _("kind"),
                "created_at": _("set up"),
                "last_used_at": _("last used"),
            },
            left_out={"data": _HIDDEN},
        ),
        Kept(
            name="sessions",
            model="usersessions.UserSession",
            title=_("Your sessions"),
            why=_("To show you where you are signed in, and to end what is not yours."),
            how_long=_("30 days at most"),
            fate=Fate.GONE,
            columns=("ip", "user_agent", "created_at", "last_seen_at"),
            called={
                "ip": _("network address"),
                "user_agent": _("what the browser says of itself"),
                "created_at": _("signed in"),
                "last_seen_at": _("last used"),
            },
            left_out={
                "session_key": _HIDDEN,
                "data": "is empty",
            },
        ),
        Kept(
            name="mails",
            model="accounts.Mail",
            title=_("Mails that we sent you"),
            why=_("To send each once, and again where a server was not there."),
            how_long=_("60 days; what they say only until they are sent"),
            fate=Fate.GONE,
            columns=("kind", "address", "state", "queued_at", "ended_at", "attempts", "error"),
            left_out={
                "key": "a number",
                "context": "is empty once the mail is sent",
                "priority": "follows from the kind",
                "due_at": "is over once the mail is sent",
            },
        ),
        Kept(
            name="unwanted_mails",
            model="accounts.UnwantedKind",
            title=_("Mails that you do not want"),
            why=_("Not to send them."),
            how_long=_ACCOUNT,
            fate=Fate.GONE,
            columns=("kind",),
        ),
        Kept(
            name="unconfirmed_sign_up",
            model="accounts.UnconfirmedSignUp",
            title=_("A sign-up that waits for its code"),
            why=_("To drop it if nobody confirms it."),
            how_long=_("two days"),
            fate=Fate.GONE,
            columns=("begun_at",),
        ),
        Kept(
            name="exports",
            model="accounts.Export",
            title=_("Exports that you asked for"),
            why=_("To hand them to you."),
            how_long=_("seven days"),
            fate=Fate.GONE,
            columns=("asked_at", "ready_at", "expires_at", "size"),
            left_out={
                "language": "that of your account",
                "chunks": "how it lies in the table",
            },
        ),
        Kept(
            name="applications",
            model="accounts.Application",
            title=_("Applications that you registered"),
            why=_("To let programs ask people for leave."),
            how_long=_("until you delete them"),
            fate=Fate.GONE,
            columns=(
                "name",
                "description",
                "client_id",
                "client_type",
                "authorization_grant_type",
                "redirect_uris",
                "post_logout_redirect_uris",
                "allowed_origins",
                "created",
                "updated",
            ),
            called=_OF_APPLICATIONS,
            left_out={
                "client_secret": _HIDDEN,
                "hash_client_secret": "a switch of the program",
                "registration_source": "a switch of the program",
                "cimd_expires_at": "a switch of the program",
                "skip_authorization": "a switch of the program",
                "algorithm": "a switch of the program",
            },
        ),
        Kept(
            name="applications_allowed",
            model="oauth2_provider.AccessToken",
            title=_("Applications that act for you"),
            why=_("To let them do what you allowed, and nothing else."),
            how_long=_("until you revoke them"),
            fate=Fate.GONE,
            columns=("application__name", "scope", "created", "updated", "expires"),
            called=_OF_APPLICATIONS,
            left_out={
                "token": _HIDDEN,
                "token_checksum": _HIDDEN,
                "id_token": "there is none",
                "source_refresh_token": "there is none",
                "resource": "is empty",
            },
        ),
        Kept(
            name="kept_answers",
            model="accounts.KeptAnswer",
            title=_("Answers to applications"),
            why=_("To answer a request that comes twice the same way."),
            how_long=_("one day"),
            fate=Fate.GONE,
            columns=("key", "status", "body", "created_at"),
            left_out={
                "fingerprint": "tells two requests apart",
            },
        ),
        Cookie(settings.SESSION_COOKIE_NAME, _("Keeps you signed in."), _("30 days")),
        Cookie(
            settings.CSRF_COOKIE_NAME,
            _("Lets no other site fill in our forms for you."),
            _("one year"),
        ),
        Cookie(
            settings.LANGUAGE_COOKIE_NAME,
            _("Remembers the language that you chose."),
            _("one year"),
        ),
        Cookie(
            "messages",
            _("Tells you on the next page what was done."),
            _("until you read it"),
        ),
        NotPersonal("oauth2_provider.Grant", "a code that is good for ten minutes"),
        NotPersonal("oauth2_provider.RefreshToken", "there are none: validator.py"),
        NotPersonal("oauth2_provider.IDToken", "there are none"),
        NotPersonal("oauth2_provider.DeviceGrant", "there are none: no address leads there"),
        NotPersonal("accounts.User_groups", "which work somebody does for the site"),
        NotPersonal("accounts.User_user_permissions", "which work somebody does for the site"),
        NotPersonal("admin.LogEntry", "what staff did, kept as the record of their work"),
    )
