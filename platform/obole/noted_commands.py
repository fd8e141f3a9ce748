"""Commands that change what is kept, or hand it out, are in the staff log: whoever has a shell."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import DatabaseError, connection

NOTED = {
    "changepassword",
    "createsuperuser",
    "dbshell",
    "dumpdata",
    "export_month",
    "find_abuse",
    "flush",
    "import_history",
    "import_month",
    "import_statement",
    "loaddata",
    "settle_month",
    "shell",
    "verify_site",
}

log = logging.getLogger(__name__)


def run_noted(arguments: list[str], execute: Callable[[list[str]], object]) -> None:
    """Execute a command, and write down that it ran and how it ended. Its arguments are kept.

    A command that the log cannot take, say before `migrate`, runs all the same and is logged as a
    warning: somebody with a shell could do the same in another way.
    """
    name = arguments[1] if len(arguments) > 1 else ""
    if name not in NOTED or {"-h", "--help", "--dry-run"} & set(arguments):
        execute(arguments)
        return
    done = False
    code: object = None
    try:
        execute(arguments)
        done = True
    except SystemExit as end:
        code = end.code
        raise
    finally:
        _note(name, " ".join(arguments[2:]), _outcome(done=done, code=code))


def _outcome(*, done: bool, code: object) -> str:
    if done:
        return "done"
    return "refused" if code == 2 else "failed"


def _note(name: str, arguments: str, outcome: str) -> None:
    from accounts.staff.models import StaffEntry
    from accounts.staff.recording import note_command

    try:
        connection.close_if_unusable_or_obsolete()
        note_command(name=name, arguments=arguments, outcome=StaffEntry.Outcome(outcome))
    except DatabaseError:
        log.warning("The staff log could not take “%s %s”.", name, arguments, exc_info=True)
