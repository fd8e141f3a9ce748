"""The moderators' queue in the admin: what was reported, with the deeds as buttons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.conduct.suspending import SuspensionRefused
from accounts.viewer import viewer
from payments.deeds import Deed, DeedsAdmin
from things.conduct.asking_again import AskedAlready, ask_again
from things.conduct.models import FailedCheck, Report, SpamTerm
from things.conduct.moderating import (
    ReportDecided,
    dismiss_reported,
    hide_reported,
    suspend_reported,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    _TermAdmin = admin.ModelAdmin[SpamTerm]
else:
    _TermAdmin = admin.ModelAdmin

_DECIDE = "things.decide_report"


@admin.register(Report)
class ReportAdmin(DeedsAdmin):
    """What waits, and what was decided. All reports about the same are decided together."""

    columns = ("id", "what", "ground", "words", "source", "reported_at", "state", "decided_by")
    details = (
        "what",
        "text",
        "ground",
        "words",
        "source",
        "reporter",
        "email",
        "reported_at",
        "others",
        "state",
        "reason",
        "decided_by",
        "decided_at",
        "told_at",
    )
    list_filter = ("state", "source", "ground")
    list_select_related = ("thing", "person", "decided_by")
    search_fields = ("person__username__exact", "thing__url__startswith")
    search_help_text = _("A person’s user name, in full, or the start of a thing’s address.")
    ordering = ("-id",)
    refusals = (ReportDecided, SuspensionRefused)

    @admin.display(description=_("about"))
    def what(self, report: Report) -> str:
        """The thing or the person, with the way there."""
        if report.thing is not None:
            page = reverse("admin:things_thing_change", args=[report.thing.pk])
            return format_html('<a href="{}">{}</a>', page, report.thing)
        person = report.person
        if person is None:
            return "–"
        page = reverse("admin:accounts_user_change", args=[person.pk])
        return format_html('<a href="{}">{}</a>', page, person.username)

    @admin.display(description=_("its text"))
    def text(self, report: Report) -> str:
        """What a reader sees of it."""
        if report.thing is not None:
            thing = report.thing
            return " · ".join(filter(None, [thing.url, thing.title, thing.description]))
        return report.person.get_full_name() if report.person is not None else ""

    @admin.display(description=_("reports about it that wait"))
    def others(self, report: Report) -> int:
        """With this one."""
        return Report.objects.filter(
            thing=report.thing_id, person=report.person_id, state=Report.State.OPEN
        ).count()

    def deeds_of(self, row: Report) -> Sequence[Deed]:
        """While it waits."""
        if row.state != Report.State.OPEN:
            return []
        reason = _("Reason, which those concerned read")
        hide = _("Take the display name away") if row.thing_id is None else _("Hide")
        return [
            Deed("hide", hide, _DECIDE, _hide, note=reason),
            Deed("suspend", _("Suspend"), _DECIDE, _suspend, note=reason, dangerous=True),
            Deed("dismiss", _("Dismiss"), _DECIDE, _dismiss, note=reason),
        ]


@admin.register(FailedCheck)
class FailedCheckAdmin(DeedsAdmin):
    """What the check of what is submitted gave no answer about, and when it is asked again."""

    columns = ("id", "thing", "tries", "why", "failed_at", "due_at")
    details = ("thing", "tries", "why", "failed_at", "due_at")
    list_filter = (("due_at", admin.EmptyFieldListFilter),)
    list_select_related = ("thing",)
    search_fields = ("thing__url__startswith",)
    search_help_text = _("The start of a thing’s address.")
    ordering = ("-id",)
    refusals = (AskedAlready,)

    def deeds_of(self, row: FailedCheck) -> Sequence[Deed]:
        """Once it is not asked any more."""
        if row.due_at is not None:
            return []
        return [Deed("again", _("Ask again"), "things.change_failedcheck", _ask_again)]


@admin.register(SpamTerm)
class SpamTermAdmin(_TermAdmin):
    """Words and hosts by which the check of what is submitted goes."""

    list_display = ("text", "kind", "verdict", "added_at")
    list_filter = ("kind", "verdict")
    search_fields = ("text",)
    ordering = ("kind", "text")


def _hide(request: HttpRequest, report: Report, reason: str) -> StrOrPromise:
    hide_reported(report_id=report.pk, reason=reason, by=viewer(request), at=timezone.now())
    return _t("It is hidden; those concerned are told.")


def _suspend(request: HttpRequest, report: Report, reason: str) -> StrOrPromise:
    suspend_reported(report_id=report.pk, reason=reason, by=viewer(request), at=timezone.now())
    return _t("It is suspended; those concerned are told.")


def _dismiss(request: HttpRequest, report: Report, reason: str) -> StrOrPromise:
    dismiss_reported(report_id=report.pk, reason=reason, by=viewer(request), at=timezone.now())
    return _t("It is dismissed.")


def _ask_again(_request: HttpRequest, failed: FailedCheck, _note: str) -> StrOrPromise:
    ask_again(failed_id=failed.pk, at=timezone.now())
    return _t("It is asked again within five minutes.")
