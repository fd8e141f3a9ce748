"""What the month end costs beside one bare row a click.

The bare way is `INSERT ... SELECT ... ORDER BY` its key of (period, subscriber, thing, amount),
one row a click with a primary key, from the table of clicks: the least that a platform does which
stores an amount for each click. The settlement is the whole of it: closing, shares, holds, ledger,
earnings, credits, audit, figures. Both in the same database, in turn; each round has a fresh copy
of a database with a month that `import_month` brought in. CPU is that of all processes of the
server, and of the client: this process, one that settles, or the workers of Celery.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass
from io import StringIO
from pathlib import Path

import psutil
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from importing import write_month_folder

TEMPLATE, SCRATCH = "obole_bench_month", "obole_bench_settle"
PERIOD = "2010-09"
PATIENCE = 3600

BARE = """
    CREATE TABLE bare (
        period date, subscriber_id bigint, thing_id bigint, amount bigint,
        PRIMARY KEY (period, subscriber_id, thing_id)
    );
    INSERT INTO bare SELECT period, subscriber_id, thing_id, 100000 FROM things_click
    WHERE period = '2010-09-01' ORDER BY period, subscriber_id, thing_id;
"""


@dataclass(frozen=True)
class Cost:
    """Seconds; and the peak of the client's memory in mebibytes, where it was read."""

    wall: float
    client: float
    server: float
    memory: float = 0.0

    @property
    def cpu(self) -> float:
        return self.client + self.server


def run(clicks: int, rounds: int, *, with_celery: bool) -> None:
    """Print the medians of so many rounds, in which the ways take turns."""
    ways: dict[str, Callable[[], Cost]] = {
        "one bare row a click": _bare,
        "settle_month": _settle_in_a_process,
    }
    if with_celery:
        ways["Celery, 2 workers"] = _settle_by_celery
    costs: dict[str, list[Cost]] = {way: [] for way in ways}
    with _month(clicks):
        for number in range(rounds):
            for way, measure in ways.items():
                with _copy_of_the_month():
                    costs[way].append(measure())
            print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    _print(clicks, {way: _median(measured) for way, measured in costs.items()})


def settle_here() -> None:
    """In a process of its own: settle the month of the database that it was given, print what."""
    from django.utils import timezone

    from payments.settlement.running import settle_period
    from things.periods import Period

    connection.ensure_connection()
    with _measuring(psutil.Process()) as cost:
        settle_period(period=Period.parse(PERIOD), at=timezone.now(), fee_basis_points=1000)
    print(json.dumps(asdict(cost())))


def _bare() -> Cost:
    connection.ensure_connection()
    with _measuring(psutil.Process()) as cost, connection.cursor() as cursor:
        cursor.execute(BARE)
    return cost()


def _settle_in_a_process() -> Cost:
    connection.close()
    settling = subprocess.run(
        [sys.executable, __file__], env=_environment(), stdout=subprocess.PIPE, check=True
    )
    return Cost(**json.loads(settling.stdout))


def _settle_by_celery() -> Cost:
    with _worker() as worker, _measuring(worker) as cost:
        subprocess.run(
            [sys.executable, "-c", _SEND], env=_environment(), stdout=subprocess.PIPE, check=True
        )
        _wait_until(_is_settled)
    return cost()


_SEND = (
    "import django; django.setup(); from payments.settlement.tasks import settle_month;"
    f"settle_month.delay(period='{PERIOD}')"
)


def _is_settled() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM payments_settlement WHERE settled_at IS NOT NULL")
        return bool(cursor.fetchone()[0])


@contextmanager
def _worker() -> Iterator[psutil.Process]:
    """A Celery worker with two processes, warm: it has answered, and its processes run."""
    ready = Path(tempfile.mkdtemp()) / "log"
    with ready.open("w") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "obole", "worker", "-c", "2", "-l", "INFO"],
            env=_environment(),
            stdout=log,
            stderr=log,
        )
    try:
        _wait_until(lambda: " ready." in ready.read_text())
        yield psutil.Process(worker.pid)
    finally:
        worker.terminate()
        worker.wait(PATIENCE)


