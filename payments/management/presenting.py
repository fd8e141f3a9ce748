"""How the commands of payments refuse, answer and show progress.

Exit codes: 0 done, `FOUND_WRONG` where something wrong was found, `BAD_CALL` for a wrong call or
bad input. What was asked for goes to stdout, what is wrong to stderr, a line each.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, SystemCheckError
from tqdm import tqdm

from things.periods import NotAPeriod

FOUND_WRONG = 1
BAD_CALL = 2


class PresentingCommand(BaseCommand):
    """A command for people and for machines: `--json`, exit codes, progress.

    `refusals` are the exceptions that say all there is to say: their message goes to stderr as it
    is, and the command ends with BAD_CALL. Anything unforeseen goes up. Called from Python by
    `call_command`, both become a CommandError with that message and return code.
    """

    refusals: tuple[type[Exception], ...] = (NotAPeriod,)
    for_machines = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Every command can answer as JSON. Extend it, and call this first."""
        parser.add_argument(
            "--json", action="store_true", dest="for_machines", help="answer with one JSON document"
        )

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run the command; end with the exit code of what it refuses or finds."""
        self.for_machines = options.get("for_machines", False)
        try:
            return self._execute_or_refuse(*args, **options)
        except SystemCheckError:
            raise
        except CommandError as error:
            if options["traceback"] or not self._from_command_line:
                raise
            self.stderr.write(str(error))
            sys.exit(error.returncode)

    def answer(self, document: object, lines: Iterable[str]) -> None:
        """Print `document` as JSON where `--json` asks for it, and `lines` otherwise."""
        if self.for_machines:
            self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))
            return
        for line in lines:
            self.stdout.write(line)

    @contextmanager
    def progress(
        self, label: str, *, total: int | None = None
    ) -> Iterator[Callable[[int], object]]:
        """Yields a function to call with how much was done since the last call.

        A bar on a terminal; elsewhere one line when the work begins, and nothing with `--json`.
        """
        if sys.stderr.isatty():
            with tqdm(desc=label, total=total, unit_scale=True, leave=False) as bar:
                yield bar.update
            return
        if not self.for_machines:
            self.stdout.write(label)
        yield lambda _done: None

    @contextmanager
    def stages(self) -> Iterator[Callable[[str, int, int], object]]:
        """Yields a function to call with the stage, how much of it is done, and the whole."""
        with ExitStack() as stack:
            yield _Stages(self, stack)

    @property
    def _from_command_line(self) -> bool:
        return bool(self._called_from_command_line)  # type: ignore[attr-defined]  # not in the stubs

    def _execute_or_refuse(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except self.refusals as refusal:
            raise CommandError(str(refusal), returncode=BAD_CALL) from refusal


class _Stages:
    """Begins a new progress whenever the stage is another."""

    def __init__(self, command: PresentingCommand, stack: ExitStack) -> None:
        self._command = command
        self._stack = stack
        self._label = ""
        self._done = 0
        self._advance: Callable[[int], object]

    def __call__(self, label: str, done: int, whole: int) -> None:
        if label != self._label:
            self._stack.close()
            self._label, self._done = label, 0
            self._advance = self._stack.enter_context(self._command.progress(label, total=whole))
        self._advance(done - self._done)
        self._done = done


def found_wrong(message: str) -> CommandError:
    """To be raised where the command did its work and found something wrong."""
    return CommandError(message, returncode=FOUND_WRONG)
