"""A creator's whole way: registered, proven, clicked, estimated, settled, reported, paid."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from conftest import SITE, give_means, sign_in
from django.test.utils import override_settings
from django.utils import timezone
from elsewhere import SOMEWHERE
from gestures import armed
from hosting import Internet
from launching import USUAL_MODE
from lxml import etree
from people import PASSWORD, signed_up
from playwright.sync_api import BrowserContext, FilePayload, Page, expect
from pypdf import PdfReader

from accounts.models import User
from accounts.public_ids import public_id
from payments.ledger.models import LedgerAccount
from payments.settlement.audit import audit_ledger
from payments.settlement.running import settle_period
from things.fetching.network import INTERNET
from things.models import Click
from things.periods import Period
from things.sites.models import Site

BLOG = "ben-writes.example"
IBAN = "DE89370400440532013000"
SITE_IBAN = "FR7630006000011234567890189"
BANK = {
    "BANK_HOLDER": "Obole e. V.",
    "BANK_IBAN": SITE_IBAN,
    "BANK_BIC": "",
    "PAYOUT_PAIN": "pain.001.001.09",
}
POST = f"""<!doctype html><html lang="de"><head><title>{BLOG}</title>
<meta property="og:title" content="On tea &amp; <i>letters</i>">
<meta property="og:description" content="How water became an alphabet">
<link rel="canonical" href="https://{BLOG}/tea"></head><body><h1>On tea</h1></body></html>"""
FEED = f"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>
<title>Ben talks</title><link>https://{BLOG}/</link><language>en</language>
<item><title>Episode 1</title><link>https://{BLOG}/1</link><guid>1</guid></item>
<item><title>Episode 2</title><link>https://{BLOG}/2</link><guid>2</guid></item>
</channel></rss>"""
ANSWER = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt>
<GrpHdr><MsgId>ANSWER-1</MsgId><CreDtTm>2030-01-01T10:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId><OrgnlMsgNmId>pain.001</OrgnlMsgNmId>
</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>X</OrgnlPmtInfId><TxInfAndSts>
<OrgnlEndToEndId>{payment}</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts></OrgnlPmtInfAndSts>
</CstmrPmtStsRpt></Document>"""


@pytest.fixture
def outside(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> Internet:
    """What the site fetches comes from the hosts of the test, on loopback."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE

    def connect(_address: object, _port: int, seconds: float) -> socket.socket:
        return socket.create_connection(("127.0.0.1", internet.port), seconds)

    network = replace(
        INTERNET,
        resolve=lambda _host, _seconds: [ip_address(SOMEWHERE)],
        connect=connect,
        texts=lambda _host, _seconds: [],
        tls=lambda: trusting,
    )
    monkeypatch.setattr("things.fetching.network.INTERNET", network)
    return internet


@pytest.fixture
def people(db: None) -> dict[str, User]:
    names = ("ada", "cleo", "dora")
    readers = {name: User.objects.create_user(name) for name in names}
    for number, reader in enumerate(readers.values()):
        give_means(reader, euros=10 + 10 * number)
    staff = {name: User.objects.create_superuser(name) for name in ("olga", "paul")}
    return {**readers, **staff, "ben": signed_up("ben")}


@pytest.fixture
def clock(time_machine: Any) -> Callable[[datetime], None]:
    return lambda at: time_machine.move_to(at, tick=True)