def _environment() -> dict[str, str]:
    """The variables with which a process finds the copy of the month, and a queue of its own."""
    database = connection.settings_dict
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "obole.settings",
        "DATABASE_URL": f"postgres://{database['USER']}@/{SCRATCH}?host={database['HOST']}",
        "REDIS_URL": settings.REDIS_URL,
        "CELERY_BROKER_URL": settings.CELERY_BROKER_URL,
    }


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(holds.__name__)
        time.sleep(0.05)


@contextmanager
def _measuring(client: psutil.Process) -> Iterator[Callable[[], Cost]]:
    """Yields a function that, after the block, says what the block cost."""
    found: list[Cost] = []
    server = _server()
    before = (time.perf_counter(), _cpu_of(client), _cpu_of(server))
    yield lambda: found[0]
    after = (time.perf_counter(), _cpu_of(client), _cpu_of(server))
    spent = (end - start for start, end in zip(before, after, strict=True))
    found.append(Cost(*spent, memory=_peak_memory(client)))


def _server() -> psutil.Process:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        parent = psutil.Process(cursor.fetchone()[0]).parent()
    if parent is None:
        raise ProcessLookupError("the server has no postmaster that can be seen from here")
    return parent


def _cpu_of(root: psutil.Process) -> float:
    """Seconds of a process and of all below it, those that have ended included."""
    seconds = 0.0
    for process in [root, *root.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            seconds += sum(process.cpu_times()[:4])
    return seconds


def _peak_memory(process: psutil.Process) -> float:
    status = Path(f"/proc/{process.pid}/status")
    if not status.exists():
        return 0.0
    [peak] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
    return int(peak.split()[1]) / 1024


@contextmanager
def _month(clicks: int) -> Iterator[None]:
    """A database with an imported month, as it stands after autovacuum has been by."""
    own = connection.settings_dict["NAME"]
    _remake(TEMPLATE, "template1")
    _connect_to(TEMPLATE)
    with tempfile.TemporaryDirectory() as folder:
        write_month_folder(Path(folder), clicks)
        call_command("migrate", verbosity=0)
        call_command("import_month", folder, json=True, stdout=StringIO())
    _execute("VACUUM ANALYZE")
    _connect_to(own)
    try:
        yield
    finally:
        _execute(f"DROP DATABASE {TEMPLATE}")


@contextmanager
def _copy_of_the_month() -> Iterator[None]:
    own = connection.settings_dict["NAME"]
    _remake(SCRATCH, TEMPLATE)
    _execute("CHECKPOINT")
    _connect_to(SCRATCH)
    try:
        yield
    finally:
        _connect_to(own)
        _execute(f"DROP DATABASE {SCRATCH} WITH (FORCE)")


def _remake(name: str, template: str) -> None:
    _execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    _execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")


def _connect_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _median(costs: list[Cost]) -> Cost:
    return Cost(*(statistics.median(each) for each in zip(*map(astuple, costs), strict=True)))


def _print(clicks: int, costs: dict[str, Cost]) -> None:
    bare = costs["one bare row a click"]
    print(f"Settling {clicks:,} clicks: seconds, medians, and as multiples of the bare insert")
    print(
        f"{'':22}{'wall':>8}{'client':>8}{'server':>8}{'cpu':>8}{'x wall':>8}{'x cpu':>8}{'MiB':>8}"
    )
    for way, cost in costs.items():
        seconds = f"{cost.wall:8.2f}{cost.client:8.2f}{cost.server:8.2f}{cost.cpu:8.2f}"
        ratios = f"{cost.wall / bare.wall:8.2f}{cost.cpu / bare.cpu:8.2f}"
        print(f"{way:22}{seconds}{ratios}{cost.memory:8.0f}")


if __name__ == "__main__":
    import django

    django.setup()
    settle_here()
