"""Suspending and restoring things: with a reason, which their owner reads."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts.conduct.suspending import AlreadySuspended, NotSuspended
from accounts.mail.models import Mail
from accounts.mail.rendering import render_mail
from accounts.models import StaffEntry, User
from things.aliases.merging import merge_things
from things.conduct.suspending import Merged, restore_thing, suspend_thing
from things.models import Thing

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)


@pytest.fixture
def ben(db: None) -> User:
    return User.objects.create_user("ben", "ben@example.org")


@pytest.fixture
def song(ben: User) -> Thing:
    return Thing.objects.create(url="https://ben.example/song", owner=ben, title="A song")


@pytest.fixture
def rose(db: None) -> User:
    """She moderates."""
    rose = User.objects.create_user("rose", is_staff=True)
    rose.groups.add(Group.objects.get(name="moderation"))
    return rose


class TestSuspendThing:
    def test_tells_its_owner_why(self, song: Thing, rose: User) -> None:
        suspend_thing(thing=song, reason="copied", by=rose, at=NOON)

        song.refresh_from_db()
        assert (song.state, song.suspension_reason) == ("suspended", "copied")
        message = render_mail(Mail.objects.get())
        assert message.subject == "“A song” is suspended"
        assert "copied" in message.body

    def test_is_refused_twice_and_undone_once(self, song: Thing, rose: User) -> None:
        suspend_thing(thing=song, reason="copied", by=rose, at=NOON)
        with pytest.raises(AlreadySuspended):
            suspend_thing(thing=song, reason="copied", by=rose, at=NOON)

        restore_thing(thing=song, reason="it was his", by=rose, at=NOON)

        song.refresh_from_db()
        assert (song.state, song.suspension_reason) == ("active", "")
        with pytest.raises(NotSuspended):
            restore_thing(thing=song, reason="it was his", by=rose, at=NOON)

    def test_is_refused_for_a_part_of_another(self, song: Thing, ben: User, rose: User) -> None:
        kept = Thing.objects.create(url="https://ben.example/album", owner=ben)
        merge_things(kept=kept, absorbed=song, at=NOON)

        with pytest.raises(Merged):
            suspend_thing(thing=song, reason="copied", by=rose, at=NOON)


class TestPages:
    def test_suspend_with_a_reason_that_the_owner_finds_among_their_things(
        self, client: Client, song: Thing, ben: User, rose: User
    ) -> None:
        client.force_login(rose)

        client.post(f"/admin/things/thing/{song.pk}/suspension/", {"reason": "copied"})

        entry = StaffEntry.objects.get(deed="suspend")
        assert (entry.about, entry.reason, entry.called) == (ben, "copied", "A song")
        client.force_login(ben)
        assert b"copied" in client.get("/things/mine/").content
