"""`make bench-admin`: admin lists with a million rows behind them against a thousand.

A million users, things, clicks, ledger accounts, transfers and entries of the staff log in one
database, and a thousand of each in another. Whole requests in this process, in turn to the one and
the other, the best of several rounds: the first and the last page of every list of the admin that
has rows, each of its filters, searches, the pages of clicks and the ledger explorer. Ends 1 where a
page takes more than three times as long with a million rows, or needs more queries.

Time is CPU time, of this process and of the one of PostgreSQL that answers it, so that what else
the machine does is not measured: all rows lie in memory, and no query is divided among processes.
The time on the clock stands beside it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scratch import scratch_database, set_up, timed

ALLOWED = 3
ROUNDS = 3
REQUESTS = 2
FEW = 1_000
AT_ONCE = 250_000

SEARCHES = {
    "accounts.User": ("user-17", "ser-170@bench", "User 17"),
    "things.Thing": ("https://bench.example/17", "title-170x", "user-17"),
    "payments.Transfer": ("deposit:17", "user-17"),
    "payments.LedgerAccount": ("user-17",),
    "accounts.StaffEntry": ("user-17",),
}
PAGES = {
    "the desk": "/admin/",
    "clicks": "/admin/things/click/?period=2010-09",
    "clicks of a subscriber": "/admin/things/click/?period=2010-09&subscriber=user-17",
    "ledger: the site": "/admin/ledger/",
    "ledger: a user": "/admin/ledger/?owner=user-17",
    "ledger: a user, then": "/admin/ledger/?owner=user-17&at=2010-09-01T00:00",
    "ledger: a wallet": "/admin/ledger/accounts/{wallet}/",
    "ledger: a wallet, a month": "/admin/ledger/accounts/{wallet}/?first=2010-09-01&kind=deposit",
    "ledger: the bank": "/admin/ledger/accounts/{bank}/",
    "ledger: the bank, of all time": "/admin/ledger/accounts/{bank}/?kind=",
    "ledger: the bank, one kind of none": "/admin/ledger/accounts/{bank}/?kind=paid",
    "ledger: a transfer": "/admin/ledger/transfers/{transfer}/",
}
# Told and not judged: these add up all transfers of the account, a million of them.
SUMS = {
    "ledger: the site, then": "/admin/ledger/?at=2010-09-01T00:00",
    "ledger: the bank, a kind": "/admin/ledger/accounts/{bank}/?kind=deposit",
    "ledger: the bank, a month": "/admin/ledger/accounts/{bank}/?first=2010-09-01&last=2010-09-30",
    "ledger: the bank, its end": "/admin/ledger/accounts/{bank}/?kind=&after=1283385630000000_30",
}

USERS = """
    INSERT INTO accounts_user (password, is_superuser, is_staff, is_active, date_joined, username,
        display_name, language, time_zone, suspended, email)
    SELECT '', false, false, true, now(), 'user-' || n, 'User ' || n, 'en', 'UTC', false,
        'user-' || n || '@bench.example'
    FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""
THINGS = """
    INSERT INTO things_thing (url, key, owner_id, title, description, category, language, tags,
        hidden, state, created_at)
    SELECT 'https://bench.example/' || n, sha256(convert_to('//bench.example/' || n, 'UTF8')),
        %(owner)s, 'title-' || n || 'x', '', 'audio', 'en_GB', '{}', false, 'active', now()
    FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""
CLICKS = """
    INSERT INTO things_click (period, subscriber_id, thing_id, clicked_at, visibility)
    SELECT '2010-09-01', subscriber.id, thing.id, '2010-09-09', 1
    FROM (SELECT id, nullif(substr(username, 6), '')::int AS n FROM accounts_user
        WHERE username ^@ 'user-') AS subscriber
    JOIN (SELECT id, substr(url, 23)::int AS n FROM things_thing) AS thing
        ON thing.n = subscriber.n
    WHERE subscriber.n BETWEEN %(first)s AND %(last)s
