"""The settlement console: dry run, start, progress, history; by pages and from the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import StaffEntry, User
from payments.desk.previewing import asked_preview, last_preview, make_preview
from payments.desk.tasks import preview_month
from payments.ledger.models import Transfer
from payments.money import MICROS
from payments.settlement.closing import close_period
from payments.settlement.models import Settlement
from things.models import Thing
from things.periods import Period

SEPTEMBER = Period(2010, 9)
PAGE = "/admin/month-ends/2010-09/"

Give = Callable[..., None]
Settle = Callable[..., Settlement]


@pytest.fixture
def console(olga: User) -> Client:
    browser = Client()
    browser.force_login(olga)
    return browser


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("month_ends", *arguments, stdout=out)
    return out.getvalue()


class TestPreview:
    def test_is_computed_by_a_task_and_shown_with_the_outliers(
        self, ada: User, song: Thing, give: Give, console: Client, monkeypatch: Any
    ) -> None:
        give(ada, song)
        sent: list[dict[str, str]] = []
        monkeypatch.setattr(preview_month, "delay", lambda **sending: sent.append(sending))

        console.post(f"{PAGE}preview/")
        waiting = console.get(PAGE)
        preview_month(**sent[0])
        shown = console.get(PAGE)

        assert waiting.context["asked"] is not None
        assert asked_preview(SEPTEMBER) is None
        [(now, before)] = shown.context["compared"]
        assert (now.given, now.clicks, before) == (5 * MICROS, 1, None)
        [outlier] = shown.context["preview"]["outliers"]
        assert (outlier["name"], outlier["gross"], outlier["before"]) == ("ben", 5 * MICROS, 0)
        assert not Transfer.objects.filter(kind="share").exists()

    def test_compares_with_the_month_before(
        self, ada: User, song: Thing, give: Give, settle: Settle
    ) -> None:
        give(ada, song)
        settle()

        october = make_preview(SEPTEMBER.next)

        assert [row["given"] for row in october["before"]] == [5 * MICROS]
        assert october["figures"] == []

    def test_says_the_same_on_the_command_line(self, ada: User, song: Thing, give: Give) -> None:
        give(ada, song)

        lines = said("2010-09", "--preview")

        assert "EUR given: 5.000000 (0.000000 before)" in lines
        assert "ben: 5.000000 EUR (0.000000 before) new" in lines
        assert last_preview(SEPTEMBER) is not None


class TestStart:
    def test_sends_the_month_end_and_is_in_the_log(
        self, console: Client, olga: User, monkeypatch: Any
    ) -> None:
        sent: list[dict[str, str]] = []
        monkeypatch.setattr(
            "payments.desk.console.settle_month.delay", lambda **sending: sent.append(sending)
        )

        console.post(f"{PAGE}start/")

        assert sent == [{"period": "2010-09"}]
        entry = StaffEntry.objects.get()
        assert (entry.staff, entry.deed, entry.reason) == (olga, "settle", "2010-09")

    def test_waits_for_a_worker_before_the_eyes_of_who_started_it(
        self, console: Client, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr("payments.desk.console.settle_month.delay", lambda **_sending: None)
        before = console.get(PAGE).content.decode()

        shown = console.post(f"{PAGE}start/", follow=True).content.decode()
        close_period(period=SEPTEMBER, at=SEPTEMBER.ends_at, fee_basis_points=1000)
        begun = console.get(PAGE).content.decode()

        assert '<meta http-equiv="refresh"' not in before
        assert '<meta http-equiv="refresh"' in shown
        assert "no worker has begun it yet" in shown
        assert "no worker has begun it yet" not in begun

    def test_refuses_a_month_that_runs(self, console: Client, monkeypatch: Any) -> None:
        running = Period.of(datetime.now(tz=UTC))
        monkeypatch.setattr("payments.desk.console.settle_month.delay", None)

        answer = console.post(f"/admin/month-ends/{running}/start/", follow=True)

        assert "The month is not over yet." in answer.content.decode()


class TestProgress:
    def test_shows_stages_and_shards_of_one_that_stopped(
        self, ada: User, song: Thing, give: Give, console: Client
    ) -> None:
        give(ada, song)
        close_period(period=SEPTEMBER, at=SEPTEMBER.ends_at, fee_basis_points=1000)

        shown = console.get(PAGE)

        states = [(one.stage.name, one.state) for one in shown.context["progress"].stages]
        assert states == [
            ("close", "done"),
            ("share", "running"),
            ("earn", "waiting"),
            ("credit", "waiting"),
        ]
        assert '<meta http-equiv="refresh"' in shown.content.decode()
        assert "share: running, 0 of 1 shards, 0 rows" in said("2010-09")

    def test_stands_still_once_it_is_settled(
        self, ada: User, song: Thing, give: Give, settle: Settle, console: Client
    ) -> None:
        give(ada, song)
        settle()

        shown = console.get(PAGE)
        listed = console.get("/admin/month-ends/")

        assert '<meta http-equiv="refresh"' not in shown.content.decode()
        assert [line.settlement.period for line in listed.context["history"]] == [SEPTEMBER]
        assert said().startswith("2010-09: settled in")
