"""Registering an application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.oauth.models import NEVER_REDIRECT, Application
from accounts.texts import without_deceit

if TYPE_CHECKING:
    _Form = forms.ModelForm[Application]
else:
    _Form = forms.ModelForm

MOST_REDIRECTS = 20
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}

# Kind of application: type of client, and the grant it may ask for beside codes.
KINDS = {
    "server": (Application.CLIENT_CONFIDENTIAL, Application.GRANT_AUTHORIZATION_CODE),
    "device": (Application.CLIENT_PUBLIC, Application.GRANT_AUTHORIZATION_CODE),
    "browser": (Application.CLIENT_PUBLIC, Application.GRANT_IMPLICIT),
}


class ApplicationForm(_Form):
    """What a developer says of an application."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            ("server", _("keeps a secret: a server, or a program of Flattr's time")),
            ("device", _("keeps none: a program on people's devices, with PKCE")),
            ("browser", _("a page in a browser, which takes tokens at once")),
        ],
    )

    class Meta:
        model = Application
        fields = ["name", "description", "redirect_uris"]
        widgets = {
            "description": forms.Textarea(attrs={"rows": 3}),
            "redirect_uris": forms.Textarea(attrs={"rows": 3}),
        }
        labels = {"redirect_uris": _("Where people return to")}
        help_texts = {
            "redirect_uris": _("One address a line. Without any, people copy a code."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True

    def clean_name(self) -> str:
        """Without characters that make one name look like another. Raises ValidationError."""
        name = without_deceit(self.cleaned_data["name"]).strip()
        if not name:
            raise ValidationError(self.fields["name"].error_messages["required"])
        return name

    def clean_description(self) -> str:
        """Likewise."""
        return without_deceit(self.cleaned_data["description"]).strip()

    def clean_redirect_uris(self) -> str:
        """One address a line. Raises ValidationError for one that a code must not be sent to."""
        addresses = self.cleaned_data["redirect_uris"].split()
        if len(addresses) > MOST_REDIRECTS:
            raise ValidationError(_("These are too many addresses."))
        for address in addresses:
            _check_redirect(address)
        return "\n".join(addresses)

    def save_for(self, user: Any) -> tuple[Application, str]:
        """Register the application, and return it with its secret, which is stored hashed."""
        application = self.instance
        application.user = user
        kind = KINDS[self.cleaned_data["kind"]]
        application.client_type, application.authorization_grant_type = kind
        secret = application.client_secret
        application.save()
        return application, "" if kind[0] == Application.CLIENT_PUBLIC else secret

    def _post_clean(self) -> None:
        # The toolkit's own checks know neither applications without addresses nor own schemes.
        for name in self.Meta.fields:
            if name in self.cleaned_data:
                setattr(self.instance, name, self.cleaned_data[name])


def _check_redirect(address: str) -> None:
    refusal = ValidationError(
        _("%(address)s is not an address that a code can be sent to."), params={"address": address}
    )
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError as error:
        raise refusal from error
    if not parts.scheme or parts.scheme.lower() in NEVER_REDIRECT or "#" in address:
        raise refusal
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise ValidationError(_("Use https, but for addresses of the same machine."))
    if parts.scheme in {"http", "https"} and (not host or "@" in parts.netloc):
        raise refusal
