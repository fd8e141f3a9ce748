"""A copy of all that is kept about somebody, for themselves."""

from __future__ import annotations

import csv
import io
import json
import re
import threading
import tracemalloc
import zipfile
from datetime import UTC, datetime, timedelta
from mailbox import letters_to

import pytest
import time_machine
from django.db import connection, connections, transaction
from django.test import Client
from people import PASSWORD, sign_in, signed_up

from accounts.mail.kinds import Kind
from accounts.mail.models import Mail
from accounts.models import User
from accounts.privacy.exporting import (
    KEPT_FOR,
    AskedLately,
    ask_for_export,
    make_export,
    make_waiting_exports,
    read_export,
)
from accounts.privacy.kept import all_kept
from accounts.privacy.models import Export, ExportChunk

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

# An export reads all tables as of one moment, in a transaction of its own.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada() -> User:
    return signed_up("ada", display_name="Ada")


def exported(user: User, at: datetime = NOON) -> zipfile.ZipFile:
    export = ask_for_export(user=user, at=at)
    assert make_export(export_id=export.pk, at=at)
    export.refresh_from_db()
    return opened(b"".join(read_export(export)))


def opened(content: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(content))


def rows(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    text = archive.read(f"{name}.csv").decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


class TestFile:
    def test_has_each_table_twice(self, ada: User) -> None:
        archive = exported(ada)

        names = {entry.name for entry in all_kept()}
        wanted = {f"{name}.{kind}" for name in names for kind in ("csv", "json")}
        assert set(archive.namelist()) == {"README.txt", *wanted}
        assert archive.testzip() is None

    def test_says_the_same_in_both(self, ada: User) -> None:
        archive = exported(ada)

        [account] = json.loads(archive.read("account.json"))
        [line] = rows(archive, "account")
        assert account["username"] == line["username"] == "ada"
        assert account["is_staff"] is False
        assert line["is_staff"] == "false"
        assert account["email"] == "ada@example.org"

    def test_holds_no_secret(self, ada: User) -> None:
        archive = exported(ada)

        everything = b"".join(archive.read(name) for name in archive.namelist())
        assert ada.password.encode() not in everything

    def test_holds_nothing_of_others(self, ada: User) -> None:
        eve = signed_up("eve")
        sign_in(eve)

        archive = exported(ada)

        assert not any(re.search(rb"\beve\b", archive.read(name)) for name in archive.namelist())

    def test_speaks_the_language_of_its_owner(self, ada: User) -> None:
        User.objects.update(language="fr")
        ada.refresh_from_db()

        readme = exported(ada).read("README.txt").decode()

        assert "Votre compte" in readme

    def test_gives_a_spreadsheet_nothing_to_run(self, ada: User) -> None:
        User.objects.update(display_name='=HYPERLINK("https://eve.example")')

        archive = exported(ada)

        assert rows(archive, "account")[0]["display_name"].startswith("'=HYPERLINK")
        assert json.loads(archive.read("account.json"))[0]["display_name"].startswith("=HYPER")

    def test_is_made_in_little_memory(self, ada: User) -> None:
        """Forty thousand mails, whose JSON alone is ten times what is allowed."""
        many = 40_000
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO accounts_mail (user_id, kind, key, address, context, priority, state,"
                " attempts, error, queued_at, due_at, ended_at) SELECT %s, 'means_low', 'm' || n,"
                " '', '{}', 1, 'sent', 1, repeat('e', 400), now(), now(), now()"
                " FROM generate_series(1, %s) n",
                [ada.pk, many],
            )
        export = ask_for_export(user=ada, at=NOON)
        tracemalloc.start()
        make_export(export_id=export.pk, at=NOON)
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        export.refresh_from_db()
        archive = opened(b"".join(read_export(export)))
        assert len(rows(archive, "mails")) == many
        assert archive.getinfo("mails.json").file_size > 20_000_000
        assert peak < 8_000_000

    def test_lies_in_pieces(self, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("accounts.privacy.writing.CHUNK", 1000)

        archive = exported(ada)

        export = Export.objects.get()
        assert export.chunks == ExportChunk.objects.count() > 3
        assert export.size == sum(len(bytes(piece.content)) for piece in export.pieces.all())
        assert archive.testzip() is None


class TestAsking:
    def test_twice_is_one_export(self, ada: User) -> None:
        first = ask_for_export(user=ada, at=NOON)

        assert ask_for_export(user=ada, at=NOON + HOUR) == first

    def test_at_once_is_one_export(self, ada: User) -> None:
        barrier = threading.Barrier(4)
        got = []

        def ask() -> None:
            barrier.wait()
            got.append(ask_for_export(user=ada, at=NOON).pk)
            connections.close_all()

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(got) == 4
        assert len(set(got)) == 1

    def test_soon_again_is_refused(self, ada: User) -> None:
        exported(ada)

        with pytest.raises(AskedLately):
            ask_for_export(user=ada, at=NOON + HOUR - timedelta(seconds=1))

    def test_later_again_replaces_the_first(self, ada: User) -> None:
        exported(ada)
        exported(ada, at=NOON + HOUR)

        assert Export.objects.count() == 1


class TestMaking:
    def test_tells_its_owner_once(self, ada: User) -> None:
        exported(ada)
        make_waiting_exports(at=NOON + HOUR)

        assert [mail.kind for mail in Mail.objects.all()] == [Kind.EXPORT_READY]
        number = Export.objects.get().pk
        assert f"/settings/privacy/export/{number}" in letters_to("ada@example.org")[0]

    def test_leaves_nothing_of_what_failed(
        self, ada: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        export = ask_for_export(user=ada, at=NOON)
        monkeypatch.setattr("accounts.privacy.exporting.render_to_string", None)
        with pytest.raises(TypeError):
            make_export(export_id=export.pk, at=NOON)
        assert not ExportChunk.objects.exists()
        monkeypatch.undo()

        assert make_waiting_exports(at=NOON + HOUR) == 1

    def test_is_not_done_by_two_workers(self, ada: User) -> None:
        export = ask_for_export(user=ada, at=NOON)
        done = []

        def second() -> None:
            done.append(make_export(export_id=export.pk, at=NOON))
            connections.close_all()

        with transaction.atomic():
            Export.objects.select_for_update().get(pk=export.pk)
            thread = threading.Thread(target=second)
            thread.start()
            thread.join()

        assert done == [False]
        assert make_export(export_id=export.pk, at=NOON)
        assert not make_export(export_id=export.pk, at=NOON)

    def test_ends_after_seven_days(self, ada: User) -> None:
        exported(ada)

        make_waiting_exports(at=NOON + KEPT_FOR)

        assert not ExportChunk.objects.exists()

    def test_is_given_up_after_a_day(self, ada: User) -> None:
        ask_for_export(user=ada, at=NOON)

        assert make_waiting_exports(at=NOON + timedelta(days=1, seconds=1)) == 0
        assert not Export.objects.exists()


class TestPages:
    @pytest.fixture
    def browser(self, ada: User) -> Client:
        return sign_in(ada)

    @pytest.fixture
    def export(self, ada: User) -> Export:
        export = ask_for_export(user=ada, at=datetime.now(UTC))
        make_export(export_id=export.pk, at=datetime.now(UTC))
        export.refresh_from_db()
        return export

    def test_ask_for_one(self, browser: Client, ada: User) -> None:
        answer = browser.post("/settings/privacy/export", follow=True)

        assert "It is being made" in answer.content.decode()
        assert Export.objects.waiting().filter(user=ada).exists()

    def test_hand_it_to_its_owner(self, browser: Client, export: Export) -> None:
        answer = browser.get(f"/settings/privacy/export/{export.pk}")

        content = b"".join(answer)  # type: ignore[arg-type]
        assert len(content) == int(answer.headers["Content-Length"]) == export.size
        assert opened(content).testzip() is None
        assert answer.headers["Content-Disposition"].startswith(
            'attachment; filename="localhost-ada-'
        )
        assert answer.headers["Cache-Control"] == "no-store"

    def test_hand_it_to_nobody_else(self, export: Export) -> None:
        path = f"/settings/privacy/export/{export.pk}"

        assert sign_in(signed_up("eve")).get(path).status_code == 404
        assert Client().get(path).headers["Location"].startswith("/sign-in/")

    def test_hand_nothing_out_that_has_run_out(self, ada: User, export: Export) -> None:
        with time_machine.travel(datetime.now(UTC) + KEPT_FOR):
            browser = sign_in(ada)
            assert browser.get(f"/settings/privacy/export/{export.pk}").status_code == 404

    def test_ask_again_who_it_is(self, browser: Client, export: Export) -> None:
        path = f"/settings/privacy/export/{export.pk}"
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=16)):
            asked = browser.get(path)
            assert asked.headers["Location"].startswith("/sign-in/again?next=")
            answer = browser.post(asked.headers["Location"], {"password": PASSWORD})
            assert answer.headers["Location"] == path
