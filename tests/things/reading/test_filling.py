"""What a button did not say is read on its page, once, and never over what its owner wrote."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from elsewhere import Elsewhere, Page

from accounts.models import User
from things.models import Thing
from things.reading.filling import fill_in, things_to_look_at
from things.reading.models import PageLook
from things.registering import change_thing

NOON = datetime(2026, 9, 9, 12, tzinfo=UTC)
URL = "https://ben.example/tea"
HTML = """<html lang="fr"><head><title>Le th\u00e9 <b></title>
<meta name="description" content="Une histoire"></head><body></body></html>"""


@pytest.fixture
def ben(db: None) -> User:
    return User.objects.create_user("ben")


@pytest.fixture
def thing(ben: User, elsewhere: Elsewhere) -> Thing:
    elsewhere.publish(URL, HTML)
    return Thing.objects.create(url=URL, owner=ben)


class TestFillIn:
    def test_reads_what_the_page_says(self, thing: Thing) -> None:
        assert things_to_look_at() == [thing.pk]
        assert fill_in(thing_id=thing.pk, at=NOON)

        thing.refresh_from_db()
        assert (thing.title, thing.description) == ("Le th\u00e9", "Une histoire")
        assert thing.language == "fr_FR"
        assert thing.updated_at is None
        assert things_to_look_at() == []

    def test_looks_once(self, thing: Thing, elsewhere: Elsewhere) -> None:
        elsewhere.publish(URL, Page(status=500))
        fill_in(thing_id=thing.pk, at=NOON)
        elsewhere.publish(URL, HTML)
        fill_in(thing_id=thing.pk, at=NOON)

        thing.refresh_from_db()
        assert thing.title == ""
        assert len(elsewhere.asked) == 1
        assert "500" in PageLook.objects.get().refusal

    def test_leaves_what_was_said(self, ben: User, elsewhere: Elsewhere) -> None:
        elsewhere.publish(URL, HTML)
        said = Thing.objects.create(
            url=URL, owner=ben, description="Mine", language="de_DE", tags=["tea"]
        )
        fill_in(thing_id=said.pk, at=NOON)

        said.refresh_from_db()
        assert (said.title, said.description) == ("Le th\u00e9", "Mine")
        assert (said.language, said.tags) == ("de_DE", ["tea"])

    def test_leaves_what_its_owner_changed(self, thing: Thing, elsewhere: Elsewhere) -> None:
        change_thing(thing, at=NOON, title="")
        titled = Thing.objects.create(url=f"{URL}/2", owner=thing.owner, title="Tea")

        assert things_to_look_at() == []
        assert not fill_in(thing_id=thing.pk, at=NOON)
        assert not fill_in(thing_id=titled.pk, at=NOON)
        assert elsewhere.asked == []

    def test_does_not_write_over_an_owner_who_is_quicker(
        self, thing: Thing, elsewhere: Elsewhere
    ) -> None:
        def meanwhile(connected: object, _request: bytes) -> None:
            body = HTML.encode()
            head = (
                f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            connected.sendall(head.encode() + body)  # type: ignore[attr-defined]

        elsewhere.publish(URL, meanwhile)
        Thing.objects.filter(pk=thing.pk).update(title="Mine", updated_at=NOON)
        fill_in(thing_id=thing.pk, at=NOON)

        thing.refresh_from_db()
        assert thing.title == "Mine"

    def test_believes_no_other_site(self, thing: Thing, elsewhere: Elsewhere) -> None:
        elsewhere.redirect(URL, elsewhere.publish("https://other.example/", HTML))
        fill_in(thing_id=thing.pk, at=NOON)

        thing.refresh_from_db()
        assert thing.title == ""

    def test_goes_through_the_guarded_door(self, thing: Thing, elsewhere: Elsewhere) -> None:
        elsewhere.names["ben.example"] = ["169.254.169.254"]

        assert not fill_in(thing_id=thing.pk, at=NOON)
        assert elsewhere.asked == []
