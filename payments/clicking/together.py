"""Group commit for threads: who asks while others are answered is answered with the next.

One thread at a time takes all that was asked by then and answers it in one go. Alone, a question is
answered at once, by who asked it. Under load, round trips and commits are shared by as many
questions as threads wait. No thread of its own, no timer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar, cast

_Q = TypeVar("_Q")
_A = TypeVar("_A")


class Together(Generic[_Q, _A]):
    """Answers questions of many threads by one `deed`, which has an answer for each, in order.

    At most `most` at once. What the deed raises, each who asked is told.
    """

    def __init__(self, deed: Callable[[list[_Q]], Sequence[_A]], *, most: int = 64) -> None:
        self._deed = deed
        self._most = most
        self._guard = Lock()
        self._waiting: deque[_Asked[_Q, _A]] = deque()
        self._somebody_leads = False

    def ask(self, question: _Q) -> _A:
        """The answer to a question; raises what the deed raises."""
        mine: _Asked[_Q, _A] = _Asked(question)
        with self._guard:
            self._waiting.append(mine)
            if not self._somebody_leads:
                self._somebody_leads = True
                mine.turn.release()
        with mine.turn:
            if not mine.answered:
                self._answer_those_in_line()
        if mine.fault is not None:
            raise mine.fault
        return cast(_A, mine.answer)

    def _answer_those_in_line(self) -> None:
        with self._guard:
            asked = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        try:
            answered = list(zip(asked, self._deed([one.question for one in asked]), strict=True))
            for one, answer in answered:
                one.answer, one.answered = answer, True
        except BaseException as fault:
            for one in asked:
                one.fault, one.answered = fault, True
            raise
        finally:
            self._end_turn(asked)

    def _end_turn(self, answered: list[_Asked[_Q, _A]]) -> None:
        """Let the next in line lead, before those go who were answered."""
        with self._guard:
            self._somebody_leads = bool(self._waiting)
            if self._waiting:
                self._waiting[0].turn.release()
        for one in answered[1:]:
            one.turn.release()


class _Asked(Generic[_Q, _A]):
    """A question in line; its turn comes when it is answered, or is to answer for all."""

    def __init__(self, question: _Q) -> None:
        self.question = question
        self.answered = False
        self.answer: _A | None = None
        self.fault: BaseException | None = None
        self.turn = Lock()
        self.turn.acquire()
