"""Applications that people let act for them, and the codes that became their tokens."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlsplit

from django.db import models
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AbstractApplication

# Where a client has no address to return to, the code is shown for the person to copy.
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"

# A browser would run or open these instead of handing a code to an application.
NEVER_REDIRECT = {
    "about",
    "blob",
    "data",
    "file",
    "filesystem",
    "javascript",
    "vbscript",
    "view-source",
}


class Application(AbstractApplication):
    """A program that acts for people. Its secret is stored hashed.

    Without redirect addresses it is given its codes out of band. An application registered for
    the implicit grant may ask for codes too; the others for codes only.
    """

    description = models.CharField(_("what it does"), max_length=300, blank=True)

    objects: ClassVar[models.Manager[Application]] = models.Manager()

    class Meta(AbstractApplication.Meta):
        verbose_name = _("application")
        verbose_name_plural = _("applications")

    @property
    def default_redirect_uri(self) -> str:
        """Where to return to if a request does not say.

        Raises oauthlib's MissingRedirectURIError if several addresses are registered.
        """
        return super().default_redirect_uri if self.redirect_uris.strip() else OUT_OF_BAND

    def redirect_uri_allowed(self, uri: str) -> bool:
        """Whether an address is registered, exactly; loopback addresses with any port."""
        if not self.redirect_uris.strip():
            return uri == OUT_OF_BAND
        return bool(super().redirect_uri_allowed(uri))

    def get_allowed_schemes(self) -> list[str]:
        """The schemes of the registered addresses, an application's own included."""
        schemes = {urlsplit(uri).scheme.lower() for uri in self.redirect_uris.split()}
        return sorted(schemes - NEVER_REDIRECT)

    def allows_grant_type(self, *grant_types: str) -> bool:
        """Whether it may ask for codes (all do) or for tokens at once."""
        allowed = {self.GRANT_AUTHORIZATION_CODE, self.authorization_grant_type}
        return not allowed.isdisjoint(grant_types)


class UsedCode(models.Model):
    """An authorization code that was exchanged, and the token it became, both as SHA-256.

    A second use means that somebody else has seen the code: the token is revoked then
    (RFC 6749, 4.1.2). Kept for a day; codes are good for ten minutes.
    """

    checksum = models.CharField(_("checksum"), max_length=64, primary_key=True)
    token_checksum = models.CharField(_("checksum of the token"), max_length=64)
    used_at = models.DateTimeField(_("used"))

    class Meta:
        verbose_name = _("used code")
        verbose_name_plural = _("used codes")

    def __str__(self) -> str:
        return self.checksum[:8]