class Journey:
    """One browser, in which one person after the other is signed in."""

    def __init__(self, context: BrowserContext, people: dict[str, User]) -> None:
        self.context = context
        self.people = people
        self.page = context.new_page()

    def as_(self, name: str, *, hours_ago: int = 0) -> Page:
        self.context.clear_cookies()
        sign_in(self.context, self.people[name], hours_ago=hours_ago)
        return self.page

    def press(self, button: str) -> None:
        self.page.get_by_role("main").get_by_role("button", name=button, exact=True).click()

    def prove_again(self) -> None:
        """Where money is about to leave, the site asks who it is."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Is it you?")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Go on")

    def register_page(self) -> None:
        self.page.goto(f"{SITE}/things/mine/new/")
        self.page.get_by_label("Address").fill(f"https://{BLOG}/tea?utm_source=mail")
        self.press("Read the page")
        expect(self.page.get_by_label("Title")).to_have_value("On tea & letters")
        self.press("Register")
        expect(self.page.get_by_role("main")).to_contain_text("On tea & letters")

    def register_feed(self) -> None:
        self.page.goto(f"{SITE}/things/mine/feeds/new/")
        self.page.get_by_label("Address").fill(f"https://{BLOG}/feed.xml")
        self.press("Read the feed")
        expect(self.page.get_by_text("Episode 2")).to_be_visible()
        self.press("Register the feed")
        expect(self.page.get_by_role("status")).to_contain_text("2 things")

    def claim_site(self) -> None:
        self.page.goto(f"{SITE}/sites/")
        self.page.get_by_role("main").get_by_role("textbox").fill(BLOG)
        self.press("This is mine")
        self.page.get_by_role("button", name=f"Look now at {BLOG}").click()
        expect(self.page.get_by_role("status")).to_contain_text("is proven to be yours")

    def click(self, title: str) -> None:
        self.page.goto(f"{SITE}/profile/ben")
        self.page.get_by_role("main").get_by_role("link", name=title).first.click()
        armed(self.page).click()
        expect(self.page.get_by_text("Counted. Thank you!")).to_be_visible()

    def download(self, name: str) -> bytes:
        with self.page.expect_download() as download:
            self.page.get_by_text(name, exact=True).first.click()
        return Path(download.value.path()).read_bytes()


def register_and_prove(journey: Journey, outside: Internet, ben: User) -> None:
    outside.publish(f"https://{BLOG}/tea", POST)
    outside.publish(f"https://{BLOG}/feed.xml", FEED, media_type="application/rss+xml")
    outside.publish(
        f"https://{BLOG}/.well-known/obole.json",
        f'{{"creators": ["{public_id(ben.pk)}"]}}',
        media_type="application/json",
    )
    journey.as_("ben")
    journey.register_page()
    journey.register_feed()
    journey.claim_site()


def say_where_to_pay(journey: Journey) -> None:
    page = journey.as_("ben", hours_ago=1)
    page.goto(f"{SITE}/settings/payout/")
    journey.prove_again()
    page.get_by_label("Whose account it is").fill("Ben Müller")
    page.get_by_label("IBAN").fill(IBAN)
    journey.press("Save")
    expect(page.get_by_role("status")).to_contain_text("DE89 … 3000")


def ask_for_everything(journey: Journey) -> None:
    page = journey.as_("ben", hours_ago=1)
    page.goto(f"{SITE}/payouts/")
    page.get_by_label("Amount").fill("54.00")
    journey.press("Pay out")
    journey.prove_again()
    expect(page.get_by_role("table")).to_contain_text("Requested")


def make_batch(journey: Journey) -> bytes:
    """Olga makes it, Paul approves it and fetches the file."""
    page = journey.as_("olga")
    page.goto(f"{SITE}/admin/payments/payoutbatch/")
    page.get_by_role("button", name="Make a batch").click()
    batch = page.url
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("somebody else must approve")).to_be_visible()
    page = journey.as_("paul")
    page.goto(batch)
    page.get_by_role("button", name="Approve").click()
    file = journey.download("Fetch the file for the bank")
    page.get_by_role("button", name="The bank has the file").click()
    expect(page.get_by_role("main")).to_contain_text("sent")
    return file


def answer_of_bank(file: bytes) -> FilePayload:
    namespaces = {"p": f"urn:iso:std:iso:20022:tech:xsd:{BANK['PAYOUT_PAIN']}"}
    document = etree.fromstring(file)
    [message] = document.xpath("//p:GrpHdr/p:MsgId/text()", namespaces=namespaces)
    [payment] = document.xpath("//p:EndToEndId/text()", namespaces=namespaces)
    answer = ANSWER.format(message=message, payment=payment).encode()
    return FilePayload(name="answer.xml", mimeType="application/xml", buffer=answer)


def texts_of(file: bytes, tag: str) -> list[str]:
    return [node.text for node in etree.fromstring(file).iter(f"{{*}}{tag}")]


def read_estimate(journey: Journey, month: Period) -> None:
    page = journey.as_("ben")
    page.goto(f"{SITE}/creators/ben/months/{month}/")
    main = page.get_by_role("main")
    expect(main).to_contain_text("An estimate")
    # 10 + 20 + 30 euros, less the fee.
    expect(main).to_contain_text("≈ €54.00")


def read_report(journey: Journey, month: Period) -> None:
    page = journey.as_("ben")
    page.goto(f"{SITE}/creators/ben/months/{month}/")
    expect(page.get_by_role("main")).to_contain_text("Net€54.00")
    assert "45.000000" in journey.download("CSV").decode()
    page.goto(f"{SITE}/statements/")
    page.get_by_label("First month").fill(str(month))
    page.get_by_label("Last month").fill(str(month))
    with page.expect_download() as download:
        journey.press("Make the statement")
    statement = Path(download.value.path()).read_bytes()
    assert "54.00" in PdfReader(BytesIO(statement)).pages[0].extract_text()


def import_answer(journey: Journey, file: bytes) -> None:
    page = journey.as_("olga")
    page.goto(f"{SITE}/admin/payments/bankline/")
    page.locator("#bank-file").set_input_files(answer_of_bank(file))
    page.get_by_role("button", name="Read").click()
    expect(page.locator(".messagelist")).to_be_visible()


@pytest.mark.timeout(180)
class TestCreator:
    def test_goes_the_whole_way(
        self,
        open_browser: Callable[..., BrowserContext],
        outside: Internet,
        people: dict[str, User],
        clock: Callable[[datetime], None],
    ) -> None:
        month = Period.of(timezone.now())
        journey = Journey(open_browser(USUAL_MODE), people)
        with override_settings(**BANK):
            register_and_prove(journey, outside, people["ben"])
            for name in ("ada", "cleo", "dora"):
                journey.as_(name)
                journey.click("On tea & letters")
            journey.click("Episode 2")
            read_estimate(journey, month)
            say_where_to_pay(journey)

            clock(month.ends_at + timedelta(minutes=40))
            settle_period(period=month, at=timezone.now(), fee_basis_points=1000)
            read_report(journey, month)

            clock(month.ends_at + timedelta(days=12))
            ask_for_everything(journey)
            file = make_batch(journey)
            import_answer(journey, file)
            page = journey.as_("ben")
            page.goto(f"{SITE}/payouts/")
            expect(page.get_by_role("table")).to_contain_text("Paid")

        assert texts_of(file, "InstdAmt") == ["54.00"]
        assert IBAN in texts_of(file, "IBAN")
        assert Site.objects.get().is_proven
        assert Click.objects.count() == 4
        assert not LedgerAccount.objects.filter(owner=people["ben"]).exclude(balance=0).exists()
        assert [finding for finding in audit_ledger(thorough=True) if finding.count] == []
