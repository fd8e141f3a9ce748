"""A small month folder that is right, to be spoilt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from accounts.models import User
from payments.budgets.models import Budget
from payments.clicking.importing.faults import BadMonth
from payments.clicking.importing.month import import_month
from payments.clicking.models import ImportedMonth
from payments.ledger.models import LedgerAccount, Transfer
from things.models import Click, Thing
from things.periods import Period

THINGS = """\
url,creator,title,category,language
https://ben.example/song,ben,A song,audio,en_GB
https://ben.example/film,ben,"A film, long",video,fr_FR
https://cem.example/text,cem,,text,de_DE
"""
BUDGETS = """\
subscriber,amount,currency
ada,10.00,EUR
ben,3.500001,EUR
eve,5,USD
"""
CLICKS = """\
clicked_at,subscriber,url
2010-09-01T08:00:00+00:00,ada,https://ben.example/song
2010-09-02T08:00:00+02:00,ada,https://ben.example/film
2010-09-03T08:00Z,ada,https://cem.example/text
2010-09-04 08:00:00.5+00:00,ben,https://cem.example/text
"""


@pytest.fixture
def month(tmp_path: Path) -> Path:
    """Ada and Ben give to Ben and Cem in September 2010; Eve has a budget and clicks nothing."""
    folder = tmp_path / "month"
    folder.mkdir()
    (folder / "things.csv").write_text(THINGS)
    (folder / "budgets.csv").write_text(BUDGETS)
    (folder / "clicks.csv").write_text(CLICKS)
    return folder


@pytest.fixture
def spoil(month: Path) -> Callable[[str, bytes, bytes], None]:
    """Replace bytes of one file; nothing to replace means all of it."""

    def replace(name: str, old: bytes, new: bytes) -> None:
        path = month / name
        content = path.read_bytes()
        assert old in content
        path.write_bytes(content.replace(old, new) if old else new)

    return replace


@pytest.fixture
def refusal() -> Callable[..., str]:
    """Import a folder that is refused. Returns the refusal; nothing may have been written."""

    def refuse(folder: Path, period: Period | None = None) -> str:
        rows = _rows()
        with pytest.raises(BadMonth) as refused:
            import_month(folder=folder, period=period, at=datetime(2010, 10, 3, tzinfo=UTC))
        assert _rows() == rows
        return str(refused.value)

    return refuse


def _rows() -> list[int]:
    written = (User, Thing, LedgerAccount, Transfer, Budget, Click, ImportedMonth)
    return [model.objects.count() for model in written]
