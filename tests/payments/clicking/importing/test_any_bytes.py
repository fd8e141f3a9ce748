"""Whatever the bytes of the files, a month is imported or refused, and never half of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from payments.budgets.models import Budget
from payments.clicking.importing.faults import BadMonth
from payments.clicking.importing.month import Imported, import_month
from payments.settlement.audit import check_ledger
from things.models import Click

NOW = datetime(2010, 10, 3, tzinfo=UTC)

FILES = {
    "things.csv": b"url,creator,title,category,language\nhttps://b.example/,ben,,audio,en_GB\n",
    "budgets.csv": b"subscriber,amount,currency\nada,10.00,EUR\n",
    "clicks.csv": b"clicked_at,subscriber,url\n2010-09-01T08:00Z,ada,https://b.example/\n",
}
SNIPPETS = [
    *(b'"', b'""', b",", b"\n", b"\r\n", b"\r", b"\0", b"\t", b"\\", b"\\.", b"\\N", b" "),
    *(b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"\xc3", "ß".encode()),
    *(b"9" * 30, b"-1", b"0", b"1e9", b"NaN", b"1000000000", b"0.0000001", b"EUR", b"XXX"),
    *(b"0001-01-01T00:00Z", b"9998-12-31T23:59:59.999999-14:59", b"+14:59", b"-14:59", b"24:00"),
    *(b"ada,", b"ADA,", b"ben,", b"https://b.example/", b"https://[", b"http://b.example:99999/"),
]


@st.composite
def spoilt(draw: st.DrawFn) -> dict[str, bytes]:
    """A good month with bytes cut out and put in, or one file of any bytes."""
    files = dict(FILES)
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(sorted(files)))
        content = files[name]
        first, last = sorted(draw(st.tuples(*[st.integers(0, len(content))] * 2)))
        cut = draw(st.sampled_from([first, first, min(last, first + 3), last]))
        put = draw(st.one_of(st.sampled_from(SNIPPETS), st.binary(max_size=4)))
        files[name] = content[:first] + put + content[cut:]
    return files


any_bytes = st.fixed_dictionaries({name: st.binary(max_size=60) for name in FILES})


@contextmanager
def _undone() -> Iterator[None]:
    savepoint = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(savepoint)


@pytest.mark.django_db
class TestAnyBytes:
    @settings(suppress_health_check=[HealthCheck.too_slow], max_examples=150)
    @given(files=st.one_of(spoilt(), spoilt(), any_bytes))
    @example(files=FILES)
    @example(files={**FILES, "clicks.csv": FILES["clicks.csv"].replace(b"2010", b"0001")})
    @example(files={**FILES, "clicks.csv": FILES["clicks.csv"].replace(b"2010", b"9998")})
    def test_are_imported_or_refused(self, files: dict[str, bytes]) -> None:
        with tempfile.TemporaryDirectory() as name, _undone():
            for file, content in files.items():
                (Path(name) / file).write_bytes(content)

            imported, refusal = _import(Path(name))

            if imported is None:
                assert refusal
                assert not Budget.objects.exists()
            else:
                assert imported.clicks == Click.objects.count()
                assert imported.subscribers == Budget.objects.count()
                check_ledger()


def _import(folder: Path) -> tuple[Imported | None, str]:
    try:
        return import_month(folder=folder, period=None, at=NOW), ""
    except BadMonth as refusal:
        return None, str(refusal)
