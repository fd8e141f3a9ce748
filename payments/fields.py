"""Fields of forms that take money."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.formats import get_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.money import MICROS, NotAnAmount, format_trimmed, parse_amount


class AmountField(forms.CharField):
    """An amount as people write it, `5,14` or `5.14`; cleaned, it is in micros."""

    def __init__(self, **keywords: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off"}
        keywords.setdefault("widget", forms.TextInput(attrs=attributes))
        keywords.setdefault("label", gettext_lazy("Amount"))
        super().__init__(max_length=40, **keywords)

    def clean(self, value: Any) -> Any:
        """In micros. Raises ValidationError for what is no amount, with one as an example."""
        written = "".join(str(super().clean(value)).split()).replace(",", ".")
        try:
            return parse_amount(written)
        except NotAnAmount as refusal:
            example = {"example": written_amount(5 * MICROS)}
            raise forms.ValidationError(
                _("Write an amount, such as %(example)s.") % example
            ) from refusal

    def prepare_value(self, value: Any) -> Any:
        """Micros as the language writes them; what was typed stays as it was."""
        return written_amount(value) if isinstance(value, int) else value


class CurrencyField(forms.ChoiceField):
    """One of the site's currencies."""

    def __init__(self, **keywords: Any) -> None:
        codes = [(code, code) for code in settings.CURRENCIES]
        super().__init__(label=gettext_lazy("Currency"), choices=codes, **keywords)


def written_amount(amount: int) -> str:
    """Micros as `5.14`, in French `5,14`: without a currency."""
    return format_trimmed(amount).replace(".", str(get_format("DECIMAL_SEPARATOR")))
