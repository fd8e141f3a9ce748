"""How long backups are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from obole.backups.making import STAMP


def backups_in(folder: Path) -> list[tuple[datetime, Path]]:
    """The backups in a folder and when they were made, latest first; other files are not ours."""
    found = []
    for file in folder.glob("obole-*.dump"):
        try:
            made_at = datetime.strptime(f"{file.stem}+0000", f"obole-{STAMP}%z")
        except ValueError:
            continue
        found.append((made_at, file))
    return sorted(found, reverse=True)


def superfluous(
    made: Sequence[datetime], *, at: datetime, days: int, months: int
) -> list[datetime]:
    """Which of the moments need not be kept.

    Kept are all of the last `days` days, the first of each of the last `months` months, and the
    latest, however old it is.
    """
    firsts: dict[tuple[int, int], datetime] = {}
    for moment in sorted(made):
        firsts.setdefault((moment.year, moment.month), moment)
    this_month = at.year * 12 + at.month
    kept = {
        moment
        for (year, month), moment in firsts.items()
        if this_month - (year * 12 + month) < months
    }
    kept |= {moment for moment in made if moment > at - timedelta(days=days)}
    kept |= {max(made)} if made else set()
    return sorted(moment for moment in made if moment not in kept)


def drop_superfluous(*, folder: Path, at: datetime, days: int, months: int) -> list[Path]:
    """Delete what need not be kept, with what stands beside it. Returns the files."""
    files = dict(backups_in(folder))
    dropped = [files[moment] for moment in superfluous([*files], at=at, days=days, months=months)]
    for file in dropped:
        file.unlink()
        file.with_suffix(".json").unlink(missing_ok=True)
    return dropped
