"""The outbox: queued with a deed, sent once, in the reader's language."""

from __future__ import annotations

import re
import smtplib
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, connection, transaction
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.mail.choosing import choose_kinds, switch_off, unsubscribe_url
from accounts.mail.kinds import Kind
from accounts.mail.models import Mail
from accounts.mail.queueing import Letter, queue_mail, queue_mails
from accounts.mail.sending import (
    BATCH,
    CLAIMED_FOR,
    KEPT_FOR,
    MOST_ATTEMPTS,
    drop_old_mails,
    send_due,
    send_one,
    wait_after,
)
from accounts.models import User

DEPOSIT = {
    "amount": 5_140_000,
    "currency": "EUR",
    "arrived_at": datetime(2010, 9, 9, 22, 30, tzinfo=UTC),
    "balance": 6_000_001,
    "free": 6_000_001,
}
SKIPPED = {
    "month": datetime(2010, 9, 1, tzinfo=UTC).date(),
    "number": 2,
    "has_budget": True,
    "titles": ["A song", "Another"],
    "more": 0,
}


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada", "ada@example.org")


def deposit(to: User, key: str = "deposit:1", **changes: Any) -> None:
    queue_mail(to=to, kind=Kind.DEPOSIT_ARRIVED, context=DEPOSIT | changes, key=key)


def skipped(to: User, key: str = "skipped:1", **changes: Any) -> None:
    queue_mail(to=to, kind=Kind.CLICKS_SKIPPED, context=SKIPPED | changes, key=key)


class Failing(EmailBackend):
    """Fails as often as `faults` has entries, then sends."""

    faults: list[Exception] = []

    def send_messages(self, messages: Any) -> int:
        if self.faults:
            raise self.faults.pop(0)
        return super().send_messages(messages)


@pytest.fixture(autouse=True)
def _backend_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "accounts.mail.sending.get_connection",
        lambda: Failing() if Failing.faults else EmailBackend(),
    )
    Failing.faults = []


