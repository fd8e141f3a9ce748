"""`make bench`: what the month end and the import cost, as ratios from one run.

bench.py [--clicks N] [--rounds N] [--without-import] [--without-celery]
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "obole.settings")


def main() -> None:
    """Start the servers, and run one benchmark after the other."""
    arguments = _arguments()

    import django

    from obole.servers import start_missing

    start_missing()
    django.setup()
    import importing
    import settling

    settling.run(arguments.clicks, arguments.rounds, with_celery=not arguments.without_celery)
    if not arguments.without_import:
        importing.run(arguments.clicks, arguments.rounds)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clicks", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--without-import", action="store_true")
    parser.add_argument("--without-celery", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
