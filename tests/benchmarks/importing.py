"""What `import_month` costs beside the bare COPY of the same files.

The bare COPY takes the three files as they are, `FORMAT csv`, into tables of the same columns:
that is what anyone would do who wanted their rows in a database and nothing else. It resolves no
name, posts no deposit and checks nothing but types. Once its tables have primary keys (address,
subscriber, both of them for a click), once no key at all.

Each measurement has a database of its own, copied from an empty one. CPU is that of this process
and of the server's backend with its writers and input/output workers.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import accumulate
from pathlib import Path

import django
import psutil
from django.core.management import call_command
from django.db import connection, transaction

SEED = 20100901
MONTH = datetime(2010, 9, 1, tzinfo=UTC)
SECONDS = 30 * 86_400
TEMPLATE, SCRATCH = "obole_bench_empty", "obole_bench_import"

BARE_TABLES = """
    CREATE TABLE bare_things (url text{0}, creator text, title text, category text, language text);
    CREATE TABLE bare_budgets (subscriber text{0}, amount numeric, currency text);
    CREATE TABLE bare_clicks (clicked_at timestamptz, subscriber text, url text{1});
"""
KEYS = (" PRIMARY KEY", ", PRIMARY KEY (subscriber, url)")
WRITERS = ("walwriter", "checkpointer", "background writer", "io worker")


@dataclass(frozen=True)
class Cost:
    """Seconds."""

    wall: float
    client: float
    server: float

    @property
    def cpu(self) -> float:
        return self.client + self.server


def run(clicks: int, rounds: int = 5) -> None:
    """Print the medians of so many rounds, in which the three ways take turns."""
    with tempfile.TemporaryDirectory() as name, _template():
        folder = Path(name)
        write_month_folder(folder, clicks)
        ways: dict[str, Callable[[], None]] = {
            "import_month": lambda: _import(folder),
            "COPY, primary keys": lambda: _copy(folder, KEYS),
            "COPY, no key": lambda: _copy(folder, ("", "")),
        }
        costs: dict[str, list[Cost]] = {way: [] for way in ways}
        for _ in range(rounds):
            for way, deed in ways.items():
                costs[way].append(_measured(deed))
    _print(clicks, {way: _median(measured) for way, measured in costs.items()})


def write_month_folder(folder: Path, clicks: int) -> None:
    """A month of so many clicks, a tenth as many subscribers and half as many things again.

    What is clicked follows Zipf's law; clicks a subscriber are skewed, up to several hundred.
    The clicks are in the order of time, and no two are the same.
    """
    chance = random.Random(SEED)
    subscribers, things = max(clicks // 10, 1), max(clicks // 20, 1)
    _write(folder / "things.csv", "url,creator,title,category,language", _things(things))
    _write(folder / "budgets.csv", "subscriber,amount,currency", _budgets(subscribers, chance))
    clicked = sorted(_clicks(clicks, subscribers, things, chance))
    _write(folder / "clicks.csv", "clicked_at,subscriber,url", map(_click_line, clicked))


def _write(path: Path, header: str, lines: Iterator[str]) -> None:
    with path.open("w") as file:
        file.write(header + "\n")
        file.writelines(lines)


def _url(thing: int) -> str:
    return f"https://blog-{thing % 997:03}.example/articles/{thing}"


def _things(things: int) -> Iterator[str]:
    for thing in range(things):
        yield f"{_url(thing)},creator{thing % 997:03},Article {thing},text,en_GB\n"


def _budgets(subscribers: int, chance: random.Random) -> Iterator[str]:
    for subscriber in range(subscribers):
        yield f"subscriber{subscriber:07},{chance.randint(200, 2000) / 100:.2f},EUR\n"


def _clicks(
    clicks: int, subscribers: int, things: int, chance: random.Random
) -> Iterator[tuple[int, int, int]]:
    popularity = list(accumulate(1 / rank for rank in range(1, things + 1)))
    appetites = list(accumulate(min(chance.paretovariate(1.3), 150) for _ in range(subscribers)))
    drawn: set[int] = set()
    while len(drawn) < clicks:
        missing = clicks - len(drawn)
        givers = chance.choices(range(subscribers), cum_weights=appetites, k=missing)
        given = chance.choices(range(things), cum_weights=popularity, k=missing)
        drawn.update(giver * things + thing for giver, thing in zip(givers, given, strict=True))
    for pair in drawn:
        yield chance.randrange(SECONDS), *divmod(pair, things)


def _click_line(click: tuple[int, int, int]) -> str:
    second, subscriber, thing = click
    moment = (MONTH + timedelta(seconds=second)).isoformat()
    return f"{moment},subscriber{subscriber:07},{_url(thing)}\n"


def _import(folder: Path) -> None:
    call_command("import_month", str(folder), json=True, stdout=StringIO())


def _copy(folder: Path, keys: tuple[str, str]) -> None:
    """In one transaction, as the import."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BARE_TABLES.format(*keys))
        for name in ("things", "budgets", "clicks"):
            statement = f"COPY bare_{name} FROM STDIN (FORMAT csv, HEADER)"
            with (folder / f"{name}.csv").open("rb") as file, cursor.copy(statement) as copy:
                while block := file.read(1 << 18):
                    copy.write(block)


