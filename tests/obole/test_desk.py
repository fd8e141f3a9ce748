"""The admin's first page: what waits, the month ends, the books, the machines, the month."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from obole.metrics import work
from payments.deposits.bank.models import BankLine
from payments.money import MICROS
from payments.settlement.models import AuditRun, PeriodFigures, Settlement
from things.periods import Period

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
DESK = "/admin/"


def bank_line(number: int) -> BankLine:
    return BankLine.objects.create(
        key=f"line {number}",
        account="FR7630006000011234567890189",
        booked_on=date(2010, 9, 9),
        amount=5 * MICROS,
        currency="EUR",
        incoming=True,
        read_at=NOON,
    )


def audit_run(*, sound: bool) -> AuditRun:
    return AuditRun.objects.create(
        cause=AuditRun.Cause.CLOCK,
        thorough=False,
        started_at=NOON,
        ended_at=NOON,
        checks=9,
        sound=sound,
        findings=[] if sound else [{"check": "balances", "offending": 1, "rows": []}],
    )


def settled(period: Period, given: int) -> Settlement:
    made = Settlement.objects.create(period=period, fee_basis_points=1000, closed_at=NOON)
    PeriodFigures.objects.create(
        settlement=made,
        currency="EUR",
        subscribers=2,
        creators=1,
        things=1,
        clicks=7,
        given=given,
        fee=0,
        mean=1,
        median=1,
    )
    Settlement.objects.filter(pk=made.pk).update(settled_at=NOON)
    return made


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def olga(db: None) -> Client:
    return browser_of(User.objects.create_superuser("olga"))


def member(group: str) -> Client:
    user = User.objects.create_user(f"of-{group}", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return browser_of(user)


class TestDesk:
    def test_counts_what_waits_and_leads_there(self, olga: Client) -> None:
        for number in range(2):
            bank_line(number)

        page = olga.get(DESK)

        [line] = page.context["waiting"]
        assert (line.errand.name, line.shown) == ("bank lines", "2")
        assert olga.get(line.errand.url).context["cl"].result_count == 2

    def test_says_more_rather_than_counting_all(self, olga: Client) -> None:
        BankLine.objects.bulk_create(
            BankLine(
                key=f"line {number}",
                account="FR7630006000011234567890189",
                booked_on=date(2010, 9, 9),
                amount=1,
                currency="EUR",
                incoming=True,
                read_at=NOON,
            )
            for number in range(150)
        )

        assert olga.get(DESK).context["waiting"][0].shown == "100+"

    def test_leads_to_lists_that_can_be_opened(self, olga: Client) -> None:
        from payments.desk.waiting import ERRANDS

        for errand in ERRANDS:
            assert olga.get(errand.url).status_code == 200, errand.name

    @pytest.mark.parametrize(
        ("group", "seen"),
        [
            ("support", set()),
            ("moderation", set()),
            ("finance", {"settlement", "audits", "months"}),
            ("admin", {"settlement", "audits", "months"}),
        ],
    )
    def test_shows_what_a_group_has_rights_for(self, db: None, group: str, seen: set[str]) -> None:
        bank_line(1)

        page = member(group).get(DESK)

        shown = {name for name in ("settlement", "audits", "months") if name in page.context}
        assert shown == seen
        assert len(page.context["waiting"]) == (group == "finance")

    @pytest.mark.parametrize(("sound", "words"), [(True, "sound"), (False, "faults found")])
    def test_says_what_the_last_audit_found(self, olga: Client, sound: bool, words: str) -> None:
        audit_run(sound=sound)

        assert words in olga.get(DESK).content.decode()

    def test_shows_tasks_that_failed(self, olga: Client) -> None:
        failed = {"name": "things.count", "task_id": "1", "raised": "ValueError", "at": 0.0}
        work._redis.cache_clear()
        from django.conf import settings

        redis = work._redis(settings.REDIS_URL)
        redis.delete(work.FAILURES)
        redis.lpush(work.FAILURES, json.dumps(failed))

        shown = olga.get(DESK).content.decode()

        redis.delete(work.FAILURES)
        assert "things.count" in shown
        assert "ValueError" in shown

    def test_draws_the_settled_months(self, olga: Client) -> None:
        last = Period.of(datetime.now(tz=UTC)).previous
        settled(last.previous, 3 * MICROS)
        settled(last, 5 * MICROS)

        page = olga.get(DESK)

        assert [chart.currency for chart in page.context["charts"]] == ["EUR", "", ""]
        values = [month.values[0] for month in page.context["charts"][0].months]
        assert values == [0] * 10 + [3 * MICROS, 5 * MICROS]
        assert page.content.decode().count('<svg class="picture"') == 3

    def test_needs_a_number_of_queries_that_does_not_grow(self, olga: Client) -> None:
        bank_line(1)
        audit_run(sound=True)
        olga.get(DESK)
        cache.clear()
        with CaptureQueriesContext(connection) as few:
            olga.get(DESK)
        for number in range(2, 20):
            bank_line(number)
            audit_run(sound=True)

        cache.clear()
        with CaptureQueriesContext(connection) as many:
            olga.get(DESK)
        with CaptureQueriesContext(connection) as again:
            olga.get(DESK)

        assert len(many) == len(few)
        assert len(again) < len(few) - 8  # counts come from the cache
