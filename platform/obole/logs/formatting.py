"""How a line looks: JSON for programs, or text for a terminal. Both are scrubbed at last."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from obole.logs.ids import request_id, task_id
from obole.logs.scrubbing import scrub

# What every record has; what is beside it was given as `extra`.
_USUAL = set(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"message", "asctime"}
# Objects that libraries attach for their own handlers.
_LEFT_OUT = {"request", "response", "data", "taskName", "stack_info"}


class LineFormatter(logging.Formatter):
    """`2026-11-01 12:00:00,000 INFO accounts.mail: sent request=… task=…`"""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The line, and below it what was raised."""
        ids = "".join(f" {name}={value}" for name, value in _ids().items())
        return scrub(super().format(record)) + ids

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """In one line."""
        return super().formatMessage(record).replace("\n", "\\n").replace("\r", "\\r")


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, request, task, what was raised."""

    def format(self, record: logging.LogRecord) -> str:
        """In UTC, with what a caller gave as `extra` beside the rest."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": scrub(record.getMessage()),
            **_ids(),
            **{name: _plain(value) for name, value in vars(record).items() if _is_extra(name)},
        }
        if record.exc_info:
            line["raised"] = scrub(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def _ids() -> dict[str, str]:
    ids = {"request": request_id(), "task": task_id()}
    return {name: value for name, value in ids.items() if value}


def _is_extra(name: str) -> bool:
    return name not in _USUAL and name not in _LEFT_OUT and not name.startswith("_")


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | None) else scrub(str(value))
