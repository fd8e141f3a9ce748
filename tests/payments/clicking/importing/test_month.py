"""Importing a month folder that is right."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from django.db import DatabaseError

from accounts.models import User
from payments.budgets.models import Budget
from payments.clicking.importing.month import Imported, import_month
from payments.clicking.models import ImportedMonth
from payments.ledger.models import LedgerAccount, Transfer
from payments.money import MICROS
from payments.settlement.audit import check_ledger
from payments.settlement.closing import close_period
from payments.settlement.running import settle_period
from things.models import Click, Thing
from things.partitions import PeriodSealed, ensure_partition
from things.periods import Period

NOW = datetime(2010, 10, 3, tzinfo=UTC)
SEPTEMBER = Period(2010, 9)

pytestmark = pytest.mark.django_db


def _import(folder: Path, period: Period | None = None) -> Imported:
    return import_month(folder=folder, period=period, at=NOW)


def _clicks() -> list[tuple[str, str]]:
    clicks = Click.objects.order_by("clicked_at", "subscriber__username")
    return list(clicks.values_list("subscriber__username", "thing__url"))


class TestImportMonth:
    def test_says_what_it_wrote(self, month: Path) -> None:
        assert _import(month) == Imported(
            period=SEPTEMBER, subscribers=3, things=3, clicks=4, repeated=0
        )

    def test_makes_users_who_cannot_sign_in(self, month: Path) -> None:
        _import(month)

        users = User.objects.order_by("username")
        assert [user.username for user in users] == ["ada", "ben", "cem", "eve"]
        assert not any(user.has_usable_password() for user in users)
        assert len({user.password for user in users}) == 4
        for user in users:
            user.full_clean()
            assert user.email is None
            assert user.is_active
            assert not user.is_staff
            assert user.date_joined == NOW

    def test_makes_things_of_their_creators(self, month: Path) -> None:
        _import(month)

        film = Thing.objects.get(url="https://ben.example/film")
        film.full_clean()
        assert film.owner.username == "ben"
        assert (film.title, film.category, film.language) == ("A film, long", "video", "fr_FR")
        assert Thing.objects.get(url="https://cem.example/text").title == ""

    def test_deposits_each_budget(self, month: Path) -> None:
        _import(month)

        deposits = Transfer.objects.order_by("credited__owner__username")
        assert [(each.currency, each.amount) for each in deposits] == [
            ("EUR", 10 * MICROS),
            ("EUR", 3_500_001),
            ("USD", 5 * MICROS),
        ]
        for deposit in deposits:
            assert deposit.kind == Transfer.Kind.DEPOSIT
            assert deposit.key == f"import:2010-09:{deposit.credited.owner_id}"
            assert deposit.about_at == SEPTEMBER.starts_at
            assert deposit.posted_at == NOW
            assert (deposit.debited.kind, deposit.debited.rail) == ("outside", "import")

    def test_holds_the_budgets_that_were_clicked_with(self, month: Path) -> None:
        _import(month)

        wallets = LedgerAccount.objects.filter(kind="wallet").order_by("owner__username")
        assert [(wallet.balance, wallet.held) for wallet in wallets] == [
            (10 * MICROS, 10 * MICROS),
            (3_500_001, 3_500_001),
            (5 * MICROS, 0),
        ]
        held_at = Budget.objects.order_by("subscriber__username").values_list("held_at", flat=True)
        assert list(held_at) == [
            datetime(2010, 9, 1, 8, tzinfo=UTC),
            datetime(2010, 9, 4, 8, 0, 0, 500_000, tzinfo=UTC),
            None,
        ]
        check_ledger()

    def test_records_the_clicks(self, month: Path) -> None:
        _import(month)

        assert _clicks() == [
            ("ada", "https://ben.example/song"),
            ("ada", "https://ben.example/film"),
            ("ada", "https://cem.example/text"),
            ("ben", "https://cem.example/text"),
        ]
        assert {click.period for click in Click.objects.all()} == {SEPTEMBER}
        film = Click.objects.get(thing__url="https://ben.example/film")
        assert film.clicked_at == datetime(2010, 9, 2, 6, tzinfo=UTC)

    def test_makes_a_table_of_clicks_that_refuses_a_second(self, month: Path) -> None:
        _import(month)

        with pytest.raises(DatabaseError, match="things_click_2010_09_pkey"):
            Click.objects.bulk_create([Click.objects.first()])

    def test_fills_a_table_that_is_there(self, month: Path) -> None:
        ensure_partition(SEPTEMBER)

        assert _import(month).clicks == 4

    def test_takes_a_period_that_is_given(self, month: Path) -> None:
        assert _import(month, SEPTEMBER).period == SEPTEMBER

    def test_imports_a_given_period_without_clicks(
        self, month: Path, spoil: Callable[..., None]
    ) -> None:
        spoil("clicks.csv", b"", b"clicked_at,subscriber,url\n")

        assert _import(month, SEPTEMBER).clicks == 0
        assert not Budget.objects.exclude(held_at=None).exists()

    @pytest.mark.parametrize("name", ["things.csv", "budgets.csv", "clicks.csv"])
    def test_takes_windows_files(self, month: Path, name: str) -> None:
        path = month / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))

        assert _import(month).clicks == 4
        assert Thing.objects.get(url="https://ben.example/film").language == "fr_FR"

    def test_takes_a_last_line_without_an_end(self, month: Path) -> None:
        path = month / "clicks.csv"
        path.write_bytes(path.read_bytes().removesuffix(b"\n"))

        assert _import(month).clicks == 4

    def test_keeps_the_letters_of_titles(self, month: Path, spoil: Callable[..., None]) -> None:
        title = r"Über \N \\ \. ’s “x”; NULL 🎵"
        spoil("things.csv", b"A song", title.encode())

        _import(month)

        assert Thing.objects.get(url="https://ben.example/song").title == title

    def test_counts_a_repeated_click_once_and_the_earlier_of_the_two(self, month: Path) -> None:
        with (month / "clicks.csv").open("a") as clicks:
            clicks.write("2010-09-05T08:00Z,ada,https://ben.example/song\n")
            clicks.write("2010-09-01T07:00Z,ada,https://ben.example/song\n")
            clicks.write("2010-09-01T07:00Z,ada,https://ben.example/song\n")

        imported = _import(month)

        assert (imported.clicks, imported.repeated) == (4, 3)
        assert imported.repeated_lines == (2, 6, 8)
        song = Click.objects.get(thing__url="https://ben.example/song")
        assert song.clicked_at == datetime(2010, 9, 1, 7, tzinfo=UTC)

    def test_names_the_first_hundred_repeated_clicks(self, month: Path) -> None:
        with (month / "clicks.csv").open("a") as clicks:
            clicks.write("2010-09-05T08:00Z,ada,https://ben.example/song\n" * 150)

        imported = _import(month)

        assert imported.repeated == 150
        assert imported.repeated_lines == tuple(range(6, 106))

    def test_does_not_depend_on_the_order_of_lines(self, month: Path) -> None:
        for path in month.iterdir():
            first, *lines = path.read_text().splitlines(keepends=True)
            random.Random(path.name).shuffle(lines)
            path.write_text(first + "".join(lines))

        assert _import(month).clicks == 4
        assert _clicks()[0] == ("ada", "https://ben.example/song")

    def test_shows_its_progress(self, month: Path) -> None:
        seen = []

        import_month(folder=month, period=None, at=NOW, progress=lambda *step: seen.append(step))

        size = (month / "clicks.csv").stat().st_size
        assert ("reading clicks.csv", size, size) in seen
        assert seen[-1] == ("writing", 1, 1)

    @pytest.mark.parametrize("name", ["music-box-2010-09", "konscience-2013-05"])
    def test_imports_a_real_month(self, pytestconfig: pytest.Config, name: str) -> None:
        folder = pytestconfig.rootpath / "months" / name
        lines = {path.name: path.read_text().count("\n") - 1 for path in folder.iterdir()}

        imported = _import(folder)

        assert imported.subscribers == lines["budgets.csv"]
        assert imported.things == lines["things.csv"]
        assert imported.clicks == Click.objects.count() == lines["clicks.csv"]
        check_ledger()


class TestASecondImport:
    def test_changes_nothing_and_says_so(self, month: Path) -> None:
        first = _import(month)

        second = _import(month)

        assert not first.already
        assert second.already
        assert (second.period, second.clicks) == (first.period, first.clicks)
        assert Transfer.objects.count() == 3
        assert ImportedMonth.objects.count() == 1

    def test_changes_nothing_after_the_settlement(self, month: Path) -> None:
        _import(month)
        settle_period(period=SEPTEMBER, at=NOW, fee_basis_points=1000)

        assert _import(month, SEPTEMBER).already

    def test_knows_the_folder_by_its_files(self, month: Path, tmp_path: Path) -> None:
        _import(month)
        (month / "expected_things.csv").write_text("what else is there does not count")

        assert _import(month.rename(tmp_path / "moved")).already

    def test_is_for_one_period(self, month: Path, spoil: Callable[..., None]) -> None:
        spoil("clicks.csv", b"", b"clicked_at,subscriber,url\n")
        _import(month, SEPTEMBER)

        assert not _import(month, SEPTEMBER.next).already
        assert Budget.objects.count() == 6

    def test_adds_another_folder_of_the_period(
        self, month: Path, spoil: Callable[..., None]
    ) -> None:
        _import(month)
        spoil("budgets.csv", b"", b"subscriber,amount,currency\ncem,1,EUR\n")
        spoil(
            "clicks.csv",
            b"",
            b"clicked_at,subscriber,url\n2010-09-30T00:00Z,cem,https://ben.example/song\n",
        )

        imported = _import(month)

        assert (imported.things, imported.clicks) == (3, 1)
        assert (Thing.objects.count(), User.objects.count(), Click.objects.count()) == (3, 4, 5)
        check_ledger()

    def test_leaves_an_existing_thing_as_it_is(
        self, month: Path, spoil: Callable[..., None]
    ) -> None:
        _import(month)
        spoil("things.csv", b"A song", b"Another title")
        spoil("budgets.csv", b"", b"subscriber,amount,currency\n")
        spoil("clicks.csv", b"", b"clicked_at,subscriber,url\n")

        _import(month, SEPTEMBER)

        assert Thing.objects.get(url="https://ben.example/song").title == "A song"

    def test_adds_to_the_wallet_that_is_there(
        self, month: Path, spoil: Callable[..., None]
    ) -> None:
        _import(month)
        spoil("clicks.csv", b"2010-09", b"2010-10")

        _import(month)

        wallet = LedgerAccount.objects.get(kind="wallet", owner__username="ada")
        assert (wallet.balance, wallet.held) == (20 * MICROS, 20 * MICROS)
        check_ledger()


class TestAClosedPeriod:
    def test_is_refused(self, month: Path, pay_in: Callable[[User, int], LedgerAccount]) -> None:
        dora = User.objects.create_user("dora")
        Budget.objects.create(
            subscriber=dora,
            period=SEPTEMBER,
            amount=MICROS,
            currency="EUR",
            wallet=pay_in(dora, 1),
        )
        close_period(period=SEPTEMBER, at=NOW, fee_basis_points=1000)

        with pytest.raises(PeriodSealed, match="the settlement of 2010-09 has begun"):
            _import(month)

        assert User.objects.get() == dora

    def test_is_told_by_the_time_zone_of_the_site(
        self, month: Path, spoil: Callable[..., None]
    ) -> None:
        ahead = timezone(timedelta(hours=2))
        moment = datetime(2010, 10, 1, 1, tzinfo=ahead)
        spoil("clicks.csv", b"2010-09-03T08:00Z", moment.isoformat().encode())

        assert _import(month).period == SEPTEMBER
