"""A backup: dumped, brought back into a database of its own, audited there, and only then kept."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.core.cache import cache

from obole.backups.servers import BackupRefused, Server

# Of the last backup that was kept, in unix seconds; for the metrics.
MARK = "backup"
STAMP = "%Y%m%dT%H%M%SZ"

Progress = Callable[[str], object]


@dataclass(frozen=True)
class Manifest:
    """What stands beside a backup, in `NAME.json`.

    `transfers` is how many the ledger has in it. `sound` says what the audit of the copy found;
    None where it was not tried.
    """

    made_at: str
    database: str
    server: int
    bytes: int
    sha256: str
    transfers: int | None
    sound: bool | None


@dataclass(frozen=True)
class Backup:
    """A backup in a folder."""

    file: Path
    manifest: Manifest


def make_backup(
    *, folder: Path, at: datetime, tried: bool = True, progress: Progress = lambda _stage: None
) -> Backup:
    """Dump the site's database into a new file of `folder`, readable by this user alone.

    One moment of the database, while the site works on. Where it is `tried`, it is restored into
    a database of its own and audited there; unsound books are kept too, and said to be so. Raises
    BackupRefused where it cannot be made or brought back; then no file is left.
    """
    server = Server.of_site()
    version = server.version()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"obole-{at:{STAMP}}.dump"
    if file.exists():
        raise BackupRefused(f"{file} is there already")
    unfinished = file.with_suffix(".part")
    try:
        progress("dump")
        _dump(server, unfinished, version)
        transfers, sound = None, None
        if tried:
            progress("try")
            transfers, sound = _try(server, unfinished, version)
        manifest = Manifest(
            made_at=at.isoformat(),
            database=server.database,
            server=version,
            bytes=unfinished.stat().st_size,
            sha256=digest(unfinished),
            transfers=transfers,
            sound=sound,
        )
        # The manifest first: a dump without one is never seen.
        _write_private(file.with_suffix(".json"), json.dumps(asdict(manifest), indent=2) + "\n")
        unfinished.rename(file)
        _settle_on_disk(folder)
    finally:
        unfinished.unlink(missing_ok=True)
    cache.set(MARK, at.timestamp(), timeout=None)
    return Backup(file, manifest)


def read_manifest(file: Path) -> Manifest | None:
    """What stands beside a backup; None where nothing does. Raises BackupRefused if unreadable."""
    beside = file.with_suffix(".json")
    if not beside.exists():
        return None
    try:
        return Manifest(**json.loads(beside.read_text()))
    except (ValueError, TypeError) as fault:
        raise BackupRefused(f"{beside} is not what stands beside a backup") from fault


def digest(file: Path) -> str:
    """The SHA-256 of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def load(server: Server, file: Path, database: str, *, version: int) -> None:
    """Bring a dump back into an empty database. Raises BackupRefused."""
    into = ["--dbname", server.conninfo(database), "--no-owner", "--no-privileges"]
    server.run("pg_restore", *into, "--exit-on-error", str(file), version=version)


def count_transfers(server: Server, database: str) -> int:
    """How many transfers the ledger of a database has."""
    with server.connected(database) as connection:
        row = connection.execute("SELECT count(*) FROM payments_transfer").fetchone()
        return int(row[0]) if row else 0


def _dump(server: Server, file: Path, version: int) -> None:
    # Made before pg_dump writes into it: so nobody else can open it, at no moment.
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    what = ["--format=custom", "--no-owner", "--no-privileges", "--lock-wait-timeout=60s"]
    from_where = ["--dbname", server.conninfo(server.database)]
    server.run("pg_dump", *what, *from_where, "--file", str(file), version=version)


def _try(server: Server, file: Path, version: int) -> tuple[int, bool]:
    database = f"{server.database}_tried_{secrets.token_hex(4)}"
    server.create(database)
    try:
        load(server, file, database, version=version)
        transfers = count_transfers(server, database)
        audited = server.command(database, "audit", "--json")
        if audited.returncode not in {0, 1}:
            raise BackupRefused(f"the copy cannot be audited: {audited.stderr.strip()[-800:]}")
        return transfers, audited.returncode == 0
    finally:
        server.drop(database)


def _write_private(file: Path, text: str) -> None:
    with os.fdopen(os.open(file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())


def _settle_on_disk(folder: Path) -> None:
    for path in (*folder.glob("obole-*.dump"), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
