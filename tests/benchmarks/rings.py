"""`make find-rings`: the rules against abuse over a made-up month with planted rings.

About 100,000 clicks (`--clicks`), the same for the same `--seed`, in a database of its own that is
dropped at the end. It prints how many of each planted shape were found, all members of each, and
the honest accounts that were marked. Ends 1 where a shape was missed, or more than 1 % of the
honest accounts are marked. The shape that hides is printed and not counted: it gives honestly
more than half of what it gives.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = 0.01


def main() -> int:
    """Make, find, print. Returns the exit code."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--clicks", type=int, default=100_000)
    arguments.add_argument("--seed", type=int, default=2010)
    asked = arguments.parse_args()
    _set_up()
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    connection.settings_dict["TEST"]["NAME"] = f"bench_rings_{os.getpid()}"
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        return _measure(asked.clicks, asked.seed)
    finally:
        teardown_databases(databases, verbosity=0)


def _set_up() -> None:
    sys.path[:0] = [str(ROOT), str(ROOT / "platform"), str(ROOT / "tests/support")]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "obole.settings")
    os.environ.setdefault("OBOLE_LOG_LEVEL", "ERROR")
    import django

    django.setup()
    from obole.servers import start_missing

    start_missing()


def _measure(clicks: int, seed: int) -> int:
    from django.db import connection
    from planted_rings import SEPTEMBER, judge, make_month, write_month

    from payments.abuse.finding import find
    from payments.abuse.models import AbuseRule

    month = make_month(clicks=clicks, seed=seed)
    users = write_month(month)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"{month.clicks:,} clicks of {len(users):,} accounts, seed {seed}")
    found = {}
    for rule in AbuseRule.objects.order_by("pk"):
        begun = time.perf_counter()
        found[rule.name] = {one.creator for one in find(rule, period=SEPTEMBER)}
        took = time.perf_counter() - begun
        print(f"  {rule.name}: {len(found[rule.name])} creators in {took:.2f} s")
    verdict = judge(month, users, found)
    missed = 0
    print("\nplanted shape: found of planted")
    for shape, (caught, planted) in verdict.recall.items():
        print(f"  {shape}: {caught} of {planted}")
        missed += 0 if "hides" in shape else planted - caught
    print(f"\nhonest accounts: {verdict.honest:,}, of them {verdict.honest_creators:,} creators")
    for rule, marked in verdict.marked.items():
        print(f"  marked by {rule}: {marked}")
    print(f"  that is {verdict.marked_share:.2%} of all (allowed: {ALLOWED:.0%}), and", end=" ")
    print(f"{verdict.marked['all'] / verdict.honest_creators:.2%} of creators")
    return 1 if missed or verdict.marked_share > ALLOWED else 0


if __name__ == "__main__":
    sys.exit(main())
