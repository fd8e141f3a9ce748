"""Things that wait for somebody whom a partner or a hash of an address names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import User
from accounts.visibility import Visibility
from payments.budgets.planning import set_budget
from payments.clicking.claiming import (
    Claimed,
    IdentifierTaken,
    claim_addresses,
    claim_identifier,
    claim_site,
)
from payments.clicking.kept import drop_old_clicks
from payments.clicking.recording import take_back_click
from payments.clicking.subjects import click_subject
from payments.money import MICROS
from payments.settlement.audit import audit_ledger
from things.describing import CreatorUnknown, NotTheirs, query_of, read_query
from things.models import Click, PendingClick, Thing
from things.partners.identifiers import name_of_address, read_name
from things.partners.models import Attribution, Identifier, Namespace, Partner
from things.partners.naming import NoSuchNamespace
from things.sites.owning import ask_for_site, verify_site
from things.submitting import OwnerMismatch, OwnerRestricted, thing_to_click
from things.webhooks.endpoints import add_endpoint
from things.webhooks.models import Fact

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
OCTOBER = datetime(2010, 10, 2, 12, tzinfo=UTC)
BENS = name_of_address("ben@ben.example")
QUERY = "owner=partner:blogs:42&url=https://blogs.example/ben/tea&title=Tea"
BY_ADDRESS = f"owner={BENS}&url=https://blogs.example/ben/tea&title=Tea"


@pytest.fixture
def paula(db: None) -> User:
    """She speaks for a host of blogs."""
    return User.objects.create_user("paula")


@pytest.fixture
def partner(paula: User) -> Partner:
    partner = Partner.objects.create(
        user=paula, name="Blogs", claim_page="https://blogs.example/me"
    )
    Namespace.objects.create(name="blogs", partner=partner)
    add_endpoint(partner=partner, url="https://blogs.example/hook", at=NOON)
    return partner


@pytest.fixture
def funded(ada: User, pay_in: Callable[..., Any]) -> User:
    pay_in(ada, 10)
    set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=NOON)
    return ada


def facts() -> list[dict[str, str]]:
    return [{"_event": fact.event, **fact.fields} for fact in Fact.objects.order_by("number")]


def confirm(user: User, address: str) -> None:
    EmailAddress.objects.create(user=user, email=address, verified=True)


class TestClick:
    def test_waits_for_whom_the_button_names(self, ada: User, partner: Partner) -> None:
        thing, _ = click_subject(subscriber=ada, subject=QUERY, at=NOON)

        waiting = Attribution.objects.get()
        assert (thing.owner, waiting.identifier.name) == (None, "partner:blogs:42")
        assert waiting.partner == partner
        assert PendingClick.objects.get().thing == thing
        assert not Click.objects.exists()

    def test_tells_the_partner(self, ada: User, eve: User, partner: Partner) -> None:
        User.objects.filter(pk=eve.pk).update(visibility=Visibility.CREATOR)
        thing, _ = click_subject(subscriber=ada, subject=QUERY, at=NOON)
        click_subject(subscriber=ada, subject=QUERY, at=NOON)
        click_subject(subscriber=User.objects.get(pk=eve.pk), subject=QUERY, at=NOON)
        take_back_click(subscriber=ada, thing=thing, at=NOON)

        told = [
            (one["_event"], one["flattrer_username"], one["thing_clicks_total"]) for one in facts()
        ]
        assert told == [
            ("pendingclickcreate", "ada", "1"),
            ("pendingclickcreate", "", "2"),
            ("pendingclickdelete", "ada", "1"),
        ]
        assert facts()[0] == {
            "_event": "pendingclickcreate",
            "thing_id": str(thing.pk),
            "thing_owner_id": "partner:blogs:42",
            "thing_clicks_total": "1",
            "flattrer_username": "ada",
            "claim_url": f"http://localhost:8000/claim/{thing.pk}",
        }

    def test_tells_nobody_of_things_of_others(self, ada: User, partner: Partner) -> None:
        click_subject(subscriber=ada, subject=BY_ADDRESS, at=NOON)

        assert Attribution.objects.get().partner is None
        assert facts() == []

    def test_by_address_on_the_site_of_a_partner_tells_it(
        self, ada: User, partner: Partner, paula: User
    ) -> None:
        site = ask_for_site(creator=paula, address="blogs.example", at=NOON)
        verify_site(site, at=NOON)
        click_subject(subscriber=ada, subject=BY_ADDRESS, at=NOON)

        assert [one["thing_owner_id"] for one in facts()] == [BENS]

    def test_counts_at_once_for_who_is_known(
        self, funded: User, ben: User, partner: Partner
    ) -> None:
        claim_identifier(read_name("partner:blogs:42"), creator=ben, at=NOON)

        thing, _ = click_subject(subscriber=funded, subject=QUERY, at=NOON)

        assert thing.owner == ben
        assert Click.objects.get().thing == thing

    @pytest.mark.parametrize("query", [QUERY, BY_ADDRESS])
    def test_is_refused_on_somebodys_proven_site(
        self, ada: User, eve: User, partner: Partner, query: str
    ) -> None:
        verify_site(ask_for_site(creator=eve, address="blogs.example", at=NOON), at=NOON)

        with pytest.raises(NotTheirs):
            click_subject(subscriber=ada, subject=query, at=NOON)
        with pytest.raises(OwnerMismatch):
            thing_to_click(f"https://flattr.com/submit/auto?{query}")
        assert not Thing.objects.exists()

    def test_is_refused_where_nobody_speaks_for_the_namespace(
        self, ada: User, partner: Partner
    ) -> None:
        other = QUERY.replace(":blogs:", ":other:")

        with pytest.raises(CreatorUnknown):
            click_subject(subscriber=ada, subject=other, at=NOON)
        with pytest.raises(OwnerRestricted):
            thing_to_click(f"https://flattr.com/submit/auto?{other}")
        Partner.objects.update(active=False)
        with pytest.raises(CreatorUnknown):
            click_subject(subscriber=ada, subject=QUERY, at=NOON)

    def test_comes_by_the_api_too(self, ada: User, partner: Partner) -> None:
        thing = thing_to_click(f"https://flattr.com/submit/auto?{QUERY}")

        assert Attribution.objects.get().thing == thing
        assert thing_to_click(f"https://flattr.com/submit/auto?{QUERY}") == thing

    def test_names_a_user_before_an_identifier(
        self, ada: User, ben: User, partner: Partner
    ) -> None:
        thing = thing_to_click(f"https://flattr.com/submit/auto?{QUERY}&user_id=ben")

        assert thing.owner == ben
        assert not Attribution.objects.exists()

    def test_goes_through_an_address_and_back(self) -> None:
        submission = read_query(QUERY)

        assert read_query(query_of(submission)) == submission


class TestClaimIdentifier:
    def test_hands_over_what_waited(
        self, funded: User, eve: User, ben: User, partner: Partner
    ) -> None:
        thing, _ = click_subject(subscriber=funded, subject=QUERY, at=NOON)
        click_subject(subscriber=eve, subject=QUERY, at=NOON)

        claimed = claim_identifier(read_name("partner:blogs:42"), creator=ben, at=OCTOBER)

        thing.refresh_from_db()
        click = Click.objects.get()
        assert claimed == Claimed(things=1, counted=1, still_waiting=1)
        assert thing.owner == ben
        assert (click.subscriber, str(click.period)) == (funded, "2010-10")
        assert facts()[-1] == {
            "_event": "identityverify",
            "thing_owner_id": "partner:blogs:42",
            "username": "ben",
        }
        assert not [finding for finding in audit_ledger() if finding.count]

    def test_leaves_out_who_took_their_click_back(
        self, funded: User, ben: User, partner: Partner
    ) -> None:
        thing, _ = click_subject(subscriber=funded, subject=QUERY, at=NOON)
        take_back_click(subscriber=funded, thing=thing, at=NOON)

        claimed = claim_identifier(read_name("partner:blogs:42"), creator=ben, at=OCTOBER)

        assert claimed == Claimed(things=1, counted=0, still_waiting=0)

    def test_changes_nothing_the_second_time(
        self, funded: User, ben: User, partner: Partner
    ) -> None:
        click_subject(subscriber=funded, subject=QUERY, at=NOON)
        claim_identifier(read_name("partner:blogs:42"), creator=ben, at=OCTOBER)

        claimed = claim_identifier(read_name("partner:blogs:42"), creator=ben, at=OCTOBER)

        assert claimed == Claimed(things=0, counted=0, still_waiting=0)
        assert [one["_event"] for one in facts()].count("identityverify") == 1

    def test_refuses_a_second_creator(self, ben: User, eve: User, partner: Partner) -> None:
        claim_identifier(read_name("partner:blogs:42"), creator=ben, at=NOON)

        with pytest.raises(IdentifierTaken):
            claim_identifier(read_name("partner:blogs:42"), creator=eve, at=NOON)
        with pytest.raises(NoSuchNamespace):
            claim_identifier(read_name("partner:other:42"), creator=eve, at=NOON)

    def test_leaves_pages_on_somebodys_site_alone(
        self, ada: User, ben: User, eve: User, partner: Partner
    ) -> None:
        click_subject(subscriber=ada, subject=QUERY, at=NOON)
        site = ask_for_site(creator=eve, address="blogs.example", at=NOON)
        claim_site(site, at=NOON)

        claim_identifier(read_name("partner:blogs:42"), creator=ben, at=NOON)

        assert Thing.objects.get().owner is None


class TestClaimAddresses:
    def test_takes_confirmed_ones_alone(self, funded: User, ben: User, eve: User) -> None:
        click_subject(subscriber=funded, subject=BY_ADDRESS, at=NOON)
        EmailAddress.objects.create(user=eve, email="ben@ben.example", verified=False)
        confirm(ben, "ben@ben.example")

        assert claim_addresses(eve, at=NOON) == Claimed(0, 0, 0)
        assert claim_addresses(ben, at=NOON) == Claimed(things=1, counted=1, still_waiting=0)
        assert claim_addresses(ben, at=NOON).things == 0

    def test_tells_no_partner_who_an_address_is(
        self, ada: User, ben: User, paula: User, partner: Partner
    ) -> None:
        verify_site(ask_for_site(creator=paula, address="blogs.example", at=NOON), at=NOON)
        click_subject(subscriber=ada, subject=BY_ADDRESS, at=NOON)
        confirm(ben, "ben@ben.example")
        claim_addresses(ben, at=NOON)

        assert facts()[-1] == {
            "_event": "identityverify",
            "thing_owner_id": BENS,
            "username": "",
        }
        assert Thing.objects.get().owner == ben

    def test_hands_an_address_on_that_was_given_up(self, ada: User, ben: User, eve: User) -> None:
        click_subject(subscriber=ada, subject=BY_ADDRESS, at=NOON)
        confirm(ben, "ben@ben.example")
        claim_addresses(ben, at=NOON)
        with pytest.raises(IdentifierTaken):
            claim_identifier(read_name(BENS), creator=eve, at=NOON)
        EmailAddress.objects.all().delete()
        confirm(eve, "ben@ben.example")
        claim_addresses(eve, at=NOON)

        assert Identifier.objects.get().owner == eve
        assert Thing.objects.get().owner == ben


class TestOldClicks:
    def test_are_dropped_after_half_a_year(self, ada: User, eve: User, partner: Partner) -> None:
        click_subject(subscriber=ada, subject=QUERY, at=NOON)
        click_subject(subscriber=eve, subject=QUERY, at=NOON + timedelta(days=2))

        dropped = drop_old_clicks(at=NOON + timedelta(days=184))

        assert dropped == 1
        assert PendingClick.objects.get().subscriber == eve
        assert facts()[-1]["_event"] == "pendingclickdelete"


class TestClaimPage:
    def test_says_what_waits_and_how_to_prove_it(
        self, client: Client, ada: User, partner: Partner
    ) -> None:
        thing, _ = click_subject(subscriber=ada, subject=QUERY, at=NOON)
        page = client.get(f"/claim/{thing.pk}").content.decode()

        assert "1 reader gave to this" in page
        assert "https://blogs.example/me" in page
        assert "ada" not in page.replace("readable", "")
        assert client.post(f"/claim/{thing.pk}").status_code == 404

    def test_knows_the_address_that_was_named(self, client: Client, ada: User) -> None:
        thing, _ = click_subject(subscriber=ada, subject=BY_ADDRESS, at=NOON)

        assert (
            "ben@ben.example"
            in client.get(f"/claim/{thing.pk}/owner/ben%40ben.example").content.decode()
        )
        assert client.get(f"/claim/{thing.pk}/owner/eve%40ben.example").status_code == 404
        assert client.get("/claim/999").status_code == 404

    def test_lets_the_owner_of_the_address_take_it(
        self, client: Client, funded: User, ben: User, eve: User
    ) -> None:
        thing, _ = click_subject(subscriber=funded, subject=BY_ADDRESS, at=NOON)
        confirm(ben, "ben@ben.example")
        client.force_login(eve)
        assert client.post(f"/claim/{thing.pk}").status_code == 404
        client.force_login(ben)
        assert "This is me" in client.get(f"/claim/{thing.pk}").content.decode()

        page = client.post(f"/claim/{thing.pk}", follow=True).content.decode()

        thing.refresh_from_db()
        assert thing.owner == ben
        assert "ben@ben.example" in page

    def test_gives_a_name_up(self, client: Client, ben: User, partner: Partner) -> None:
        claim_identifier(read_name("partner:blogs:42"), creator=ben, at=NOON)
        client.force_login(ben)
        identifier = Identifier.objects.get()

        client.post(f"/sites/names/{identifier.pk}/give-up/")

        identifier.refresh_from_db()
        assert (identifier.owner, identifier.proven_at) == (None, None)
