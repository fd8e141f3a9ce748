"""All that somebody can have on a site: Ada gives, creates, is paid, and has a drawer of devices.

What is nobody else's business says "quokka", or is a figure that nothing else has: `SECRETS`. A
page that shows one of them to anybody else has told a secret.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken, set_token_value
from people import sign_in, signed_up

from accounts.mail.choosing import unsubscribe_url
from accounts.mail.kinds import Kind
from accounts.mail.queueing import queue_mail
from accounts.models import Application, User
from accounts.privacy.models import Export, ExportChunk
from accounts.visibility import Visibility
from payments.budgets.planning import set_budget
from payments.clicking.models import KeptClick
from payments.clicking.recording import record_click
from payments.clicking.standing import start_standing_click
from payments.deposits.crediting import begin_deposit
from payments.deposits.models import Way
from payments.deposits.play import pay_in_play_money
from payments.deposits.withdrawing import withdraw
from payments.earnings.papers.issuing import issue_paper, keep_billing_details
from payments.money import MICROS
from payments.payouts.details import Account, enter_details
from payments.payouts.models import Way as PayoutWay
from payments.payouts.requesting import request_payout
from payments.settlement.running import settle_period
from payments.tips.tipping import Wish, give_tip
from things.feeds.models import Feed
from things.models import PendingClick, Thing
from things.partners.models import Identifier, Namespace, Partner
from things.periods import Period
from things.sites.models import Connection, Site
from things.webhooks.models import Delivery, Endpoint, Event, Fact

SEPTEMBER = Period(2010, 9)
RELEASED = datetime(2010, 10, 10, tzinfo=UTC)

# In cents: Ada's budget, deposit and withdrawal, what Ida gave, and what Ada asked to be paid.
BUDGET, PAID_IN, PAID_BACK, RECEIVED, ASKED = 613_17, 871_53, 97_31, 847_19, 211_93
CENT = MICROS // 100
IBAN = "DE89370400440532013000"
SECRETS = re.compile(
    "quokka|"
    + "|".join(
        rf"\b{cents // 100}[.,]?{cents % 100}"
        for cents in (BUDGET, PAID_IN, PAID_BACK, RECEIVED, ASKED)
    )
    # Half of what Ida gave, and of Eve's five euros.
    + r"|\b426[.,](?:09|1)",
    re.IGNORECASE,
)


@dataclass
class Life:
    """Ada, what belongs to her by number, and those who may not see it."""

    ada: User
    ben: User
    eve: User
    olga: User
    browser: Client
    numbers: dict[str, object] = field(default_factory=dict)


def live() -> Life:
    """Ada's whole life. Ida gave to her, Ben creates too, Eve subscribes; Olga has no rights."""
    ada = signed_up("ada", visibility=Visibility.ANONYMOUS)
    ida = signed_up("ida", visibility=Visibility.ANONYMOUS)
    life = Life(
        ada, signed_up("ben"), signed_up("eve"), signed_up("olga", is_staff=True), sign_in(ada)
    )
    EmailAddress.objects.filter(user=ada).update(email="quokka@ada.example")
    User.objects.filter(pk=ada.pk).update(email="quokka@ada.example")
    ada.refresh_from_db()
    for other in (life.ben, life.eve):
        _give(other, [], at=timezone.now(), cents=10_00)
    _create(life)
    _give_and_earn(life, ida)
    _be_paid(life)
    _keep_devices(life)
    _write(life)
    _work_with_programs(life)
    return life


def _create(life: Life) -> None:
    """Things, sites and feeds: Ada's song is for everybody, her draft is not."""
    ada, now, new = life.ada, timezone.now(), life.numbers
    own = Site.objects.create(host="ada.example", owner=ada, asked_at=now, verified_at=now)
    asked = Site.objects.create(host="quokka.example", owner=ada, asked_at=now)
    song = Thing.objects.create(url="https://ada.example/song", owner=ada, title="A song")
    draft = Thing.objects.create(
        url="https://ada.example/quokka", owner=ada, title="Quokka draft", hidden=True
    )
    feed = Feed.objects.create(
        owner=ada,
        url="https://ada.example/quokka.atom",
        title="Quokka feed",
        hosts=["ada.example"],
        language="en_GB",
        made_at=now,
        next_at=now,
    )
    tune = Thing.objects.create(url="https://ben.example/tune", owner=life.ben, title="A tune")
    air = Thing.objects.create(url="https://ben.example/air", owner=life.ben, title="An air")
    unowned = Thing.objects.create(url="https://unowned.example/", title="Nobody's")
    new |= {"site": asked.pk, "own_site": own.pk, "song": song.pk, "draft": draft.pk}
    new |= {"feed": feed.pk, "tune": tune.pk, "air": air.pk, "unowned": unowned.pk}


def _give(subscriber: User, things: list[Thing], *, at: datetime, cents: int) -> None:
    pay_in_play_money(
        subscriber=subscriber,
        amount=cents * CENT,
        currency="EUR",
        key=f"{subscriber.pk} {at:%Y%m}",
        at=at,
    )
    set_budget(subscriber=subscriber, amount=cents * CENT, currency="EUR", at=at)
    for thing in things:
        record_click(subscriber=subscriber, thing=thing, at=at)


