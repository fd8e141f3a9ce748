"""The admin page of the bank's bookings: what nobody could place, a statement to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.staff.models import StaffEntry
from accounts.staff.recording import Act, note_act
from payments.columns import CurrencyFilter, amount
from payments.deeds import Deed, DeedsAdmin
from payments.deposits.bank.deciding import (
    LineRefused,
    assign_line,
    reopen_line,
    set_line_aside,
    take_back_by_line,
)
from payments.deposits.bank.files import FileRefused, read_file
from payments.deposits.bank.models import BankLine, BankRefund
from payments.deposits.bank.outgoing import refund_reference
from payments.deposits.bank.statements import MOST_BYTES
from payments.deposits.models import Deposit, Refund, Way
from payments.deposits.returning import note_refund, undo_refund

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_DEED, _LINES = StaffEntry.Kind.DEED, "payments.bankline"
_PLACE, _REFUND = "payments.change_bankline", "payments.change_bankrefund"


@admin.register(BankLine)
class BankLineAdmin(DeedsAdmin):
    """Bookings. What is open waits for somebody to say whose it is."""

    columns = (
        "booked_on",
        amount("amount", _("amount")),
        "incoming",
        "party",
        "text",
        "state",
        "why",
    )
    details = (
        "booked_on",
        amount("amount", _("amount")),
        "incoming",
        "reversal",
        "party",
        "party_account",
        "text",
        "reference",
        "end_to_end_id",
        "return_reason",
        "entry_reference",
        "payments",
        "account",
        "key",
        "read_at",
        "state",
        "why",
        "deposit",
        "decided_by",
        "decided_at",
        "note",
    )
    list_filter = ("state", "incoming", CurrencyFilter)
    exact_filters = ("state__exact=open",)
    search_fields = ("party__istartswith", "end_to_end_id__exact", "reference__exact")
    search_help_text = _("The start of a name, or a reference in full.")
    ordering = ("-id",)
    change_list_template = "admin/payments/bank_lines.html"
    refusals = (LineRefused, User.DoesNotExist, Deposit.DoesNotExist, ValueError)

    def deeds_of(self, row: BankLine) -> Sequence[Deed]:
        """By its state and direction."""
        aside = Deed("aside", _("Set it aside"), _PLACE, _set_aside, note=_("Why"))
        back = Deed(
            "back",
            _("It takes a deposit back"),
            _PLACE,
            _take_back,
            note=_("Number of the deposit"),
            dangerous=True,
        )
        if row.state == BankLine.State.OPEN and row.incoming:
            whose = _("Whose it is (user name)")
            return [Deed("assign", _("Put it into the wallet"), _PLACE, _assign, note=whose), aside]
        if row.state == BankLine.State.OPEN:
            return [back, aside]
        if row.state == BankLine.State.DEPOSIT:
            reopen = _("Take it out of the wallet again")
            return [Deed("reopen", reopen, _PLACE, _reopen, note=_("Why"), dangerous=True)]
        return [back] if row.state == BankLine.State.OUTGOING else []

    def get_urls(self) -> list[URLPattern]:
        """And that of reading a file."""
        read = self.admin_site.admin_view(require_POST(self.read))
        return [path("read/", read, name="payments_bankline_read"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The bookings, and a form to read a file."""
        may_read = request.user.has_perm("payments.add_bankline")
        return super().changelist_view(request, {**(extra_context or {}), "may_read": may_read})

    def read(self, request: HttpRequest) -> HttpResponseBase:
        """Read a file of the bank's."""
        if not request.user.has_perm("payments.add_bankline"):
            raise PermissionDenied
        uploaded = request.FILES.get("file")
        if not isinstance(uploaded, UploadedFile):
            messages.error(request, gettext("Choose a file."))
            return redirect("admin:payments_bankline_changelist")
        if uploaded.size is None or uploaded.size > MOST_BYTES:
            messages.error(request, gettext("The file is too large."))
            return redirect("admin:payments_bankline_changelist")
        try:
            said = read_file(uploaded.read(), at=timezone.now())
        except FileRefused as refusal:
            messages.error(request, str(refusal))
        else:
            lines = list(said.lines())
            note_act(request, Act(_DEED, deed="read", subject=_LINES, reason=" ".join(lines)))
            for line in lines:
                messages.success(request, line)
        return redirect("admin:payments_bankline_changelist")


