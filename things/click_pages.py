"""The admin's page of clicks, whose rows have no single key: read by period, page after page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.models import User
from things.aliases.finding import thing_at
from things.models import Click, ClickQuerySet, Thing
from things.partitions import periods_with_partition
from things.periods import Period

CLICKS_A_PAGE = 100


class ClickFilter(forms.Form):
    """Which clicks to show."""

    period = forms.TypedChoiceField(label=_("Period"), coerce=Period.parse)
    subscriber = forms.CharField(label=_("Subscriber"), required=False)
    thing = forms.CharField(label=_("Thing (address or number)"), required=False)

    def __init__(self, wanted: dict[str, str], periods: list[Period]) -> None:
        latest = {"period": str(periods[0])} if periods else {}
        super().__init__({**latest, **wanted})
        field = cast(forms.TypedChoiceField, self.fields["period"])
        field.choices = [(str(period), str(period)) for period in periods]

    def clean_subscriber(self) -> User | None:
        """The user of that name."""
        name = self.cleaned_data["subscriber"]
        user = User.objects.filter(username=name).first() if name else None
        if name and user is None:
            raise forms.ValidationError(_("There is no such user."))
        return user

    def clean_thing(self) -> Thing | None:
        """The thing of that address or number."""
        text = self.cleaned_data["thing"]
        if not text:
            return None
        number = int(text) if text.isdecimal() and len(text) < 19 else 0
        thing = Thing.objects.filter(pk=number).first() or thing_at(text)
        if thing is None:
            raise forms.ValidationError(_("There is no such thing."))
        return thing


@dataclass(frozen=True)
class Cursor:
    """The last click of a page: the next begins after it, however many came before."""

    subscriber_id: int
    thing_id: int

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """Read what `str` wrote; None for anything else."""
        parts = text.split(".")
        if len(parts) != 2 or not all(part.isdecimal() and len(part) < 19 for part in parts):
            return None
        return cls(int(parts[0]), int(parts[1]))

    def __str__(self) -> str:
        return f"{self.subscriber_id}.{self.thing_id}"


def clicks_page(
    *, period: Period, subscriber: User | None, thing: Thing | None, after: Cursor | None
) -> list[Click]:
    """One page of a period's clicks in the order of their key, and one click more if there is.

    One query. Deep pages cost what the first does.
    """
    clicks = Click.objects.in_period(period)
    if subscriber is not None:
        clicks = clicks.filter(subscriber=subscriber)
    if thing is not None:
        clicks = clicks.filter(thing=thing)
    if after is not None:
        clicks = _after(clicks, after)
    shown = clicks.select_related("subscriber", "thing").order_by("subscriber_id", "thing_id")
    return list(shown[: CLICKS_A_PAGE + 1])


@require_safe
def show_clicks(request: HttpRequest) -> HttpResponse:
    """The page; for those who may view clicks."""
    if not request.user.has_perm("things.view_click"):
        raise PermissionDenied
    wanted = {name: request.GET[name] for name in ClickFilter.base_fields if request.GET.get(name)}
    form = ClickFilter(wanted, periods_with_partition())
    clicks: list[Click] = []
    if form.is_valid():
        clicks = clicks_page(**form.cleaned_data, after=Cursor.parse(request.GET.get("after", "")))
    return TemplateResponse(
        request,
        "admin/things/clicks.html",
        {
            **admin.site.each_context(request),
            "title": _("Clicks"),
            "form": form,
            "clicks": clicks[:CLICKS_A_PAGE],
            "next": _next_page(wanted, clicks),
        },
    )


def _after(clicks: ClickQuerySet, cursor: Cursor) -> ClickQuerySet:
    # The first condition says nothing new; but it is the one that the index can begin at.
    return clicks.filter(subscriber__gte=cursor.subscriber_id).filter(
        Q(subscriber__gt=cursor.subscriber_id) | Q(thing__gt=cursor.thing_id)
    )


def _next_page(wanted: dict[str, str], clicks: list[Click]) -> str:
    if len(clicks) <= CLICKS_A_PAGE:
        return ""
    last = clicks[CLICKS_A_PAGE - 1]
    return urlencode({**wanted, "after": str(Cursor(last.subscriber_id, last.thing_id))})
