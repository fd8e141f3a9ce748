"""Threads that ask at once are answered together, each with its own answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from payments.clicking.together import Together

UNLUCKY = 13


class Refused(Exception):
    """The clerk does not double that number."""


class Clerk:
    """Doubles numbers; can be kept from going on, and remembers what it was asked in one go."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.may_go_on = Event()
        self.may_go_on.set()

    def double(self, numbers: list[int]) -> list[int]:
        self.asked.append(numbers)
        assert self.may_go_on.wait(20)
        if UNLUCKY in numbers:
            raise Refused
        return [2 * number for number in numbers]


@pytest.fixture
def clerk() -> Clerk:
    return Clerk()


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as threads:
        yield threads


def until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.001)


def ask_while_busy(
    clerk: Clerk, threads: ThreadPoolExecutor, together: Together[int, int], *numbers: int
) -> list[Future[Any]]:
    """The first keeps the clerk busy while the others come, one after the other."""
    clerk.may_go_on.clear()
    first, *others = numbers
    answers = [threads.submit(together.ask, first)]
    until(lambda: bool(clerk.asked))
    for count, number in enumerate(others, start=1):
        answers.append(threads.submit(together.ask, number))
        until(lambda count=count: len(together._waiting) == count)  # type: ignore[misc]
    clerk.may_go_on.set()
    return answers


class TestTogether:
    def test_answers_at_once_who_is_alone(self, clerk: Clerk) -> None:
        together = Together(clerk.double)

        assert [together.ask(1), together.ask(2)] == [2, 4]
        assert clerk.asked == [[1], [2]]

    def test_answers_those_who_come_meanwhile_in_one_go(
        self, clerk: Clerk, threads: ThreadPoolExecutor
    ) -> None:
        answers = ask_while_busy(clerk, threads, Together(clerk.double), 1, 2, 3, 4)

        assert [answer.result(20) for answer in answers] == [2, 4, 6, 8]
        assert clerk.asked == [[1], [2, 3, 4]]

    def test_answers_no_more_at_once_than_it_may(
        self, clerk: Clerk, threads: ThreadPoolExecutor
    ) -> None:
        answers = ask_while_busy(clerk, threads, Together(clerk.double, most=2), 1, 2, 3, 4)

        assert [answer.result(20) for answer in answers] == [2, 4, 6, 8]
        assert clerk.asked == [[1], [2, 3], [4]]

    def test_tells_a_fault_to_all_whom_it_met_and_to_nobody_else(
        self, clerk: Clerk, threads: ThreadPoolExecutor
    ) -> None:
        together = Together(clerk.double, most=2)

        answers = ask_while_busy(clerk, threads, together, 1, 2, UNLUCKY, 4)

        faults = [type(answer.exception(20)) for answer in answers]
        assert faults == [type(None), Refused, Refused, type(None)]
        assert together.ask(5) == 10

    def test_mixes_nothing_up(self, clerk: Clerk, threads: ThreadPoolExecutor) -> None:
        together = Together(clerk.double)

        answers = list(threads.map(together.ask, range(100, 2100)))

        assert answers == [2 * number for number in range(100, 2100)]
        assert sum(map(len, clerk.asked)) == 2000