def _measured(deed: Callable[[], None]) -> Cost:
    with _scratch():
        server, client, wall = _server_cpu(), time.process_time(), time.perf_counter()
        deed()
        wall, client = time.perf_counter() - wall, time.process_time() - client
        return Cost(wall, client, _server_cpu() - server)


def _server_cpu() -> float:
    """Seconds of this connection's backend and of the processes that write for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = psutil.Process(cursor.fetchone()[0])
    siblings = backend.parent().children()
    counted = [backend, *(p for p in siblings if any(w in p.cmdline()[0] for w in WRITERS))]
    return sum(sum(process.cpu_times()[:2]) for process in counted)


@contextmanager
def _template() -> Iterator[None]:
    """An empty database with all tables, to copy from."""
    own = connection.settings_dict["NAME"]
    _remake(TEMPLATE, "template1")
    _connect_to(TEMPLATE)
    call_command("migrate", verbosity=0)
    _connect_to(own)
    try:
        yield
    finally:
        _execute(f"DROP DATABASE {TEMPLATE}")


@contextmanager
def _scratch() -> Iterator[None]:
    own = connection.settings_dict["NAME"]
    _remake(SCRATCH, TEMPLATE)
    _execute("CHECKPOINT")
    _connect_to(SCRATCH)
    try:
        yield
    finally:
        _connect_to(own)
        _execute(f"DROP DATABASE {SCRATCH}")


def _remake(name: str, template: str) -> None:
    _execute(f"DROP DATABASE IF EXISTS {name}")
    _execute(f"CREATE DATABASE {name} TEMPLATE {template}")


def _connect_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _median(costs: list[Cost]) -> Cost:
    middle = (statistics.median(each) for each in zip(*map(astuple, costs), strict=True))
    return Cost(*middle)


def _print(clicks: int, costs: dict[str, Cost]) -> None:
    print(f"Importing {clicks:,} clicks: seconds, medians, and import_month as a multiple")
    print(f"{'':20}{'wall':>8}{'client':>8}{'server':>8}{'cpu':>8}{'x wall':>8}{'x cpu':>8}")
    whole = costs["import_month"]
    for way, cost in costs.items():
        times = f"{cost.wall:8.2f}{cost.client:8.2f}{cost.server:8.2f}{cost.cpu:8.2f}"
        print(f"{way:20}{times}{whole.wall / cost.wall:8.2f}{whole.cpu / cost.cpu:8.2f}")


if __name__ == "__main__":
    django.setup()
    run(*map(int, sys.argv[1:]))
