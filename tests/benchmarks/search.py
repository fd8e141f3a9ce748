"""`make bench-search`: a search over a million things against a read of 30 by primary key.

Both are whole requests to the API in this process, warm, the best of several rounds. The things
go into a database of their own, which is dropped at the end. Ends 1 where a search takes more
than five times as long as the read.
"""

from __future__ import annotations

import argparse
import sys

from scratch import best, scratch_database, set_up

ALLOWED = 5
ROUNDS = 15
# Zipf's law, as words are: word number n is n times rarer than the first.
VOCABULARY = 20_000

SEARCHES = {
    "a common word": "things/search?query=word1",
    "a rarer word": "things/search?query=word500",
    "a rare word": "things/search?query=word19000",
    "two words": "things/search?query=word3+word7",
    "a common word, by clicks": "things/search?query=word1&sort=flattrs_month",
    "a tag, by trend": "things/search?tags=tag3+|+tag4&sort=trend",
    "a language and a category": "things/search?language=de_DE&category=audio",
    "a misspelt word": "things/search?query=wrod19000x",
    "everything": "things/search",
}

FILL = """
    INSERT INTO things_thing (url, owner_id, title, description, category, language, tags, hidden,
        state, created_at)
    SELECT 'https://bench.example/' || n, %(owner)s,
        (SELECT string_agg('word' || floor(exp(random() * ln(%(words)s)))::int, ' ')
         FROM generate_series(1, 5) WHERE n > 0),
        '', 'audio', (ARRAY['en_GB', 'de_DE', 'fr_FR', 'sv_SE'])[1 + n %% 4],
        ARRAY['tag' || n %% 50], false, 'active', now()
    FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""
POPULAR = """
    UPDATE things_popularity SET flattrs = n, flattrs_month = n, trend = n, counted_at = now()
    FROM (SELECT thing_id AS id, floor(1 / (0.001 + random()))::int AS n FROM things_popularity)
        AS counts WHERE thing_id = id
"""


def main() -> int:
    """Fill, measure, print. Returns the exit code."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--things", type=int, default=1_000_000)
    things = arguments.parse_args().things
    set_up(OBOLE_API_REQUESTS_AN_HOUR=str(10**9), OBOLE_HOSTS="testserver")
    with scratch_database("search"):
        print(f"filling {things:,} things", flush=True)
        _fill(things)
        return _measure(things)


def _fill(things: int) -> None:
    from django.db import connection

    from accounts.models import User

    owner = User.objects.create_user("bench").pk
    with connection.cursor() as cursor:
        for first in range(1, things + 1, 100_000):
            cursor.execute(
                FILL,
                {
                    "owner": owner,
                    "words": VOCABULARY,
                    "first": first,
                    "last": min(first + 99_999, things),
                },
            )
        cursor.execute(POPULAR)
        cursor.execute("VACUUM ANALYZE things_thing, things_popularity")


def _measure(things: int) -> int:
    from django.test import Client

    client = Client()
    step = max(1, things // 30)
    keys = ",".join(str(1 + number * step) for number in range(min(30, things)))
    read = best(lambda: client.get(f"/rest/v2/things/{keys}"), rounds=ROUNDS)
    print(f"{'30 things by primary key':28} {read:8.1f} ms")
    slow = []
    for name, path in SEARCHES.items():
        took = best(lambda path=path: client.get(f"/rest/v2/{path}"), rounds=ROUNDS)
        found = client.get(f"/rest/v2/{path}").json()["total_items"]
        print(f"{name:28} {took:8.1f} ms  {took / read:5.2f} times, {found:,} found", flush=True)
        if took > ALLOWED * read:
            slow.append(name)
    if slow:
        print(f"more than {ALLOWED} times the read: {', '.join(slow)}", file=sys.stderr)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
