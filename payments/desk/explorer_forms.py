"""The forms of the ledger explorer: whose accounts, at which instant, which transfers."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.statements import Wanted
from things.periods import Period

# The first instant of a day, told by the last one before it: balances have it in them.
_INSTANT = timedelta(microseconds=1)


class AccountsForm(forms.Form):
    """Whose accounts, and when."""

    owner = forms.CharField(
        label=_("User name"), required=False, help_text=_("Empty: the site’s own accounts.")
    )
    at = forms.DateTimeField(
        label=_("As of"),
        required=False,
        help_text=_("Empty: now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}),
    )

    def clean_owner(self) -> User | None:
        """The user of that name."""
        name = self.cleaned_data["owner"].strip()
        owner = User.objects.filter(username__iexact=name).first() if name else None
        if name and owner is None:
            raise forms.ValidationError(_("There is no such user."))
        return owner


class StatementForm(forms.Form):
    """Which transfers of an account. Days are whole, in the site's time zone."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    first = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    last = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, account: LedgerAccount, asked: QueryDict) -> None:
        super().__init__(_with_a_month(account, asked))
        self.account = account
        kinds: Any = self.fields["kind"]
        kinds.choices = [("", _("all")), *Transfer.Kind.choices]

    @property
    def wanted(self) -> Wanted:
        """What was asked for."""
        first, last = self.cleaned_data["first"], self.cleaned_data["last"]
        return Wanted(
            self.account,
            kind=self.cleaned_data["kind"],
            starts_at=_starts_at(first) if first else None,
            ends_at=_starts_at(last + timedelta(days=1)) if last else None,
        )

    @property
    def just_before(self) -> datetime | None:
        """The last instant before the time that was asked for."""
        starts_at = self.wanted.starts_at
        return starts_at - _INSTANT if starts_at else None

    @property
    def last_instant(self) -> datetime | None:
        """The last instant of it."""
        ends_at = self.wanted.ends_at
        return ends_at - _INSTANT if ends_at else None


def _with_a_month(account: LedgerAccount, asked: QueryDict) -> dict[str, str]:
    """What was asked for; the site's own accounts begin with the running month."""
    wanted = {name: asked.get(name, "") for name in StatementForm.base_fields}
    if account.owner_id is None and not set(asked) & set(wanted):
        wanted["first"] = Period.of(timezone.now()).first_day.isoformat()
    return wanted


def _starts_at(day: Any) -> datetime:
    return datetime.combine(day, time(), timezone.get_default_timezone())
