"""Claims are proven by machines, kept, lapse, and are contested."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from elsewhere import Elsewhere, Page

from accounts.mail.models import Mail
from accounts.models import User
from accounts.public_ids import public_id
from payments.budgets.planning import set_budget
from payments.clicking.claiming import claim_site
from payments.clicking.proving import GRACE, Verdict, check_claim, decide_against, decide_for
from payments.clicking.recording import record_click
from payments.clicking.tasks import check_due_claims
from payments.ledger.models import LedgerAccount
from payments.money import MICROS
from things.describing import NotTheirs, describe_thing, read_submission
from things.models import Click, PendingClick, Thing
from things.sites.models import Method, Site
from things.sites.owning import ask_for_site, verified_site_of

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
HOME = "https://ben.example/"


@pytest.fixture
def site(ben: User) -> Site:
    ben.email = "ben@ben.example"
    ben.save()
    return ask_for_site(creator=ben, address="ben.example", at=NOON)


def tag(creator: User, name: str = "obole:id") -> str:
    return f'<meta name="{name}" content="{public_id(creator.pk)}">'


def publish_meta(elsewhere: Elsewhere, ben: User) -> None:
    elsewhere.publish(HOME, f"<head>{tag(ben)}</head>")


def publish_flattrs(elsewhere: Elsewhere, ben: User) -> None:
    elsewhere.publish(HOME, f"<head>{tag(ben, 'flattr:id')}{tag(ben)}</head>")


def publish_over_http(elsewhere: Elsewhere, ben: User) -> None:
    elsewhere.certified = ("other.example",)
    elsewhere.publish("http://ben.example/", tag(ben))


def publish_behind_www(elsewhere: Elsewhere, ben: User) -> None:
    elsewhere.redirect(HOME, "https://www.ben.example/")
    elsewhere.publish("https://www.ben.example/", tag(ben))


def publish_file(elsewhere: Elsewhere, ben: User) -> None:
    said = f'{{"creators": ["zzzzzz", "{public_id(ben.pk)}"]}}'
    elsewhere.publish(f"{HOME}.well-known/obole.json", Page(said, "application/json"))


def publish_record(elsewhere: Elsewhere, ben: User) -> None:
    elsewhere.texts["_obole.ben.example"] = ["v=spf1 -all", f"obole-id={public_id(ben.pk)}"]


def publish_record_of_host(elsewhere: Elsewhere, ben: User) -> None:
    elsewhere.texts["ben.example"] = [f"obole-id={public_id(ben.pk)}"]


def publish_me(elsewhere: Elsewhere, ben: User) -> None:
    elsewhere.publish(HOME, '<a rel="nofollow me" href="http://localhost:8000/profile/ben">I</a>')


PROOFS = {
    Method.META: [publish_meta, publish_flattrs, publish_over_http, publish_behind_www],
    Method.WELL_KNOWN: [publish_file],
    Method.DNS: [publish_record, publish_record_of_host],
    Method.REL_ME: [publish_me],
}
EACH = [(method, publish) for method, ways in PROOFS.items() for publish in ways]


def said_by_another(elsewhere: Elsewhere, eve: User) -> None:
    elsewhere.publish(HOME, tag(eve) + '<a rel="me" href="http://localhost:8000/profile/eve">')
    elsewhere.publish(f"{HOME}.well-known/obole.json", f'{{"creators": ["{public_id(eve.pk)}"]}}')
    elsewhere.texts["ben.example"] = [f"obole-id={public_id(eve.pk)}"]


def led_elsewhere(elsewhere: Elsewhere, ben: User) -> None:
    for path in ("", ".well-known/obole.json"):
        elsewhere.redirect(HOME + path, f"https://eve.example/{path}")
    elsewhere.publish("https://eve.example/", tag(ben))
    said = f'{{"creators": ["{public_id(ben.pk)}"]}}'
    elsewhere.publish("https://eve.example/.well-known/obole.json", said)


def only_written_in_the_text(elsewhere: Elsewhere, ben: User) -> None:
    elsewhere.publish(HOME, f"<pre>{tag(ben).replace('<', '&lt;')}</pre><p>{public_id(ben.pk)}")


def nonsense(elsewhere: Elsewhere, ben: User) -> None:
    elsewhere.publish(HOME, Page(b"\x00\xff", "text/html"))
    elsewhere.publish(f"{HOME}.well-known/obole.json", "[" * 100_000)


class TestCheckClaim:
    @pytest.mark.parametrize(("method", "publish"), EACH)
    def test_takes_each_proof(
        self,
        elsewhere: Elsewhere,
        ben: User,
        site: Site,
        method: Method,
        publish: Callable[..., None],
    ) -> None:
        publish(elsewhere, ben)

        assert check_claim(site, at=NOON).verdict is Verdict.PROVEN

        assert (site.method, site.verified_at) == (method, NOON)
        assert verified_site_of(f"{HOME}any/page") == site

    @pytest.mark.parametrize(
        "publish", [said_by_another, led_elsewhere, only_written_in_the_text, nonsense]
    )
    def test_takes_nothing_else(
        self,
        elsewhere: Elsewhere,
        ben: User,
        eve: User,
        site: Site,
        publish: Callable[..., None],
    ) -> None:
        publish(elsewhere, eve if publish is said_by_another else ben)

        assert check_claim(site, at=NOON).verdict is Verdict.NOT_PROVEN
        assert verified_site_of(HOME) is None

    def test_reads_nothing_on_hosts_that_are_not_public(
        self, elsewhere: Elsewhere, ben: User
    ) -> None:
        site = ask_for_site(creator=ben, address="127.0.0.1", at=NOON)

        assert check_claim(site, at=NOON).verdict is Verdict.NOT_PROVEN
        assert elsewhere.connected == []

    def test_counts_the_clicks_that_waited(
        self,
        elsewhere: Elsewhere,
        ada: User,
        eve: User,
        ben: User,
        site: Site,
        pay_in: Callable[..., LedgerAccount],
    ) -> None:
        page = Thing.objects.create(url=f"{HOME}page")
        pay_in(ada, 10)
        set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=NOON)
        for subscriber in (ada, eve):
            record_click(subscriber=subscriber, thing=page, at=NOON)
        publish_meta(elsewhere, ben)

        checked = check_claim(site, at=NOON + timedelta(days=30))

        assert checked.claimed is not None
        assert (checked.claimed.things, checked.claimed.counted) == (1, 1)
        click = Click.objects.get()
        assert (click.subscriber, str(click.period)) == (ada, "2010-10"), "of the proof's period"
        assert PendingClick.objects.get().subscriber == eve, "who has no means"
        call_command("audit", verbosity=0)

    def test_keeps_a_site_whose_proof_is_there(
        self, elsewhere: Elsewhere, ben: User, site: Site
    ) -> None:
        publish_meta(elsewhere, ben)
        check_claim(site, at=NOON)
        elsewhere.pages.clear()
        publish_record(elsewhere, ben)

        check_claim(site, at=NOON + timedelta(days=7))

        assert (site.method, site.verified_at, site.failing_since) == (Method.DNS, NOON, None)

    def test_lets_a_site_lapse_after_grace_and_says_so(
        self, elsewhere: Elsewhere, ben: User, site: Site
    ) -> None:
        publish_meta(elsewhere, ben)
        check_claim(site, at=NOON)
        thing = Thing.objects.create(url=f"{HOME}mine", owner=ben)
        elsewhere.pages.clear()
        gone = NOON + timedelta(days=7)

        verdicts = [
            check_claim(site, at=gone + after).verdict
            for after in (timedelta(0), timedelta(days=1), GRACE - timedelta(seconds=1), GRACE)
        ]

        assert verdicts == [Verdict.LAPSING] * 3 + [Verdict.LAPSED]
        assert not site.is_proven
        thing.refresh_from_db()
        assert thing.owner == ben
        assert sorted(Mail.objects.values_list("kind", flat=True)) == [
            "claim_lapsed",
            "claim_lapsing",
        ]

    def test_recovers_within_grace(self, elsewhere: Elsewhere, ben: User, site: Site) -> None:
        publish_meta(elsewhere, ben)
        check_claim(site, at=NOON)
        elsewhere.pages.clear()
        check_claim(site, at=NOON + timedelta(days=7))
        publish_meta(elsewhere, ben)

        check_claim(site, at=NOON + timedelta(days=8))
        elsewhere.pages.clear()

        assert check_claim(site, at=NOON + timedelta(days=22)).verdict is Verdict.LAPSING

    def test_leaves_what_an_operator_has_seen(
        self, elsewhere: Elsewhere, ben: User, site: Site
    ) -> None:
        claim_site(site, at=NOON)

        assert check_claim(site, at=NOON + timedelta(days=365)).verdict is Verdict.PROVEN
        assert site.method == Method.OPERATOR


class TestContests:
    @pytest.fixture
    def hers(self, elsewhere: Elsewhere, ben: User, eve: User, site: Site) -> Site:
        """Ben has proven the site, and the page names Eve now."""
        publish_meta(elsewhere, ben)
        check_claim(site, at=NOON)
        elsewhere.publish(HOME, tag(eve))
        return ask_for_site(creator=eve, address=HOME, at=NOON)

    def test_change_nothing_by_themselves(self, hers: Site, site: Site, ben: User) -> None:
        assert check_claim(hers, at=NOON).verdict is Verdict.CONTESTED

        assert hers.contested_at == NOON
        found = verified_site_of(HOME)
        assert found is not None
        assert found.owner == ben
        assert Mail.objects.get().kind == "claim_contested"

    def test_are_decided_for_the_newcomer(self, hers: Site, site: Site, eve: User) -> None:
        check_claim(hers, at=NOON)

        decide_for(hers, at=NOON)

        site.refresh_from_db()
        assert (site.is_proven, hers.is_proven, hers.contested_at) == (False, True, None)
        assert check_claim(site, at=NOON).verdict is Verdict.REFUSED

    def test_are_decided_against_the_newcomer(self, hers: Site, site: Site) -> None:
        check_claim(hers, at=NOON)

        decide_against(hers, at=NOON)

        site.refresh_from_db()
        assert (site.is_proven, hers.is_proven, hers.contested_at) == (True, False, None)
        assert check_claim(hers, at=NOON).verdict is Verdict.REFUSED

    def test_are_decided_in_the_admin(self, client: Client, hers: Site, olga: User) -> None:
        check_claim(hers, at=NOON)
        client.force_login(olga)

        client.post("/admin/things/site/", {"action": "decide_for", "_selected_action": [hers.pk]})

        hers.refresh_from_db()
        assert hers.is_proven


class TestPages:
    def test_of_sites_of_many_are_proven_one_by_one(
        self, elsewhere: Elsewhere, ben: User, eve: User
    ) -> None:
        forge = "https://forge.example"
        for creator in (ben, eve):
            elsewhere.publish(f"{forge}/{creator.username}", tag(creator))
            mine = ask_for_site(creator=creator, address=f"{forge}/{creator.username}/", at=NOON)
            assert check_claim(mine, at=NOON).verdict is Verdict.PROVEN
            assert (mine.host, mine.path) == ("forge.example", f"/{creator.username}")

        for url, owner in ((f"{forge}/ben", ben), (f"{forge}/ben/tea", ben), (f"{forge}/eve", eve)):
            assert describe_thing(_named(owner, url)).owner == owner
        with pytest.raises(NotTheirs):
            describe_thing(_named(eve, f"{forge}/ben/tea"))
        assert verified_site_of(f"{forge}/") is None
        assert verified_site_of(f"{forge}/benjamin") is None

    def test_are_no_proof_for_the_whole_host(self, elsewhere: Elsewhere, ben: User) -> None:
        elsewhere.publish("https://forge.example/ben", tag(ben))
        whole = ask_for_site(creator=ben, address="forge.example", at=NOON)

        assert check_claim(whole, at=NOON).verdict is Verdict.NOT_PROVEN

    def test_take_no_things_that_are_proven_to_be_others(
        self, elsewhere: Elsewhere, ben: User, eve: User
    ) -> None:
        for path in ("eve", "eve/tea", "ben"):
            Thing.objects.create(url=f"https://forge.example/{path}")
        hers = ask_for_site(creator=eve, address="forge.example/eve", at=NOON)
        Site.objects.filter(pk=hers.pk).update(verified_at=NOON)
        elsewhere.publish("https://forge.example/", tag(ben))
        his = ask_for_site(creator=ben, address="forge.example", at=NOON)

        check_claim(his, at=NOON)

        assert [thing.url for thing in ben.things.all()] == ["https://forge.example/ben"]


def _named(creator: User, url: str) -> object:
    return read_submission({"user_id": creator.username, "url": url})


class TestView:
    def test_says_what_to_do_and_looks_at_once(
        self, client: Client, elsewhere: Elsewhere, ben: User
    ) -> None:
        client.force_login(ben)
        client.post("/sites/", {"address": "ben.example"})
        site = Site.objects.get()
        page = client.get("/sites/").content.decode()
        assert f"obole-id={public_id(ben.pk)}" in page

        missing = client.post(f"/sites/{site.pk}/check/", follow=True).content.decode()
        publish_meta(elsewhere, ben)
        proven = client.post(f"/sites/{site.pk}/check/", follow=True).content.decode()

        assert "No proof was found on ben.example yet" in missing
        assert "ben.example is proven to be yours" in proven

    def test_is_nobody_elses(self, client: Client, site: Site, eve: User) -> None:
        client.force_login(eve)

        for deed in ("check", "give-up"):
            assert client.post(f"/sites/{site.pk}/{deed}/").status_code == 404

    def test_gives_a_site_up(self, client: Client, site: Site, ben: User) -> None:
        client.force_login(ben)

        client.post(f"/sites/{site.pk}/give-up/")

        assert not Site.objects.exists()


class TestDue:
    def test_looks_at_what_is_proven_and_hoped_for(self, ben: User, site: Site, eve: User) -> None:
        asked = ask_for_site(creator=eve, address="eve.example", at=NOON - timedelta(days=8))
        seen = ask_for_site(creator=eve, address="seen.example", at=NOON - timedelta(days=99))
        claim_site(seen, at=NOON)
        proven = ask_for_site(creator=eve, address="proven.example", at=NOON - timedelta(days=99))
        claim_site(proven, at=NOON, method=Method.DNS)

        due = list(Site.objects.due(at=NOON))

        assert due == [proven, site]
        assert asked not in due

    def test_has_a_task(
        self,
        elsewhere: Elsewhere,
        ben: User,
        settings: pytest.FixtureRequest,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        site = ask_for_site(creator=ben, address="ben.example", at=datetime.now(UTC))
        publish_meta(elsewhere, ben)
        from payments.clicking import tasks

        monkeypatch.setattr(tasks.check_claim_of_creator, "delay", tasks.check_claim_of_creator)

        assert check_due_claims() == 1

        site.refresh_from_db()
        assert site.is_proven
