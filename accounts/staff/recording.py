"""Writing the log of what staff did."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts.models import User
from accounts.staff.models import CALLED_LENGTH, REASON_LENGTH, StaffEntry
from accounts.staff.snapshots import Shown, name_of, person_of
from accounts.viewer import viewer

_View = Callable[..., Any]
_Kind, _Outcome = StaffEntry.Kind, StaffEntry.Outcome


@dataclass(frozen=True)
class Act:
    """What was done. `subject` names the table or page where there is no `row`."""

    kind: StaffEntry.Kind
    deed: str = ""
    row: models.Model | None = None
    subject: str = ""
    about: User | None = None
    before: Shown = field(default_factory=dict)
    after: Shown = field(default_factory=dict)
    reason: str = ""
    outcome: StaffEntry.Outcome = StaffEntry.Outcome.DONE


def note_act(request: HttpRequest, act: Act) -> StaffEntry:
    """Write down what the user of a request did, in the caller's transaction if there is one."""
    entry = _entry(act)
    entry.staff = viewer(request)
    entry.address = get_adapter().get_client_ip(request) or None
    entry.save(force_insert=True)
    setattr(request, _NOTED, noted(request) + 1)
    return entry


def note_command(*, name: str, arguments: str, outcome: StaffEntry.Outcome) -> StaffEntry:
    """Write down that somebody with a shell on the machine ran a command that writes."""
    entry = _entry(Act(_Kind.COMMAND, deed=name, reason=arguments, outcome=outcome))
    entry.operator = _login()
    entry.save(force_insert=True)
    return entry


def noted(request: HttpRequest) -> int:
    """How many entries this request wrote."""
    return int(getattr(request, _NOTED, 0))


def every_deed_noted(view: _View) -> _View:
    """Let no POST to a view of the admin go unwritten, whatever the view itself forgets.

    A form that is shown again with its errors did nothing, and is not written down. An attempt at
    what somebody may not do is, and so is one that broke.
    """

    @wraps(view)
    def watched(request: HttpRequest, *arguments: Any, **keywords: Any) -> Any:
        if request.method != "POST":
            return view(request, *arguments, **keywords)
        try:
            answer = view(request, *arguments, **keywords)
        except PermissionDenied:
            _note_unsaid(request, _Outcome.REFUSED)
            raise
        except Exception:
            _note_unsaid(request, _Outcome.FAILED)
            raise
        if not noted(request) and _did_something(answer):
            _note_unsaid(request, _Outcome.DONE)
        return answer

    return watched


_NOTED = "staff_entries_noted"


def _entry(act: Act) -> StaffEntry:
    row = act.row
    return StaffEntry(
        at=timezone.now(),
        kind=act.kind,
        outcome=act.outcome,
        deed=act.deed[:100],
        subject=row._meta.label_lower if row is not None else act.subject,
        row=str(row.pk)[:100] if row is not None else "",
        called=name_of(row)[:CALLED_LENGTH] if row is not None else "",
        about=act.about or person_of(row),
        before=act.before,
        after=act.after,
        reason=act.reason[:REASON_LENGTH],
    )


def _note_unsaid(request: HttpRequest, outcome: StaffEntry.Outcome) -> None:
    if not request.user.is_authenticated:
        return
    match = request.resolver_match
    named = f"{match.url_name}" if match else request.path
    place = " ".join(str(value) for value in match.kwargs.values()) if match else ""
    note_act(request, Act(_Kind.DEED, deed=named, subject="admin", reason=place, outcome=outcome))


def _did_something(answer: object) -> bool:
    return (
        isinstance(answer, HttpResponseBase)
        and answer.status_code < 400
        and (answer.status_code != 200 or answer.has_header("Content-Disposition"))
    )


def _login() -> str:
    try:
        return getpass.getuser()[:60]
    except (KeyError, OSError):  # a user of a container without a name
        return "?"
