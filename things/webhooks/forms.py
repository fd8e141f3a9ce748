"""What a partner types."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from things.addresses import URL_BYTES


class EndpointForm(forms.Form):
    """An address for messages."""

    url = forms.CharField(
        label=_("Address for messages"),
        max_length=URL_BYTES,
        help_text=_("https, on its usual port, such as https://partner.example/obole"),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
