"""Model fields of this app's own values."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from things.addresses import NotAWebAddress
from things.canonical import address_key
from things.periods import NotAPeriod, Period

if TYPE_CHECKING:
    _KeyBase = models.BinaryField[bytes | None, bytes | None]
    _PeriodBase = models.Field[Period | str, Period]
else:
    _KeyBase = models.BinaryField
    _PeriodBase = models.Field


class AddressKeyField(_KeyBase):
    """What the address of a thing is found by, computed whenever the address is written.

    NULL where an older thing has the same page under another spelling: the two were there before
    one of them could be refused. Such a thing is found by its very spelling alone.
    """

    description = "The SHA-256 of a canonical address"

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes | None:  # noqa: FBT001
        """The key of `url`."""
        value: bytes | None = getattr(model_instance, self.attname)
        if add or value is not None:
            try:
                value = address_key(str(getattr(model_instance, "url", "")))
            except NotAWebAddress:
                value = None
            setattr(model_instance, self.attname, value)
        return value


class PeriodField(_PeriodBase):
    """A `Period`, stored as the date of its first day."""

    description = "A calendar month"

    def get_internal_type(self) -> str:
        """A date column."""
        return "DateField"

    def from_db_value(self, value: date | None, *_: object) -> Period | None:
        """The stored first day as the period it stands for."""
        return None if value is None else Period(value.year, value.month)

    def to_python(self, value: Any) -> Period | None:
        """A period from itself, a date, or `YYYY-MM`. Raises ValidationError otherwise."""
        if value is None or isinstance(value, Period):
            return value
        if isinstance(value, date):
            return Period(value.year, value.month)
        try:
            return Period.parse(str(value))
        except NotAPeriod as refusal:
            raise ValidationError(str(refusal)) from refusal

    def get_prep_value(self, value: Any) -> date | None:
        """The first day of the period."""
        period = self.to_python(super().get_prep_value(value))
        return None if period is None else period.first_day

    def value_to_string(self, obj: models.Model) -> str:
        """`YYYY-MM`, for serializers."""
        return str(self.value_from_object(obj))

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        """A text field that takes `YYYY-MM`."""
        return super().formfield(**{"form_class": forms.CharField, **kwargs})
