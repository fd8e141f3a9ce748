"""Second factors: authenticators by QR code, passkeys, recovery codes."""

from __future__ import annotations

import base64
import hashlib

import segno
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.encoding import force_bytes
from django.utils.translation import gettext as _

from accounts.entrance.words import SECOND_FACTOR_REFUSALS
from accounts.models import User

_PURPOSE = b"obole: secrets of second factors\0"


class FactorAdapter(DefaultMFAAdapter):
    """Our rules and words."""

    error_messages = SECOND_FACTOR_REFUSALS

    def get_totp_issuer(self) -> str:
        """What an authenticator calls the site."""
        return settings.SITE_NAME

    def get_totp_label(self, user: User) -> str:
        """What an authenticator calls the account."""
        return user.username

    def build_totp_svg(self, url: str) -> str:
        """The QR code of an address, without styles: our pages allow none inside."""
        code = segno.make(url, error="m", micro=False)
        title = _("QR code for your authenticator")
        return code.svg_inline(scale=5, border=2, svgclass="qr", lineclass=None, title=title)

    def encrypt(self, text: str) -> str:
        """Who reads the table alone can make no codes: the key is in the settings."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What was encrypted. Raises InvalidToken if the site's secret key was lost."""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Staff keep one: the admin would lock them out."""
        user: User = authenticator.user
        if not (user.is_staff and settings.STAFF_SECOND_FACTOR):
            return True
        return factors_of(user).exclude(pk=authenticator.pk).exists()

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002
        """A name that the user can change."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Passkey %(number)d") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """For whom a passkey is: our host, whatever a request calls it."""
        return {"id": settings.SITE_HOST, "name": settings.SITE_NAME}

    def validation_error(self, code: str, *arguments: object) -> ValidationError:
        """The refusal of that name."""
        return ValidationError(self.error_messages[code], code=code)


def factors_of(user: User) -> QuerySet[Authenticator]:
    """The second factors of a user; recovery codes are none by themselves."""
    return Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)


def has_second_factor(user: User) -> bool:
    """Whether the user set one up."""
    return factors_of(user).exists()


def shown_second_factor(request: HttpRequest, user: User) -> float:
    """When one was last shown in this session, as a Unix time; 0 where none was."""
    records = get_authentication_records(request, user)
    return max((float(one["at"]) for one in records if one["method"] == "mfa"), default=0.0)


def _cipher() -> MultiFernet:
    """The first key writes; those before it still read."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(secret)) for secret in secrets])


def _key(secret: str | bytes) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(_PURPOSE + force_bytes(secret)).digest())