"""
ACCOUNTS = """
    INSERT INTO payments_ledgeraccount (owner_id, kind, currency, rail, balance, held, owed)
    SELECT id, 'wallet', 'EUR', '', 0, 0, 0 FROM (
        SELECT id, nullif(substr(username, 6), '')::int AS n FROM accounts_user
        WHERE username ^@ 'user-') AS owner
    WHERE n BETWEEN %(first)s AND %(last)s
"""
TRANSFERS = """
    INSERT INTO payments_transfer (debited_id, credited_id, amount, released, currency, kind, key,
        about_at, posted_at)
    SELECT %(outside)s, account.id, 5000000, 0, 'EUR', 'deposit', 'deposit:' || n,
        '2010-09-02'::timestamptz + n * interval '1 second',
        '2010-09-02'::timestamptz + n * interval '1 second'
    FROM (SELECT account.id, nullif(substr(username, 6), '')::int AS n
        FROM payments_ledgeraccount AS account JOIN accounts_user AS owner
            ON owner.id = owner_id WHERE kind = 'wallet') AS account
    WHERE n BETWEEN %(first)s AND %(last)s ORDER BY n
"""
ENTRIES = """
    INSERT INTO accounts_staffentry (at, staff_id, operator, kind, outcome, deed, subject, row,
        called, before, after, reason)
    SELECT now(), %(owner)s, '', 'look', 'done', '', 'things.thing', n, '', '{}', '{}', ''
    FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""
# Built at the end: entering a million rows into them one by one takes minutes.
BUILT_AFTER = ("accounts_user", "things_thing")


@dataclass(frozen=True)
class Measure:
    """What a request takes, in milliseconds, and how many questions it asks."""

    cpu: float
    clock: float
    queries: int