class TestQueueMail:
    def test_sends_after_the_commit(
        self,
        ada: User,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        asked: list[dict[str, Any]] = []
        monkeypatch.setattr(
            "accounts.mail.tasks.send_mail_of_key.apply_async", lambda **said: asked.append(said)
        )

        with django_capture_on_commit_callbacks(execute=True):
            deposit(ada)
            assert asked == []

        assert [said["kwargs"] for said in asked] == [{"key": "deposit:1"}]

    def test_keeps_the_mail_where_the_queue_is_down(
        self,
        ada: User,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def down(**_: object) -> None:
            raise ConnectionError("no Redis")

        monkeypatch.setattr("accounts.mail.tasks.send_mail_of_key.apply_async", down)

        with django_capture_on_commit_callbacks(execute=True):
            deposit(ada)

        assert send_due(at=now()) == 1

    def test_queues_nothing_where_the_deed_is_rolled_back(self, ada: User) -> None:
        with transaction.atomic():
            deposit(ada)
            transaction.set_rollback(True)

        assert not Mail.objects.exists()

    def test_sends_once_for_a_key(self, ada: User) -> None:
        deposit(ada)
        deposit(ada, amount=7_000_000)
        send_due(at=now())
        deposit(ada)
        send_due(at=now())

        assert len(django_mail.outbox) == 1
        assert "5.14" in django_mail.outbox[0].subject

    def test_queues_many_in_one_statement(self, ada: User, django_assert_num_queries: Any) -> None:
        letters = [Letter(to=ada, key=f"skipped:{n}", context=SKIPPED) for n in range(100)]

        with django_assert_num_queries(1):
            queue_mails(letters, kind=Kind.CLICKS_SKIPPED)

        assert Mail.objects.count() == 100


class TestSendDue:
    def test_sends_text_and_html(self, ada: User) -> None:
        deposit(ada)

        assert send_due(at=now()) == 1

        [message] = django_mail.outbox
        [(html, kind)] = message.alternatives  # type: ignore[attr-defined]
        assert message.to == ["ada@example.org"]
        assert message.from_email == "Obole <no-reply@localhost>"
        assert message.subject == "€5.14 arrived in your wallet"
        assert "On Sept. 9, 2010 at 10:30 p.m., €5.14 arrived in your wallet." in message.body
        assert (kind, html.count("€6.000001")) == ("text/html", 2)
        assert 'lang="en"' in html

    def test_speaks_the_readers_language_in_their_time_zone(self, ada: User) -> None:
        User.objects.update(language="fr", time_zone="Europe/Paris")
        deposit(ada)

        send_due(at=now())

        [message] = django_mail.outbox
        [(html, _)] = message.alternatives  # type: ignore[attr-defined]
        assert message.subject == "5,14\xa0€ sont arrivés dans votre portefeuille"
        assert "Le 10 septembre 2010 à 00:30" in message.body
        assert "Bonjour ada," in message.body
        assert 'lang="fr"' in html

    def test_leaves_no_secret_behind(self, ada: User) -> None:
        queue_mail(
            to=ada,
            kind=Kind.DEPOSIT_ARRIVED,
            context=DEPOSIT,
            key="deposit:1",
            address="new@example.org",
        )

        send_due(at=now())

        row = Mail.objects.get()
        assert (row.state, row.context, row.address) == (Mail.State.SENT, {}, "")
        assert django_mail.outbox[0].to == ["new@example.org"]

    def test_escapes_in_html_only(self, ada: User) -> None:
        skipped(ada, titles=["<b>R&B</b>"])

        send_due(at=now())

        [message] = django_mail.outbox
        [(html, _)] = message.alternatives  # type: ignore[attr-defined]
        assert "* <b>R&B</b>" in message.body
        assert "&lt;b&gt;R&amp;B&lt;/b&gt;" in html

    def test_lets_no_title_write_lines_of_its_own(self, ada: User) -> None:
        title = "A song\r\nBcc: eve@example.org\n\nPay here\u2028\u202egpj.exe"
        skipped(ada, titles=[title])

        send_due(at=now())

        assert "* A song Bcc: eve@example.org Pay here gpj.exe\n" in django_mail.outbox[0].body

    def test_lets_no_name_or_address_write_headers(self, ada: User) -> None:
        User.objects.update(display_name="Ada\r\nBcc: eve@example.org")
        deposit(ada)
        queue_mail(
            to=ada,
            kind=Kind.DEPOSIT_ARRIVED,
            context=DEPOSIT,
            key="deposit:2",
            address="ada@example.org\nBcc: eve@example.org",
        )

        send_due(at=now())

        [message] = django_mail.outbox
        assert "Bcc" not in message.message()
        assert Mail.objects.get(key="deposit:2").state == Mail.State.WAITING

    def test_skips_people_without_address(self, db: None) -> None:
        deposit(User.objects.create_user("ben"))

        send_due(at=now())

        assert django_mail.outbox == []
        assert Mail.objects.get().state == Mail.State.SKIPPED

    def test_skips_what_was_switched_off_meanwhile(self, ada: User) -> None:
        skipped(ada)
        switch_off(user=ada, kind=Kind.CLICKS_SKIPPED)

        send_due(at=now())

        assert django_mail.outbox == []

    def test_sends_what_concerns_safety_whatever_was_chosen(self, ada: User) -> None:
        deposit(ada)
        switch_off(user=ada, kind=Kind.DEPOSIT_ARRIVED)

        send_due(at=now())

        assert len(django_mail.outbox) == 1

    def test_sends_what_concerns_safety_first(self, ada: User) -> None:
        skipped(ada)
        deposit(ada)

        send_due(at=now(), most=1)

        assert "arrived" in django_mail.outbox[0].subject

    def test_tells_mail_programs_what_they_need(self, ada: User, settings: Any) -> None:
        settings.SITE_URL, settings.SITE_IS_SECURE = "https://obole.example", True
        skipped(ada)
        deposit(ada)

        send_due(at=now())

        safety, news = django_mail.outbox
        link = unsubscribe_url(ada, Kind.CLICKS_SKIPPED)
        assert link.startswith("https://obole.example/mail/unsubscribe/")
        assert news.extra_headers["List-Unsubscribe"] == f"<{link}>"
        assert news.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert news.extra_headers["Auto-Submitted"] == "auto-generated"
        assert link in news.body
        assert "List-Unsubscribe" not in safety.extra_headers
        assert "cannot be switched off" in safety.body

    def test_costs_the_same_queries_for_each_mail(
        self, ada: User, django_assert_num_queries: Any
    ) -> None:
        for number in range(5):
            deposit(User.objects.create_user(f"u{number}", f"u{number}@example.org"), str(number))

        # The claim: two for its transaction, the mails, what is unwanted, the update. And a mark.
        with django_assert_num_queries(5 + 5):
            send_due(at=now())

    def test_takes_no_more_than_a_batch(self, ada: User) -> None:
        for number in range(BATCH + 1):
            deposit(ada, str(number))

        assert (send_due(at=now()), send_due(at=now())) == (BATCH, 1)


class TestFailure:
    def test_waits_longer_each_time(self, ada: User) -> None:
        deposit(ada)
        at = now()
        Failing.faults = [OSError("no route")]

        send_due(at=at)

        row = Mail.objects.get()
        assert (row.state, row.attempts, row.error) == (Mail.State.WAITING, 1, "OSError: no route")
        assert row.context["amount"] == DEPOSIT["amount"]
        assert send_due(at=at) == 0
        assert send_due(at=at + timedelta(minutes=2)) == 1
        assert len(django_mail.outbox) == 1

    def test_ends_after_a_day(self) -> None:
        waits = [wait_after(attempts) for attempts in range(1, MOST_ATTEMPTS)]

        assert waits[:4] == [timedelta(minutes=m) for m in (1, 2, 4, 8)]
        assert timedelta(hours=23) < sum(waits, timedelta()) < timedelta(hours=25)

    def test_is_given_up_visibly(self, ada: User, caplog: pytest.LogCaptureFixture) -> None:
        deposit(ada)
        Mail.objects.update(attempts=MOST_ATTEMPTS - 1)
        Failing.faults = [OSError("no route")]

        send_due(at=now())

        row = Mail.objects.get()
        assert (row.state, row.error, row.context) == (
            Mail.State.GIVEN_UP,
            "OSError: no route",
            {},
        )
        assert "Given up" in caplog.text

    def test_is_final_where_the_address_is_refused(self, ada: User) -> None:
        deposit(ada)
        Failing.faults = [smtplib.SMTPRecipientsRefused({"ada@example.org": (550, b"no such")})]

        send_due(at=now())

        assert Mail.objects.get().state == Mail.State.GIVEN_UP

    def test_is_not_final_where_the_server_is_busy(self, ada: User) -> None:
        deposit(ada)
        Failing.faults = [smtplib.SMTPRecipientsRefused({"ada@example.org": (451, b"later")})]

        send_due(at=now())

        assert Mail.objects.get().state == Mail.State.WAITING

    def test_of_one_mail_leaves_the_others_alone(self, ada: User) -> None:
        deposit(ada, "1")
        Mail.objects.update(context={"amount": "no number", "currency": "EUR"})
        deposit(ada, "2")

        send_due(at=now())

        assert len(django_mail.outbox) == 1
        assert Mail.objects.get(key="1").state == Mail.State.WAITING


class TestCrash:
    def test_between_sending_and_marking_sends_again_under_the_same_id(
        self, ada: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deposit(ada)
        at = now()

        def die(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("accounts.mail.sending._end", die)
            with pytest.raises(KeyboardInterrupt):
                send_due(at=at)

        assert Mail.objects.get().state == Mail.State.SENDING
        assert send_due(at=at + CLAIMED_FOR - timedelta(seconds=1)) == 0
        assert send_due(at=at + CLAIMED_FOR) == 1
        first, second = django_mail.outbox
        assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
        assert re.fullmatch(r"<[0-9a-f]{32}@localhost>", first.extra_headers["Message-ID"])

    def test_leaves_what_was_claimed_and_not_sent(
        self, ada: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deposit(ada, "1")
        deposit(ada, "2")
        at = now()

        def die(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("accounts.mail.sending.render_mail", die)
            with pytest.raises(KeyboardInterrupt):
                send_due(at=at)
        send_due(at=at + CLAIMED_FOR)

        assert len(django_mail.outbox) == 2

    def test_slow_batches_give_the_rest_back(
        self, ada: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deposit(ada, "1")
        at = now() - CLAIMED_FOR
        Mail.objects.update(due_at=at)

        send_due(at=at)

        row = Mail.objects.get()
        assert (django_mail.outbox, row.state, row.attempts) == ([], Mail.State.WAITING, 0)


@pytest.mark.django_db(transaction=True)
class TestSenders:
    def test_send_each_mail_once_at_the_same_time(self) -> None:
        for number in range(60):
            user = User.objects.create_user(f"u{number}", f"u{number}@example.org")
            deposit(user, str(number))
        start = threading.Barrier(4)

        def run() -> None:
            start.wait()
            while send_due(at=now(), most=7):
                pass
            connection.close()

        senders = [threading.Thread(target=run) for _ in range(4)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()

        assert sorted(message.to[0] for message in django_mail.outbox) == sorted(
            f"u{number}@example.org" for number in range(60)
        )

    def test_leave_a_mail_to_the_one_that_has_it(self) -> None:
        ada = User.objects.create_user("ada", "ada@example.org")
        deposit(ada)
        taken: list[bool] = []

        with transaction.atomic():
            Mail.objects.select_for_update().get()
            other = threading.Thread(
                target=lambda: (
                    taken.append(send_one(key="deposit:1", at=now())),
                    connection.close(),
                )
            )
            other.start()
            other.join()

        assert taken == [False]
        assert send_one(key="deposit:1", at=now())


class TestRow:
    def test_keeps_no_context_once_ended(self, ada: User) -> None:
        deposit(ada)

        with pytest.raises(IntegrityError, match="mail_keeps_no_secret_when_ended"):
            Mail.objects.update(state="sent", ended_at=now())

    def test_is_dropped_when_it_is_old(self, ada: User) -> None:
        deposit(ada, "1")
        deposit(ada, "2")
        send_one(key="1", at=now())

        assert drop_old_mails(at=now() + KEPT_FOR - timedelta(hours=1)) == 0
        assert drop_old_mails(at=now() + KEPT_FOR + timedelta(hours=1)) == 1
        assert Mail.objects.get().key == "2"


def checked(page: str) -> list[str]:
    """The values of the boxes that are ticked."""
    boxes = re.findall(r'<input type="checkbox"[^>]*>', page)
    return [re.findall(r'value="(\w+)"', box)[0] for box in boxes if " checked" in box]


class TestChoosing:
    def test_switches_kinds_off_and_on(self, client: Client, ada: User) -> None:
        client.force_login(ada)

        client.post("/settings/mail", {"kinds": ["month_given"]})
        page = client.get("/settings/mail").content.decode()

        assert checked(page) == ["month_given"]
        assert not ada.unwanted_kinds.filter(kind="deposit_arrived").exists()

        client.post("/settings/mail", {"kinds": ["means_low"]})
        page = client.get("/settings/mail").content.decode()

        assert checked(page) == ["means_low"]

    @pytest.mark.parametrize("kind", ["deposit_arrived", "made up"])
    def test_refuses_kinds_that_cannot_be_chosen(
        self, client: Client, ada: User, kind: str
    ) -> None:
        client.force_login(ada)

        assert client.post("/settings/mail", {"kinds": ["month_given", kind]}).status_code == 400
        assert not ada.unwanted_kinds.exists()

    def test_asks_who_is_not_signed_in_to_sign_in(self, client: Client, db: None) -> None:
        assert client.get("/settings/mail").status_code == 302

    def test_by_link_needs_no_sign_in_and_no_form_of_ours(self, ada: User) -> None:
        link = unsubscribe_url(ada, Kind.MONTH_GIVEN)
        client = Client(enforce_csrf_checks=True)

        seen = client.get(link)

        assert seen.status_code == 200
        assert not ada.unwanted_kinds.exists()

        for _ in range(2):
            answer = client.post(link, {"List-Unsubscribe": "One-Click"})

        assert answer.status_code == 200
        assert [row.kind for row in ada.unwanted_kinds.all()] == ["month_given"]

    @pytest.mark.parametrize("kind", ["deposit_arrived", "made_up"])
    def test_by_link_takes_no_kind_that_cannot_be(
        self, client: Client, ada: User, kind: str
    ) -> None:
        from django.core.signing import Signer

        token = Signer(salt="accounts.mail.unsubscribe").sign_object([ada.pk, kind])

        assert client.post(f"/mail/unsubscribe/{token}/").status_code == 404

    @pytest.mark.parametrize("change", ["x", ":", "é"])
    def test_by_link_refuses_what_we_did_not_sign(
        self, client: Client, ada: User, change: str
    ) -> None:
        link = unsubscribe_url(ada, Kind.MONTH_GIVEN).removesuffix("/")

        assert client.post(f"{link}{change}/").status_code == 404

    def test_leaves_the_choices_of_others_alone(self, ada: User) -> None:
        eve = User.objects.create_user("eve")
        switch_off(user=eve, kind=Kind.MONTH_GIVEN)

        choose_kinds(user=ada, wanted=[Kind.MONTH_GIVEN])

        assert [row.kind for row in eve.unwanted_kinds.all()] == ["month_given"]


class TestAdmin:
    def test_shows_the_outbox_and_nothing_of_what_it_says(self, client: Client, ada: User) -> None:
        client.force_login(User.objects.create_superuser("olga"))
        deposit(ada, currency="XSECRETX")
        row = Mail.objects.get()

        shown = client.get("/admin/accounts/mail/").content.decode()
        detail = client.get(f"/admin/accounts/mail/{row.pk}/change/").content.decode()

        assert "Money arrived in my wallet" in shown
        assert "deposit:1" in detail
        assert "XSECRETX" not in shown + detail
        assert "/admin/accounts/mail/add/" not in shown

    def test_changes_nothing(self, client: Client, ada: User) -> None:
        client.force_login(User.objects.create_superuser("olga"))
        deposit(ada)
        row = Mail.objects.get()

        assert client.post("/admin/accounts/mail/add/", {}).status_code == 403
        assert client.post(f"/admin/accounts/mail/{row.pk}/change/", {}).status_code == 403
        assert client.post(f"/admin/accounts/mail/{row.pk}/delete/", {}).status_code == 403
