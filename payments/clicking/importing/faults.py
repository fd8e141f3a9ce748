"""What is wrong with a month folder: every fault counted, the first ones kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

SHOWN = 100

_MESSAGE_LENGTH = 300
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, in a line: where (`line` is None for a whole file), and what."""

    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {self.message}"


@dataclass
class Faults:
    """Collects faults in the order in which they are found; only the first SHOWN are kept."""

    first: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, file: str, line: int | None, message: str) -> None:
        """Count a fault. Control characters in the message are escaped, and its end is cut."""
        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append(Fault(file, line, _in_one_line(message)))

    def refuse(self) -> None:
        """Raises BadMonth if there is a fault."""
        if self.count:
            raise BadMonth(tuple(self.first), self.count)


class BadMonth(Exception):
    """A month folder cannot be imported; `faults` are the first of `count`, in order."""

    def __init__(self, faults: tuple[Fault, ...], count: int) -> None:
        self.faults = faults
        self.count = count
        lines = [str(fault) for fault in faults]
        if count > len(faults):
            lines.append(f"and {count - len(faults)} more")
        super().__init__("\n".join(lines))


def _in_one_line(message: str) -> str:
    if len(message) > _MESSAGE_LENGTH:
        message = message[:_MESSAGE_LENGTH] + "…"
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], message)