@admin.register(BankRefund)
class BankRefundAdmin(DeedsAdmin):
    """Refunds that an operator transfers: to whom, how much, under which reference.

    Once the transfer is in a statement under its reference, the refund is noted by itself.
    """

    columns = (
        "id",
        "payer",
        "payer_account",
        amount("amount", _("amount")),
        "reference",
        "state",
        "asked_at",
        "ended_by",
    )
    details = (*columns, "deposit", "ended_at", "failure")
    list_filter = ("state", CurrencyFilter)
    list_select_related = ("deposit", "ended_by")
    search_fields = ("deposit__subscriber__username__exact",)
    search_help_text = _("The subscriber’s user name, in full.")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[BankRefund]:
        """Those of bank transfers, with the bookings by which the money came."""
        refunds = super().get_queryset(request).filter(deposit__way=Way.BANK)
        return refunds.prefetch_related("deposit__bank_lines")

    @admin.display(description=_("to"))
    def payer(self, refund: BankRefund) -> str:
        """Who paid in."""
        line = _line_of(refund)
        return line.party if line else "–"

    @admin.display(description=_("account"))
    def payer_account(self, refund: BankRefund) -> str:
        """From which account."""
        line = _line_of(refund)
        return line.party_account if line and line.party_account else "–"

    @admin.display(description=_("reference to give"))
    def reference(self, refund: BankRefund) -> str:
        """By which the statement tells of it."""
        return refund_reference(refund)

    def deeds_of(self, row: BankRefund) -> Sequence[Deed]:
        """By its state."""
        if row.state not in {Refund.State.ASKED, Refund.State.SENT}:
            return []
        why = _("Why (the subscriber is told)")
        return [
            Deed("paid", _("It is transferred"), _REFUND, _paid),
            Deed("failed", _("It cannot be paid"), _REFUND, _failed, note=why, dangerous=True),
        ]


def _staff(request: HttpRequest) -> User:
    return cast(User, request.user)


def _assign(request: HttpRequest, line: BankLine, note: str) -> StrOrPromise:
    owner = User.objects.get(username__iexact=note)
    assign_line(line_id=line.pk, to=owner, by=_staff(request), at=timezone.now())
    return gettext("It is in the wallet of %(name)s.") % {"name": owner.username}


def _take_back(request: HttpRequest, line: BankLine, note: str) -> StrOrPromise:
    deposit = Deposit.objects.get(pk=int(note))
    take_back_by_line(line_id=line.pk, deposit=deposit, by=_staff(request), at=timezone.now())
    return gettext("It is taken out of the wallet again.")


def _reopen(request: HttpRequest, line: BankLine, note: str) -> StrOrPromise:
    reopen_line(line_id=line.pk, by=_staff(request), why=note, at=timezone.now())
    return gettext("It is taken out of the wallet again, and to be decided.")


def _line_of(refund: Refund) -> BankLine | None:
    lines = cast(Any, refund.deposit).bank_lines.all()
    return next((line for line in lines if line.incoming), None)


def _paid(request: HttpRequest, refund: BankRefund, _note: str) -> StrOrPromise:
    note_refund(refund, Refund.State.DONE, at=timezone.now(), by=_staff(request))
    return gettext("Noted as paid back.")


def _failed(request: HttpRequest, refund: BankRefund, note: str) -> StrOrPromise:
    undo_refund(refund, failure=note, at=timezone.now(), by=_staff(request))
    return gettext("The money is in the wallet again.")


def _set_aside(request: HttpRequest, line: BankLine, note: str) -> StrOrPromise:
    set_line_aside(line_id=line.pk, by=_staff(request), why=note, at=timezone.now())
    return gettext("It is set aside.")
