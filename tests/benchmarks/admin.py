"""`make bench-admin`: admin lists with a million rows behind them against a thousand.

Whole requests in this process, warm, the best of several rounds: the first page of each list, a
search in it, and the page of a row. The rows go into a database of their own, which is dropped at
the end. Ends 1 where a page takes more than three times as long with a million rows, needs another
number of queries, or reads a long table from one end to the other.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = 3
ROUNDS = 7
FEW = 1_000
LONG = (
    "accounts_user",
    "things_thing",
    "things_click_2010_09",
    "payments_transfer",
    "payments_ledgeraccount",
    "accounts_staffentry",
)

PAGES = {
    "users": "/admin/accounts/user/",
    "users, a name": "/admin/accounts/user/?q=user-17",
    "users, staff": "/admin/accounts/user/?is_staff__exact=1",
    "things": "/admin/things/thing/",
    "things, an address": "/admin/things/thing/?q=https://bench.example/17",
    "things, a title": "/admin/things/thing/?q=title-17x",
    "clicks": "/admin/things/click/?period=2010-09",
    "clicks of a subscriber": "/admin/things/click/?period=2010-09&subscriber=user-17",
    "transfers": "/admin/payments/transfer/",
    "transfers, a key": "/admin/payments/transfer/?q=bench:17",
    "transfers of a user": "/admin/payments/transfer/?q=user-17",
    "ledger accounts": "/admin/payments/ledgeraccount/",
    "staff log": "/admin/accounts/staffentry/",
    "the desk": "/admin/",
}

USERS = """
    INSERT INTO accounts_user (password, is_superuser, is_staff, is_active, date_joined, username,
        display_name, language, time_zone, suspended, email)
    SELECT '', false, false, true, now(), 'user-' || n, 'User ' || n, 'en', 'UTC', false,
        'user-' || n || '@bench.example'
    FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""
THINGS = """
    INSERT INTO things_thing (url, owner_id, title, description, category, language, tags, hidden,
        state, created_at)
    SELECT 'https://bench.example/' || n, %(owner)s, 'title-' || n || 'x', '', 'audio', 'en_GB',
        '{}', false, 'active', now()
    FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""
CLICKS = """
    INSERT INTO things_click (period, subscriber_id, thing_id, clicked_at, visibility)
    SELECT '2010-09-01', subscriber.id, thing.id, '2010-09-09', 1
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM accounts_user
        WHERE username ^@ 'user-') AS subscriber
    JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM things_thing) AS thing
        ON thing.n = subscriber.n
    WHERE subscriber.n BETWEEN %(first)s AND %(last)s
"""
ACCOUNTS = """
    INSERT INTO payments_ledgeraccount (owner_id, kind, currency, rail, balance, held, owed)
    SELECT id, 'wallet', 'EUR', '', 0, 0, 0 FROM (
        SELECT id, row_number() OVER (ORDER BY id) AS n FROM accounts_user
        WHERE username ^@ 'user-') AS owner
    WHERE n BETWEEN %(first)s AND %(last)s
"""
TRANSFERS = """
    INSERT INTO payments_transfer (debited_id, credited_id, amount, released, currency, kind, key,
        about_at, posted_at)
    SELECT %(outside)s, account.id, 5000000, 0, 'EUR', 'deposit', 'bench:' || n, now(), now()
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM payments_ledgeraccount
        WHERE kind = 'wallet') AS account
    WHERE n BETWEEN %(first)s AND %(last)s
"""
ENTRIES = """
    INSERT INTO accounts_staffentry (at, staff_id, operator, kind, outcome, deed, subject, row,
        called, before, after, reason)
    SELECT now(), %(owner)s, '', 'look', 'done', '', 'things.thing', n, '', '{}', '{}', ''
    FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""


@dataclass(frozen=True)
class Measured:
    """One page with some rows behind it."""

    milliseconds: float
    queries: int
    read_whole: set[str]


def main() -> int:
    """Fill, measure, fill more, measure again, print. Returns the exit code."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=1_000_000)
    rows = arguments.parse_args().rows
    _set_up()
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    connection.settings_dict["TEST"]["NAME"] = f"bench_admin_{os.getpid()}"
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        return _compare(rows)
    finally:
        teardown_databases(databases, verbosity=0)


def _compare(rows: int) -> int:
    browser, known = _begin()
    _fill(1, FEW, known)
    few = {name: _measure(browser, page) for name, page in PAGES.items()}
    print(f"filling {rows:,} rows of each", flush=True)
    _fill(FEW + 1, rows, known)
    wrong = []
    print(f"{'page':26} {FEW:>9,} rows {rows:>12,} rows   times  queries")
    for name, page in PAGES.items():
        many = _measure(browser, page)
        times = many.milliseconds / few[name].milliseconds
        print(
            f"{name:26} {few[name].milliseconds:10.1f} ms {many.milliseconds:14.1f} ms"
            f" {times:7.2f} {many.queries:8}",
            flush=True,
        )
        if times > ALLOWED or many.queries != few[name].queries or many.read_whole:
            wrong.append(f"{name} {sorted(many.read_whole) or ''}".strip())
    if wrong:
        print(f"not as quick as they must be: {', '.join(wrong)}", file=sys.stderr)
    return 1 if wrong else 0


def _set_up() -> None:
    sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "obole.settings")
    os.environ.setdefault("OBOLE_LOG_LEVEL", "ERROR")
    os.environ.setdefault("OBOLE_STAFF_SECOND_FACTOR", "0")
    os.environ.setdefault("OBOLE_HOSTS", "testserver")
    import django

    django.setup()
    from obole.servers import start_missing

    start_missing()


def _begin() -> tuple[Any, dict[str, int]]:
    from django.test import Client

    from accounts.models import User
    from payments.ledger.posting import outside
    from things.partitions import ensure_partition
    from things.periods import Period

    olga = User.objects.create_superuser("olga")
    browser = Client()
    browser.force_login(olga)
    ensure_partition(Period(2010, 9))
    return browser, {"owner": olga.pk, "outside": outside("bench", "EUR").pk}


def _fill(first: int, last: int, known: dict[str, int]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in (USERS, THINGS, CLICKS, ACCOUNTS, TRANSFERS, ENTRIES):
            for begin in range(first, last + 1, 250_000):
                end = min(begin + 249_999, last)
                cursor.execute(statement, {**known, "first": begin, "last": end})
        cursor.execute("VACUUM ANALYZE")


def _measure(browser: Any, page: str) -> Measured:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    answer = browser.get(page)
    assert answer.status_code == 200, (page, answer.status_code)
    with CaptureQueriesContext(connection) as captured:
        browser.get(page)
    read_whole = set()
    with connection.cursor() as cursor:
        for query in captured.captured_queries:
            if query["sql"].startswith("SELECT"):
                cursor.execute("EXPLAIN " + query["sql"].replace("%", "%%"), [])
                plan = " ".join(row[0] for row in cursor.fetchall())
                read_whole |= {table for table in LONG if f"Seq Scan on {table}" in plan}
    return Measured(_best(lambda: browser.get(page)), len(captured), read_whole)


def _best(request: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        request()
        times.append(time.perf_counter() - began)
    return min(times) * 1000


if __name__ == "__main__":
    sys.exit(main())
