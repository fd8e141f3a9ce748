"""`make bench-creators`: finding a thing by its address, and a creator's estimate, with a million.

A million things, of which one creator has 2,000; 20,000 readers with 15 clicks each in the running
month, one of them on something of the creator's. The rows go into a database of their own, which
is dropped at the end. All figures are ratios of one run, warm, the best of several rounds:

- `thing_at` for an address as it is stored, for another spelling of it, and for one that nobody
  has, against a read by primary key;
- the estimate of the running month (`running_month`) against only counting the same clicks.

Ends 1 where a ratio is above what is allowed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from scratch import best, scratch_database, set_up

ROUNDS = 15
# Most of it is Python that reads the address; the database looks into three indexes.
FIND_ALLOWED = 8
ESTIMATE_ALLOWED = 20
OWNED, READERS, CLICKS = 2_000, 20_000, 15

THINGS = """
    INSERT INTO things_thing (url, key, owner_id, title, description, category, language, tags,
        hidden, state, created_at)
    SELECT 'https://bench.example/' || n, sha256(convert_to('//bench.example/' || n, 'UTF8')),
        CASE WHEN n <= %(owned)s THEN %(creator)s ELSE %(other)s END, 'Thing ' || n, '', 'audio',
        'en_GB', '{}', false, 'active', now()
    FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""
PEOPLE = """
    INSERT INTO accounts_user (username, password, is_superuser, is_staff, is_active, date_joined,
        display_name, language, time_zone, suspended)
    SELECT 'reader' || n, '!', false, false, true, now(), '', 'en', 'UTC', false
    FROM generate_series(1, %(readers)s) AS n
"""
WALLETS = """
    INSERT INTO payments_ledgeraccount (owner_id, kind, currency, rail, balance, held, owed)
    SELECT id, 'wallet', 'EUR', '', 0, 0, 0 FROM accounts_user WHERE username LIKE 'reader%%'
"""
BUDGETS = """
    INSERT INTO payments_budget (subscriber_id, period, amount, currency, wallet_id)
    SELECT owner_id, %(period)s, 5000000, 'EUR', id FROM payments_ledgeraccount
    WHERE kind = 'wallet' AND owner_id IS NOT NULL
"""
CLICKED = """
    INSERT INTO things_click (period, subscriber_id, thing_id, clicked_at, visibility)
    SELECT %(period)s, reader.id,
        first.id + CASE WHEN n = 1 THEN (random() * %(owned)s)::int %% %(owned)s
            ELSE %(owned)s + (random() * (%(things)s - %(owned)s - 1))::int END,
        %(at)s, 0
    FROM (SELECT id FROM accounts_user WHERE username LIKE 'reader%%') AS reader
    CROSS JOIN generate_series(1, %(clicks)s) AS n
    CROSS JOIN (SELECT min(id) AS id FROM things_thing) AS first
    ON CONFLICT DO NOTHING
"""


def main() -> int:
    """Fill, measure, print. Returns the exit code."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--things", type=int, default=1_000_000)
    things = arguments.parse_args().things
    set_up()
    with scratch_database("creators"):
        print(f"filling {things:,} things", flush=True)
        _fill(things)
        return _measure(things)


def _fill(things: int) -> None:
    from django.db import connection
    from django.utils import timezone

    from accounts.models import User
    from things.partitions import ensure_partition
    from things.periods import Period

    creator, other = User.objects.create_user("creator"), User.objects.create_user("other")
    now = timezone.now()
    ensure_partition(Period.of(now))
    values = {
        "creator": creator.pk,
        "other": other.pk,
        "owned": OWNED,
        "readers": READERS,
        "clicks": CLICKS,
        "things": things,
        "period": Period.of(now).first_day,
        "at": now,
    }
    with connection.cursor() as cursor:
        for first in range(1, things + 1, 100_000):
            last = min(first + 99_999, things)
            cursor.execute(THINGS, {**values, "first": first, "last": last})
        for statement in (PEOPLE, WALLETS, BUDGETS, CLICKED):
            cursor.execute(statement, values)
        cursor.execute("VACUUM ANALYZE")


def _measure(things: int) -> int:
    from django.utils import timezone

    from accounts.models import User
    from payments.earnings.figures import running_month
    from things.aliases.finding import thing_at
    from things.models import Click, Thing
    from things.periods import Period

    creator, period = User.objects.get(username="creator"), Period.of(timezone.now())
    middle = Thing.objects.order_by("pk").values_list("pk", flat=True)[things // 2]
    url = Thing.objects.get(pk=middle).url
    spelling = f"{url.replace('https', 'http')}?utm_source=bench#top"
    read = best(lambda: Thing.objects.select_related("owner").get(pk=middle), rounds=ROUNDS)
    print(f"{'a thing by primary key':40} {read:8.2f} ms")
    failed = [
        _ratio(name, lambda address=address: thing_at(address), read, FIND_ALLOWED)
        for name, address in {
            "thing_at, as it is stored": url,
            "thing_at, another spelling": spelling,
            "thing_at, nobody's": f"{url}/nothing",
        }.items()
    ]
    mine = Click.objects.in_period(period).filter(thing__owner=creator)
    count = best(mine.count, rounds=ROUNDS)
    print(f"{f'counting the {mine.count():,} clicks of a creator':40} {count:8.2f} ms")
    failed.append(
        _ratio("the estimate", lambda: running_month(creator, period), count, ESTIMATE_ALLOWED)
    )
    return 1 if any(failed) else 0


def _ratio(name: str, deed: Callable[[], object], base: float, allowed: float) -> bool:
    """Print how many times longer a deed takes; whether that is more than is allowed."""
    took = best(deed, rounds=ROUNDS)
    print(f"{name:40} {took:8.2f} ms  {took / base:6.2f} times (allowed: {allowed})", flush=True)
    return took > allowed * base


if __name__ == "__main__":
    sys.exit(main())
