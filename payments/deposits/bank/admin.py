"""The admin page of the bank's bookings: what nobody could place, a statement to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.models import User
from payments.columns import CurrencyFilter, amount
from payments.deeds import Deed, DeedsAdmin
from payments.deposits.bank.files import FileRefused, read_file
from payments.deposits.bank.models import BankLine
from payments.deposits.bank.reading import (
    LineRefused,
    assign_line,
    set_line_aside,
    take_back_by_line,
)
from payments.deposits.models import Deposit

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_PLACE = "payments.change_bankline"


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
        "account",
        "key",
        "read_at",
        "state",
        "deposit",
        "decided_by",
        "decided_at",
        "note",
    )
    list_filter = ("state", "incoming", CurrencyFilter)
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
            messages.error(request, _t("Choose a file."))
            return redirect("admin:payments_bankline_changelist")
        try:
            said = read_file(uploaded.read(), at=timezone.now())
        except FileRefused as refusal:
            messages.error(request, str(refusal))
        else:
            for line in said.lines():
                messages.success(request, line)
        return redirect("admin:payments_bankline_changelist")


def _staff(request: HttpRequest) -> User:
    return cast(User, request.user)


def _assign(request: HttpRequest, line: BankLine, note: str) -> StrOrPromise:
    owner = User.objects.get(username__iexact=note)
    assign_line(line_id=line.pk, to=owner, by=_staff(request), at=timezone.now())
    return _t("It is in the wallet of %(name)s.") % {"name": owner.username}


def _take_back(request: HttpRequest, line: BankLine, note: str) -> StrOrPromise:
    deposit = Deposit.objects.get(pk=int(note))
    take_back_by_line(line_id=line.pk, deposit=deposit, by=_staff(request), at=timezone.now())
    return _t("It is taken out of the wallet again.")


def _set_aside(request: HttpRequest, line: BankLine, note: str) -> StrOrPromise:
    set_line_aside(line_id=line.pk, by=_staff(request), why=note, at=timezone.now())
    return _t("It is set aside.")