def main() -> int:
    """Fill, measure, print. Returns the exit code."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=1_000_000)
    rows = arguments.parse_args().rows
    set_up(OBOLE_STAFF_SECOND_FACTOR="0", OBOLE_HOSTS="testserver")
    with scratch_database("admin"):
        browser, known = _begin()
        _fill(1, FEW, known)
        with _copy() as (few, many):
            _use(many)
            print(f"filling {rows:,} rows of each", flush=True)
            _fill(FEW + 1, rows, known)
            return _compare(browser, few, many, rows)


def _compare(browser: Any, few: str, many: str, rows: int) -> int:
    wrong = []
    print(f"{'page':58} {FEW:>9,} rows {rows:>12,} rows   times  queries      clock")
    for name, page in _pages(browser, few, many):
        measured: dict[str, list[Measure]] = {few: [], many: []}
        for _round in range(ROUNDS):
            for database, of_it in measured.items():
                of_it.append(_measure(browser, database, page[database]))
        less, more = _best(measured[few]), _best(measured[many])
        times = more.cpu / less.cpu
        print(
            f"{name:58} {less.cpu:11.1f} ms {more.cpu:14.1f} ms {times:7.2f} {more.queries:8}"
            f" {more.clock:7.1f} ms",
            flush=True,
        )
        judged = name not in SUMS
        if more.queries > less.queries or (judged and times > ALLOWED):
            wrong.append(name)
    if wrong:
        print(f"not as quick as they must be: {', '.join(wrong)}", file=sys.stderr)
    return 1 if wrong else 0


def _pages(browser: Any, few: str, many: str) -> Iterator[tuple[str, dict[str, str]]]:
    """By name, the address in each database: every list of the admin that has rows, and more."""
    found = {database: dict(_addresses(browser, database)) for database in (few, many)}
    for name in found[few]:
        yield name, {few: found[few][name], many: found[many][name]}


def _addresses(browser: Any, database: str) -> Iterator[tuple[str, str]]:
    from django.contrib import admin
    from django.urls import reverse

    from payments.ledger.models import LedgerAccount, Transfer

    _use(database)
    for model in sorted(admin.site._registry, key=lambda model: model._meta.label):
        if not model._default_manager.exists():
            continue
        options = model._meta
        page = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
        yield options.label, page
        yield f"{options.label}, last page", f"{page}?p=last"
        shown = browser.get(page).context["cl"]
        for spec in shown.filter_specs:
            for choice in list(spec.choices(shown))[1:]:
                asked = choice["query_string"]
                yield f"{options.label}{asked}", page + asked
        for text in SEARCHES.get(options.label, ()):
            yield f"{options.label}, {text}", f"{page}?q={text}"
    known = {
        "wallet": LedgerAccount.objects.get(owner__username="user-17").pk,
        "transfer": Transfer.objects.get(key="deposit:17").pk,
        "bank": LedgerAccount.objects.get(kind="outside").pk,
    }
    for name, address in (PAGES | SUMS).items():
        yield name, address.format(**known)


def _begin() -> tuple[Any, dict[str, int]]:
    from django.test import Client
    from django.test.utils import setup_test_environment

    from accounts.models import User
    from payments.ledger.posting import outside
    from things.partitions import ensure_partition
    from things.periods import Period

    # A client then tells the context of a page.
    setup_test_environment(debug=False)
    olga = User.objects.create_superuser("olga")
    browser = Client()
    browser.force_login(olga)
    ensure_partition(Period(2010, 9))
    return browser, {"owner": olga.pk, "outside": outside("bench", "EUR").pk}


@contextmanager
def _copy() -> Iterator[tuple[str, str]]:
    """The names of the database and of a copy of it, which is dropped in the end."""
    from django.db import connection

    few = connection.settings_dict["NAME"]
    many = f"{few}_many"
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{many}" TEMPLATE "{few}"')
    try:
        yield few, many
    finally:
        _use(few)
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{many}" WITH (FORCE)')


def _use(database: str) -> None:
    from django.db import connection

    if connection.settings_dict["NAME"] != database:
        connection.close()
        connection.settings_dict["NAME"] = database
        connection.settings_dict["OPTIONS"]["options"] = "-c max_parallel_workers_per_gather=0"


def _fill(first: int, last: int, known: dict[str, int]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET maintenance_work_mem = '256MB'")
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)"
            " AND indexdef ~ 'USING gin'",
            [list(BUILT_AFTER)],
        )
        built_after = cursor.fetchall()
        for name, _definition in built_after:
            cursor.execute(f"DROP INDEX {name}")
        for statement in (USERS, THINGS, CLICKS, ACCOUNTS, TRANSFERS, ENTRIES):
            for begin in range(first, last + 1, AT_ONCE):
                end = min(begin + AT_ONCE - 1, last)
                cursor.execute(statement, {**known, "first": begin, "last": end})
        for _name, definition in built_after:
            cursor.execute(definition)
        cursor.execute("VACUUM ANALYZE")


def _measure(browser: Any, database: str, page: str) -> Measure:
    """What a request costs, after one that warms the connection."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    _use(database)
    with CaptureQueriesContext(connection) as captured:
        answer = browser.get(page)
    assert answer.status_code == 200, (page, answer.status_code)
    queries = len(captured)
    measured = []
    for _time in range(REQUESTS):
        begun = _cpu()
        clock = timed(lambda: browser.get(page))
        measured.append(Measure(_cpu() - begun, clock, queries))
    return _best(measured)


def _cpu() -> float:
    """Milliseconds that this process and its process of PostgreSQL have computed so far."""
    from django.db import connection

    spent = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text()
    return time.process_time() * 1_000 + int(spent.split()[0]) / 1_000_000


def _best(measured: list[Measure]) -> Measure:
    return Measure(
        cpu=min(one.cpu for one in measured),
        clock=min(one.clock for one in measured),
        queries=max(one.queries for one in measured),
    )


if __name__ == "__main__":
    sys.exit(main())
