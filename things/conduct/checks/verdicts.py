"""What a check answers, and what a check is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from things.models import Thing


class Verdict(Enum):
    """The last two put a thing into the moderators' queue, and out of public lists meanwhile."""

    HAM = "ham"
    SUSPECT = "suspect"
    SPAM = "spam"


@dataclass(frozen=True)
class Finding:
    """A verdict, and what it rests on, for the moderators."""

    verdict: Verdict
    why: str = ""


HAM = Finding(Verdict.HAM)


class Check(Protocol):
    """Looks at a thing as it was submitted or changed."""

    def look_at(self, thing: Thing, *, at: datetime) -> Finding:
        """What it is."""
        ...


class CheckFailed(Exception):
    """The check gave no answer: it is out of reach, or it refuses us."""
