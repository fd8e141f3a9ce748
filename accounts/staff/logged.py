"""Pages of the admin that write down what was done on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

from accounts.staff.models import StaffEntry
from accounts.staff.recording import Act, note_act
from accounts.staff.snapshots import Snapshot, difference, snapshot

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[Any]
else:
    _Admin = admin.ModelAdmin

_Kind = StaffEntry.Kind
_BEFORE = "staff_rows_before"
_IN_ACTION = "staff_in_action"


class Logged(_Admin):
    """Comes before the class of each model's pages: the site puts it there, so none can forget."""

    def get_object(self, request: HttpRequest, *arguments: Any, **keywords: Any) -> Any:
        """The row; where it may be changed now, as it is before."""
        row = super().get_object(request, *arguments, **keywords)
        if row is not None and request.method == "POST":
            before_of(request).setdefault(row.pk, snapshot(row))
        return row

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of a row. Who opens it is written down: it may be about a person."""
        answer = super().change_view(request, object_id, form_url, extra_context)
        if request.method == "GET" and answer.status_code == 200:
            row = self.get_object(request, object_id)
            note_act(request, Act(_Kind.LOOK, row=row))
        return answer

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """A new row, with all that it says."""
        _before, after = difference(self.model, {}, snapshot(obj))
        note_act(request, Act(_Kind.ADD, row=obj, after=after))
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """What is not as it was."""
        if not getattr(request, _IN_ACTION, False):
            before, after = difference(
                self.model, before_of(request).get(obj.pk, {}), snapshot(obj)
            )
            note_act(request, Act(_Kind.CHANGE, row=obj, before=before, after=after))
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """What is no longer there. A deed over many rows writes them down itself."""
        if not getattr(request, _IN_ACTION, False):
            for row in queryset:
                _note_deletion(request, row, snapshot(row))
        return super().log_deletions(request, queryset)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *rest: Any) -> Any:
        """A deed over many rows: each that it changed, and each that it was asked for."""
        chosen = self._chosen(request, queryset)
        before = {row.pk: (row, snapshot(row)) for row in chosen}
        setattr(request, _IN_ACTION, True)
        answer = super().response_action(request, queryset, *rest)
        if isinstance(answer, HttpResponse) and answer.status_code == 200:
            return answer  # a page that asks once more
        for row, was in before.values():
            self._note_action(request, row, was)
        return answer

    def _chosen(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        if request.POST.get("select_across") == "1":
            return list(queryset)
        numbers = request.POST.getlist(ACTION_CHECKBOX_NAME)
        return list(queryset.filter(pk__in=numbers))

    def _note_action(self, request: HttpRequest, row: Model, was: Snapshot) -> None:
        now = snapshot(row)
        name = request.POST.get("action", "")
        if not now:
            _note_deletion(request, row, was)
            return
        before, after = difference(self.model, was, now)
        note_act(request, Act(_Kind.DEED, deed=name, row=row, before=before, after=after))


def before_of(request: HttpRequest) -> dict[Any, Snapshot]:
    """The rows that this request looked up to change, as they were."""
    kept: dict[Any, Snapshot] = getattr(request, _BEFORE, {})
    setattr(request, _BEFORE, kept)
    return kept


def _note_deletion(request: HttpRequest, row: Model, was: Snapshot) -> None:
    before, _after = difference(type(row), was, {})
    note_act(request, Act(_Kind.DELETE, row=row, before=before))
