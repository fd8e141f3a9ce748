"""Admin pages of rows that nobody edits, with the deeds that staff may do to them as buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.staff.logged import before_of
from accounts.staff.models import StaffEntry
from accounts.staff.recording import Act, note_act
from accounts.staff.snapshots import difference, snapshot
from things.read_only import ReadOnlyAdmin

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Deed:
    """A button on the page of a row: it calls `do` with the request, the row and the note.

    `note` is the label of a text that must be given with it, such as the reason. `do` answers
    with what is told to the person, or with a response of its own: a `download`.
    """

    name: str
    label: StrOrPromise
    permission: str
    do: Callable[[HttpRequest, Any, str], StrOrPromise | HttpResponse]
    note: StrOrPromise = ""
    dangerous: bool = False
    download: bool = False


class DeedsAdmin(ReadOnlyAdmin):
    """Shows rows, and offers `deeds_of` each. Whatever is done is written to the staff log."""

    change_form_template = "admin/payments/deeds.html"
    # What the deeds refuse with: told to the person; everything else goes up.
    refusals: tuple[type[Exception], ...] = ()

    def deeds_of(self, row: Any) -> Sequence[Deed]:
        """What can be done to a row as it is now."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        """Before those of Django, whose last one takes every address."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_deed"
        deed = self.admin_site.admin_view(require_POST(self.do_deed))
        return [path("<path:object_id>/deeds/<slug:deed>/", deed, name=name), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The row, and the deeds that the person may do."""
        row = self.get_object(request, object_id)
        deeds = [] if row is None else self._permitted(request, row)
        context = {**(extra_context or {}), "deeds": deeds, "row": row}
        return super().change_view(request, object_id, form_url, context)

    def do_deed(self, request: HttpRequest, object_id: str, deed: str) -> HttpResponseBase:
        """Do one, and come back to the row."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        page = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])
        chosen = {offered.name: offered for offered in self.deeds_of(row)}.get(deed)
        if chosen is None:
            messages.warning(request, _("Somebody was quicker: this can no longer be done."))
            return redirect(page)
        if not request.user.has_perm(chosen.permission):
            self._note(request, row, chosen, "", StaffEntry.Outcome.REFUSED)
            raise PermissionDenied
        note = " ".join(request.POST.get("note", "").split())
        if chosen.note and not note:
            messages.error(request, _("“%(field)s” is missing.") % {"field": chosen.note})
            return redirect(page)
        try:
            answer = chosen.do(request, row, note)
        except self.refusals as refusal:
            self._note(request, row, chosen, note, StaffEntry.Outcome.REFUSED)
            messages.error(request, str(refusal))
            return redirect(page)
        self._note(request, row, chosen, note, StaffEntry.Outcome.DONE)
        # Into the row's own history; the staff log has it already.
        super().log_change(request, row, f"{chosen.name}: {note}" if note else chosen.name)
        if isinstance(answer, HttpResponse):
            return answer
        messages.success(request, answer)
        return redirect(page)

    def _note(
        self,
        request: HttpRequest,
        row: Any,
        deed: Deed,
        note: str,
        outcome: StaffEntry.Outcome,
    ) -> None:
        kind = StaffEntry.Kind.DOWNLOAD if deed.download else StaffEntry.Kind.DEED
        before, after = difference(self.model, before_of(request).get(row.pk, {}), snapshot(row))
        act = Act(
            kind, deed=deed.name, row=row, before=before, after=after, reason=note, outcome=outcome
        )
        note_act(request, act)

    def _permitted(self, request: HttpRequest, row: Any) -> list[Deed]:
        return [deed for deed in self.deeds_of(row) if request.user.has_perm(deed.permission)]
