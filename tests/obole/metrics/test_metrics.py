"""The metrics: who may read them, what they cost, and whether they are right."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
from celery import shared_task
from django.conf import settings as django_settings
from django.test import Client
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from obole.celery import app
from obole.metrics.snapshot import last_snapshot, take_snapshot
from obole.metrics.work import failed_tasks, outcomes
from obole.tasks import heartbeat
from payments.budgets.planning import set_budget
from payments.clicking.recording import OwnThing, record_click
from payments.ledger.models import Transfer
from payments.ledger.posting import Posting, outside, post, wallet_of
from payments.settlement.auditing import run_audit
from payments.settlement.models import AuditRun
from payments.settlement.running import settle_period
from things.models import Thing
from things.periods import Period

ROOT = Path(__file__).resolve().parents[3]
TOKEN = "a-token-for-prometheus"
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _token(settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN


@pytest.fixture
def month(db: None) -> None:
    """Ada gave Ben five euros in the month that ran, and it is settled."""
    ada, ben = User.objects.create_user("ada"), User.objects.create_user("ben")
    song = Thing.objects.create(url="https://ben.example/song", owner=ben)
    for at in (Period.of(NOW).previous.starts_at, NOW):
        deposit = Posting(
            key=f"test:{at}",
            kind=Transfer.Kind.DEPOSIT,
            debited=outside("bank", "EUR"),
            credited=wallet_of(ada, "EUR"),
            amount=5_000_000,
            about_at=at,
        )
        post([deposit], posted_at=at)
        set_budget(subscriber=ada, amount=5_000_000, currency="EUR", at=at)
        record_click(subscriber=ada, thing=song, at=at)
    settle_period(period=Period.of(NOW).previous, at=NOW, fee_basis_points=1000)
    run_audit(cause=AuditRun.Cause.CLOCK)


def read(client: Client, **headers: str) -> dict[tuple[str, ...], float]:
    """The samples of the page, by name and labels."""
    answer = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}", **headers})
    assert answer.status_code == 200
    return {
        (sample.name, *(f"{key}={value}" for key, value in sorted(sample.labels.items()))): (
            sample.value
        )
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


class TestPage:
    def test_is_not_there_without_a_token(self, client: Client, settings: Settings) -> None:
        settings.METRICS_TOKEN = ""

        answer = client.get("/metrics", headers={"authorization": "Bearer "})

        assert answer.status_code == 404

    @pytest.mark.parametrize("sent", ["", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN])
    def test_is_closed_to_who_does_not_know_it(self, client: Client, sent: str) -> None:
        answer = client.get("/metrics", headers={"authorization": sent})

        assert (answer.status_code, answer.content) == (401, b"")

    def test_costs_no_query(
        self, client: Client, month: None, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        take_snapshot()

        with django_assert_num_queries(0):
            found = read(client)

        assert found["obole_balance_micros", "currency=EUR", "kind=earnings", "rail="] == 4_500_000

    def test_is_readable_before_anything_was_counted(self, client: Client) -> None:
        found = read(client)

        assert ("obole_queue_length",) in found
        assert ("obole_snapshot_timestamp_seconds",) not in found

    def test_is_readable_while_redis_is_away(self, client: Client, settings: Settings) -> None:
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/1"
        settings.CACHES = {
            "default": django_settings.CACHES["default"] | {"LOCATION": settings.REDIS_URL}
        }

        found = read(client)

        assert ("obole_queue_length",) not in found
        assert any(name[0] == "obole_request_seconds_count" for name in found)

    def test_tells_of_requests_by_the_name_of_their_address(self, client: Client) -> None:
        labels = ("method=GET", "status=2xx", "view=robots")
        before = read(client).get(("obole_request_seconds_count", *labels), 0)

        client.get("/robots.txt?who=ada")
        client.get("/no/such/page/of/ada")
        client.generic("SPELL", "/robots.txt")

        found = read(client)
        assert found["obole_request_seconds_count", *labels] == before + 1
        assert "ada" not in str(found.keys())
        assert "SPELL" not in str(found.keys())


class TestClicks:
    def test_are_counted_by_outcome_and_refusals_by_reason(self, db: None) -> None:
        ben = User.objects.create_user("ben")
        song = Thing.objects.create(url="https://ben.example/song", owner=ben)
        page = Thing.objects.create(url="https://nobody.example/")
        value = REGISTRY.get_sample_value
        refused, pending = {"reason": "own_thing"}, {"outcome": "pending"}
        before = value("obole_clicks_refused_total", refused) or 0
        waited = value("obole_clicks_total", pending) or 0

        with pytest.raises(OwnThing):
            record_click(subscriber=ben, thing=song, at=NOW)
        record_click(subscriber=ben, thing=page, at=NOW)

        assert value("obole_clicks_refused_total", refused) == before + 1
        assert value("obole_clicks_total", pending) == waited + 1


class TestSnapshot:
    def test_tells_of_money_months_and_machines(self, month: None) -> None:
        period = str(Period.of(NOW).previous)

        value = take_snapshot().value

        assert value("obole_balance_micros", "wallet", "EUR", "") == 5_000_000
        assert value("obole_balance_micros", "fees", "EUR", "") == 500_000
        assert value("obole_held_micros", "EUR") == 5_000_000
        assert value("obole_month_clicks") == value("obole_month_givers") == 1
        assert value("obole_settlement_shards", period, "share", "done") == 1
        assert value("obole_settlement_shards", period, "share", "open") == 0
        assert value("obole_settlement_settled", period) == 1
        assert value("obole_months_due") == 0
        assert value("obole_audit_sound", "quick") == 1
        assert value("obole_audit_sound", "thorough") is None
        assert value("obole_waiting", "refunds") == 0

    def test_is_kept_as_it_was_counted(self, month: None) -> None:
        taken = take_snapshot()

        kept = last_snapshot()

        assert kept == taken

    def test_asks_as_much_of_many_as_of_few(
        self, month: None, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(18):
            take_snapshot()
        for number in range(9):
            wallet_of(User.objects.create_user(f"giver{number}"), "EUR")

        with django_assert_num_queries(18):
            take_snapshot()


@shared_task(name="tests.fail")
def fail(*, address: str) -> None:
    raise ValueError(address)


class TestTasks:
    @pytest.fixture(autouse=True)
    def _here(self) -> Iterator[None]:
        app.conf.task_always_eager = True
        yield
        app.conf.task_always_eager = False

    def test_that_fail_are_named_without_what_they_were_given(self) -> None:
        result = fail.delay(address="ada@example.org")

        [failed] = failed_tasks()
        assert (failed.name, failed.raised) == ("tests.fail", "ValueError")
        assert failed.task_id == result.id
        client = redis.Redis.from_url(django_settings.REDIS_URL)
        assert b"ada" not in b"".join(client.lrange("obole:failures", 0, -1))

    def test_are_counted_by_what_became_of_them(self, client: Client) -> None:
        fail.delay(address="")
        heartbeat.delay()

        assert outcomes().samples == [["obole.heartbeat", "done", 1], ["tests.fail", "failed", 1]]
        assert read(client)["obole_tasks", "outcome=failed", "task=tests.fail"] == 1


# A process of its own counts some requests, and the last one shows the sum.
ASK = """
import django; django.setup()
import os, sys
from django.test import Client
client = Client(HTTP_HOST="localhost:8000")
for _ in range(3): client.get("/healthz")
if sys.argv[1:] == ["show"]:
    bearer = "Bearer " + os.environ["OBOLE_METRICS_TOKEN"]
    answer = client.get("/metrics", headers={"authorization": bearer})
    print(answer.content.decode())
"""


def run_python(program: str, *words: str, **variables: str) -> str:
    command = [sys.executable, "-c", program, *words]
    done = subprocess.run(
        command, cwd=ROOT, env=variables, check=True, capture_output=True, text=True
    )
    return done.stdout


class TestProcesses:
    def test_add_up_what_they_count(self, tmp_path: Path) -> None:
        variables = os.environ | {
            "DJANGO_SETTINGS_MODULE": "obole.settings",
            "OBOLE_METRICS_DIR": str(tmp_path / "metrics"),
            "OBOLE_METRICS_TOKEN": TOKEN,
        }
        run_python(ASK, **variables)
        page = run_python(ASK, "show", **variables)

        counted = 'obole_request_seconds_count{method="GET",status="2xx",view="healthz"} 6.0'
        assert counted in page
        assert (tmp_path / "metrics").stat().st_mode & 0o777 == 0o700
