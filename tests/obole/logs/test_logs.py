"""Lines of the log: what stands in them, and which request and task they belong to."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from celery import shared_task
from crash_site import wait_until
from django.test import Client
from pytest_django import Settings
from working import working

from obole.celery import app
from obole.logs.formatting import JsonFormatter, LineFormatter
from obole.logs.ids import drop_id, request_id, take_id

ROOT = Path(__file__).resolve().parents[3]
log = logging.getLogger("tests.logs")


@pytest.fixture(autouse=True)
def _no_request() -> Iterator[None]:
    yield
    drop_id()


@contextmanager
def writing(logger: logging.Logger) -> Iterator[io.StringIO]:
    """What a logger writes as JSON, from DEBUG up."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield stream
    logger.removeHandler(handler)
    logger.setLevel(level)


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What all write."""
    with writing(logging.getLogger()) as stream:
        yield stream


def lines(stream: io.StringIO, logger: str = "") -> list[dict[str, Any]]:
    found = [json.loads(line) for line in stream.getvalue().splitlines()]
    return [line for line in found if line["logger"].startswith(logger)]


class TestJson:
    def test_is_an_object_a_line(self, written: io.StringIO) -> None:
        log.warning("first\nsecond", extra={"view": "budget", "milliseconds": 12})

        [line] = lines(written, "tests.logs")
        assert datetime.fromisoformat(line.pop("time")).tzinfo
        assert line == {
            "level": "WARNING",
            "logger": "tests.logs",
            "message": "first\nsecond",
            "view": "budget",
            "milliseconds": 12,
        }

    def test_has_what_was_raised(self, written: io.StringIO) -> None:
        try:
            raise ValueError("ada@example.org is taken")
        except ValueError:
            log.exception("refused")

        [line] = lines(written, "tests.logs")
        assert line["raised"].endswith("ValueError: […] is taken")
        assert 'raise ValueError("[…] is taken")' in line["raised"]


class TestLine:
    def test_is_for_people(self) -> None:
        record = logging.LogRecord("a.b", logging.INFO, "", 1, "sent %s", ("it",), None)

        assert LineFormatter().format(record).endswith(" INFO a.b: sent it")

    def test_cannot_be_forged(self) -> None:
        record = logging.LogRecord("a", logging.INFO, "", 1, "GET /a\nb ERROR x: y", (), None)

        assert "\n" not in LineFormatter().format(record)


class TestRequest:
    def test_is_one_line_with_an_id(self, client: Client, db: None, written: io.StringIO) -> None:
        answer = client.get("/robots.txt?q=secret-search")

        [line] = lines(written, "obole.requests")
        assert line["message"] == "GET /robots.txt 200"
        assert (line["view"], line["status"]) == ("robots", 200)
        assert line["request"] == answer.headers["X-Request-ID"]
        assert "secret-search" not in written.getvalue()

    def test_takes_the_id_of_a_proxy_only(self, client: Client, settings: Settings) -> None:
        given = {"x-request-id": "abcdef-0123456789"}
        assert (
            client.get("/healthz", headers=given).headers["X-Request-ID"] != given["x-request-id"]
        )

        settings.BEHIND_PROXY = True

        answer = client.get("/healthz", headers=given)
        assert answer.headers["X-Request-ID"] == given["x-request-id"]
        forged = client.get("/healthz", headers={"x-request-id": "a b\tc ERROR"})
        assert " " not in forged.headers["X-Request-ID"]

    def test_of_a_supervisor_is_not_written_down(
        self, client: Client, written: io.StringIO
    ) -> None:
        client.get("/healthz")

        assert lines(written, "obole.requests") == []


@shared_task(name="tests.second", ignore_result=True)
def second() -> None:
    log.info("second")


@shared_task(name="tests.first", ignore_result=True)
def first() -> None:
    log.info("first")
    second.delay()


class TestTask:
    def test_has_the_id_of_the_request_that_sent_it(self, transactional_db: None) -> None:
        identity = take_id("")

        # A worker's start takes the handlers of the root away.
        with writing(log) as written, working():
            sent = first.delay()
            wait_until(lambda: len(lines(written)) == 2)

        one, other = lines(written)
        assert one["request"] == other["request"] == identity
        assert one["task"] == sent.id
        assert other["task"] not in {"", sent.id}

    def test_forgets_it_afterwards(self) -> None:
        take_id("")
        app.conf.task_always_eager = True

        second.delay()

        app.conf.task_always_eager = False
        assert request_id() == ""


class TestSettings:
    @pytest.mark.parametrize(("name", "first_sign"), [("json", "{"), ("line", "2")])
    def test_choose_the_format(self, name: str, first_sign: str) -> None:
        program = "import django; django.setup(); import logging; logging.warning('here')"
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={
                "DJANGO_SETTINGS_MODULE": "obole.settings",
                "OBOLE_LOG_FORMAT": name,
                "PATH": "",
                "HOME": "/nonexistent",
            },
            check=True,
            capture_output=True,
            text=True,
        )

        assert done.stderr.startswith(first_sign)
        assert "here" in done.stderr
