"""Which backups are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from obole.backups.keeping import drop_superfluous, superfluous

NOW = datetime(2010, 11, 15, 3, tzinfo=UTC)
moments = st.lists(
    st.integers(0, 1000).map(lambda days: NOW - timedelta(days=days, hours=days % 24)), unique=True
)


class TestSuperfluous:
    def test_keeps_days_and_the_first_of_months(self) -> None:
        made = [NOW - timedelta(days=day) for day in range(70)]

        dropped = superfluous(made, at=NOW, days=3, months=2)

        kept = sorted(set(made) - set(dropped))
        assert [f"{moment:%m-%d}" for moment in kept] == [
            "10-01",
            "11-01",
            "11-13",
            "11-14",
            "11-15",
        ]

    def test_keeps_the_latest_however_old(self) -> None:
        old = [NOW - timedelta(days=day) for day in (900, 901)]

        assert superfluous(old, at=NOW, days=14, months=12) == [old[1]]

    @given(moments, st.integers(0, 40), st.integers(0, 30))
    def test_never_drops_all_nor_what_is_young(
        self, made: list[datetime], days: int, months: int
    ) -> None:
        dropped = superfluous(made, at=NOW, days=days, months=months)

        assert len(dropped) < len(made) or not made
        assert all(moment <= NOW - timedelta(days=days) for moment in dropped)


class TestDropSuperfluous:
    def test_leaves_other_files_alone(self, tmp_path: Path) -> None:
        old, new = (
            tmp_path / "obole-20080101T000000Z.dump",
            tmp_path / "obole-20101115T000000Z.dump",
        )
        others = [tmp_path / "obole-old.dump", tmp_path / "notes.txt", tmp_path / "x.json"]
        for file in (old, old.with_suffix(".json"), new, *others):
            file.touch()

        dropped = drop_superfluous(folder=tmp_path, at=NOW, days=14, months=12)

        assert dropped == [old]
        assert {*tmp_path.iterdir()} == {new, *others}
