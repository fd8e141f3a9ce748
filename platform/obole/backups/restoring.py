"""The way back: into a database beside the site's, audited there, and only then in its place.

Whatever goes wrong on the way, the site's database is as it was. What it held is never deleted: it
is renamed, and the operator drops it once they are sure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from celery import current_app
from django.core.cache import cache
from django.db import connections
from psycopg import sql

from obole.backups.making import (
    STAMP,
    Progress,
    count_transfers,
    digest,
    load,
    read_manifest,
)
from obole.backups.servers import MAINTENANCE, BackupRefused, Server


@dataclass(frozen=True)
class Restored:
    """What stands in the place of the site's database now, and under which name the former does."""

    transfers: int
    former: str | None


def restore_backup(
    *, file: Path, at: datetime, force: bool = False, progress: Progress = lambda _stage: None
) -> Restored:
    """Put a backup in the place of the site's database, brought up to this program's migrations.

    Stop web processes, workers and the clock before. A database that has tables is replaced with
    `force` alone, and kept under another name. The cache and the queues are emptied: they tell of
    what was. Raises BackupRefused where the file is damaged, or its books are not sound.
    """
    server = Server.of_site()
    _check_file(file)
    if not force and _has_tables(server):
        raise BackupRefused(f"{server.database} is not empty; --force puts it aside")
    beside = f"{server.database}_restoring"
    server.drop(beside)
    server.create(beside)
    try:
        transfers = _fill(server, file, beside, progress)
    except BaseException:
        server.drop(beside)
        raise
    progress("put in place")
    former = _put_in_place(server, beside, f"{server.database}_before_{at:{STAMP}}".lower())
    cache.clear()
    current_app.control.purge()
    return Restored(transfers, former)


def _check_file(file: Path) -> None:
    if not file.is_file():
        raise BackupRefused(f"there is no file {file}")
    manifest = read_manifest(file)
    if manifest is not None and manifest.sha256 != digest(file):
        raise BackupRefused(f"{file} is damaged: it is not what was written")


def _has_tables(server: Server) -> bool:
    if not server.exists(server.database):
        return False
    with server.connected(server.database) as connection:
        found = connection.execute(
            "SELECT FROM pg_tables WHERE schemaname <> 'information_schema'"
            " AND NOT starts_with(schemaname, 'pg_') LIMIT 1"
        )
        return found.fetchone() is not None


def _fill(server: Server, file: Path, database: str, progress: Progress) -> int:
    progress("load")
    with server.connected() as connection:
        version = connection.info.server_version // 10_000
    load(server, file, database, version=version)
    transfers = count_transfers(server, database)
    manifest = read_manifest(file)
    if manifest is not None and manifest.transfers not in {None, transfers}:
        raise BackupRefused(f"{transfers} transfers came back, of {manifest.transfers}")
    for stage, arguments in _AFTERWARDS.items():
        progress(stage)
        done = server.command(database, *arguments)
        if done.returncode:
            said = (done.stderr or done.stdout).strip()[-800:]
            raise BackupRefused(f"{' '.join(arguments)} on what came back failed: {said}")
    return transfers


_AFTERWARDS = {"migrate": ["migrate", "--no-input", "--verbosity=0"], "audit": ["audit"]}


def _put_in_place(server: Server, database: str, former: str) -> str | None:
    """Rename both, with nobody connected in between; the second failing takes the first back."""
    connections.close_all()
    there = server.exists(server.database)
    current, beside = sql.Identifier(server.database), sql.Identifier(database)
    aside = sql.Identifier(former)
    with server.connected(MAINTENANCE) as connection:
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        if there:
            connection.execute(
                sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false").format(current)
            )
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
                [server.database],
            )
            connection.execute(rename.format(current, aside))
        try:
            connection.execute(rename.format(beside, current))
        except BaseException:
            if there:
                connection.execute(rename.format(aside, current))
                connection.execute(
                    sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS true").format(current)
                )
            raise
    return former if there else None