def _give_and_earn(life: Life, ida: User) -> None:
    """A settled month in which Ada gave and got, and a running one."""
    ada, now, new = life.ada, timezone.now(), life.numbers
    song, tune, air = (Thing.objects.get(pk=new[name]) for name in ("song", "tune", "air"))
    then = SEPTEMBER.starts_at + timedelta(days=3)
    # Two clicks, and of one thing not the only one: what things earned at most is for everybody,
    # and so is what Ben earned for Ben.
    _give(ada, [tune, air], at=then, cents=BUDGET)
    _give(ida, [song, air], at=then, cents=RECEIVED)
    _give(life.eve, [tune, song], at=then, cents=5_00)
    settle_period(period=SEPTEMBER, at=SEPTEMBER.ends_at, fee_basis_points=1000)
    pay_in_play_money(subscriber=ada, amount=PAID_IN * CENT, currency="EUR", key="quokka", at=now)
    record_click(subscriber=ada, thing=tune, at=now)
    start_standing_click(subscriber=ada, thing=tune, at=now)
    unowned = Thing.objects.get(pk=new["unowned"])
    PendingClick.objects.create(subscriber=ada, thing=unowned, clicked_at=now)
    withdraw(
        subscriber=ada,
        way=Way.PLAY,
        amount=PAID_BACK * CENT,
        currency="EUR",
        key="quokka",
        at=now,
    )
    site = Site.objects.create(host="ben.example", owner=life.ben, asked_at=now, verified_at=now)
    made = Connection.objects.create(
        subscriber=ada, site=site, secret_sha256=b"c" * 32, made_at=now, used_at=now
    )
    kept = KeptClick.objects.create(
        subscriber=ada, url="https://ben.example/quokka", subject="quokka", kept_at=now
    )
    pay_in_play_money(subscriber=ida, amount=10 * MICROS, currency="EUR", key="ida's tip", at=now)
    tips = [
        give_tip(
            Wish(
                giver=giver,
                creator=creator,
                amount=2 * MICROS,
                currency="EUR",
                key="quokka",
                note="Quokka",
            ),
            at=now,
        )
        for giver, creator in ((ida, ada), (ada, ida))
    ]
    new |= {"connection": made.pk, "kept": kept.pk, "tip": tips[0].pk}


def _be_paid(life: Life) -> None:
    """Where Ada is paid, what she asked for, and the paper for her accountant."""
    ada = life.ada
    account = Account("Quokka Lovelace", IBAN)
    enter_details(owner=ada, way=PayoutWay.SEPA, account=account, at=SEPTEMBER.starts_at)
    payout = request_payout(
        owner=ada, amount=ASKED * CENT, currency="EUR", key="quokka", at=RELEASED
    )
    keep_billing_details(
        owner=ada, legal_name="Quokka Lovelace", address="1 Quokka Wharf", tax_number="QUOKKA7"
    )
    paper = issue_paper(creator=ada, first=SEPTEMBER, last=SEPTEMBER, currency="EUR", at=RELEASED)
    life.numbers |= {"payout": payout.pk, "paper": paper.title}


def _keep_devices(life: Life) -> None:
    """A session, a passkey, an application that others authorised, and one that Ada did."""
    ada, now, new = life.ada, timezone.now(), life.numbers
    session = UserSession.objects.create(
        user=ada, session_key="quokkakey", ip="203.0.113.9", user_agent="Quokka/7"
    )
    passkey = Authenticator.objects.create(
        user=ada,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Quokka key", "credential": {"id": "quokka"}},
    )
    application = Application.objects.create(
        name="Quokka reader",
        user=ada,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris="https://quokka.example/done",
    )
    token = AccessToken(
        user=ada, application=application, scope="flattr", expires=now + timedelta(days=1)
    )
    set_token_value(token, "quokka")
    token.save()
    new |= {"session": session.pk, "passkey": passkey.pk, "application": application.pk}


def _write(life: Life) -> None:
    """A copy of all her data that waits to be fetched, and mails."""
    ada, now = life.ada, timezone.now()
    export = Export.objects.create(
        user=ada,
        language="en",
        asked_at=now,
        ready_at=now,
        expires_at=now + timedelta(days=7),
        size=6,
        chunks=1,
    )
    ExportChunk.objects.create(export=export, number=0, content=b"quokka")
    queue_mail(to=ada, kind=Kind.MEANS_LOW, context={}, key="quokka")
    link = unsubscribe_url(ada, Kind.MEANS_LOW)
    life.numbers |= {"export": export.pk, "unsubscribe": link.rstrip("/").rpartition("/")[2]}


def _work_with_programs(life: Life) -> None:
    """A service of Ada's that is told of things, a name that it gave her, and a card deposit."""
    ada, now = life.ada, timezone.now()
    partner = Partner.objects.create(user=ada, name="Quokka service")
    endpoint = Endpoint.objects.create(
        partner=partner, url="https://quokka.example/told", secret=b"q", made_at=now, next_at=now
    )
    fact = Fact.objects.create(
        partner=partner, number=1, uid="quokka", event=Event.PING, fields={}, happened_at=now
    )
    delivery = Delivery.objects.create(endpoint=endpoint, fact=fact)
    namespace = Namespace.objects.create(name="quokka", partner=partner)
    identifier = Identifier.objects.create(
        name="partner:quokka:1", namespace=namespace, owner=ada, made_at=now, proven_at=now
    )
    card = begin_deposit(
        subscriber=ada, way=Way.CARD, amount=5 * MICROS, currency="EUR", key="quokka card", at=now
    )
    life.numbers |= {"endpoint": endpoint.pk, "delivery": delivery.pk, "card": card.pk}
    life.numbers |= {"identifier": identifier.pk}
