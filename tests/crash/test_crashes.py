"""Kill -9 at moments drawn from a seed; run again; the export is that of an undisturbed run."""

from __future__ import annotations

import random
import time
from pathlib import Path

import psycopg
import pytest
from crash_site import (
    SUBSCRIBERS,
    SUBSCRIBERS_A_SHARD,
    CrashSite,
    is_settled,
    kill_group,
    kill_postgres,
    shards_ended,
    wait_until,
)

SHARDS = SUBSCRIBERS // SUBSCRIBERS_A_SHARD

Undisturbed = dict[str, bytes]
pytestmark = pytest.mark.timeout(600)


def strike(connection: psycopg.Connection[tuple[int, ...]], kind: str, seed: int) -> None:
    """Wait for the moment that the seed draws: a number of shards done, and a little more.

    -1 is before the period is closed; after the last shard come the earnings and the credits.
    """
    chance = random.Random(f"{kind} {seed}")
    shards, moment = chance.randint(-1, SHARDS + 1), chance.uniform(0, 0.03)
    print(f"{kind} {seed}: killed {moment:.3f} s after {shards} of {SHARDS} shards of budgets")
    wait_until(lambda: shards_ended(connection) >= shards or is_settled(connection))
    time.sleep(moment)
    print(f"shards ended: {shards_ended(connection)}, settled: {is_settled(connection)}")


class TestSettleMonth:
    def test_is_finished_by_the_next_run(
        self, site: CrashSite, undisturbed: Undisturbed, tmp_path: Path, seed: int
    ) -> None:
        options = ("--workers", "2") if seed % 2 else ()
        victim = site.settle(*options)
        with site.connect() as connection:
            strike(connection, f"process {options}", seed)
        kill_group(victim)

        assert site.finish(tmp_path / "export") == undisturbed

    def test_is_finished_after_a_crash_of_postgresql(
        self, site: CrashSite, undisturbed: Undisturbed, tmp_path: Path, seed: int
    ) -> None:
        victim = site.settle()
        connection = site.connect()
        strike(connection, "postgresql", seed)
        kill_postgres(site.servers)
        connection.close()
        victim.wait()

        site.servers.start(valkey=False)

        assert site.finish(tmp_path / "export") == undisturbed

    def test_gives_one_result_when_two_start_at_once(
        self, site: CrashSite, undisturbed: Undisturbed, tmp_path: Path
    ) -> None:
        both = [site.settle(), site.settle("--workers", "2")]

        codes = [settlement.wait() for settlement in both]

        assert codes == [0, 0]
        assert site.finish(tmp_path / "export", how="look") == undisturbed


class TestWorker:
    def test_settles_to_the_same_bytes(
        self, site: CrashSite, undisturbed: Undisturbed, tmp_path: Path
    ) -> None:
        site.send()

        with site.worker(), site.connect() as connection:
            wait_until(lambda: is_settled(connection))

        assert site.finish(tmp_path / "export", how="look") == undisturbed

    def test_that_is_killed_is_followed_by_another(
        self, site: CrashSite, undisturbed: Undisturbed, tmp_path: Path, seed: int
    ) -> None:
        site.send()
        with site.worker() as victim, site.connect() as connection:
            strike(connection, "worker", seed)
            kill_group(victim)

        # What the ten-minute start does: the queue may have lost what the victim had taken.
        site.send()
        with site.worker(), site.connect() as connection:
            wait_until(lambda: is_settled(connection))

        assert site.finish(tmp_path / "export", how="look") == undisturbed

    def test_and_a_command_at_once_give_one_result(
        self, site: CrashSite, undisturbed: Undisturbed, tmp_path: Path
    ) -> None:
        site.send()
        with site.worker(), site.connect() as connection:
            command = site.settle()
            assert command.wait() == 0
            wait_until(lambda: is_settled(connection))

        assert site.finish(tmp_path / "export", how="look") == undisturbed
