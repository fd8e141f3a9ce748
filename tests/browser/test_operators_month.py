"""An operator's month: what waits, the month end, abuse, the bank, payouts, a correction, the log."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from camt_files import IBAN, PAYER, Paid, german
from conftest import SITE
from crash_site import kill_group
from django.contrib.auth.models import Group
from django.db import transaction
from django.test.utils import override_settings
from launching import USUAL_MODE
from lxml import etree
from office import Office
from own_processes import empty_queues, run_command, worker
from playwright.sync_api import BrowserContext, FilePayload, expect

from accounts.models import User
from payments.budgets.planning import set_budget
from payments.clicking.recording import record_click
from payments.deposits.play import pay_in_play_money
from payments.desk.groups import ADMIN, FINANCE
from payments.ledger.models import LedgerAccount
from payments.money import MICROS
from payments.payouts.details import Account, enter_details
from payments.payouts.models import Way
from payments.settlement.audit import audit_ledger
from things.models import Thing

EARLY = datetime(2010, 8, 1, 8, tzinfo=UTC)
NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
MONTH = "2010-09"
LOG = "/admin/accounts/staffentry/"
BANK = {
    "BANK_HOLDER": "Obole e. V.",
    "BANK_IBAN": IBAN,
    "BANK_BIC": "",
    "PAYOUT_PAIN": "pain.001.001.09",
}
ACCOUNTS = {"ben": PAYER, "rex": "NL91ABNA0417164300"}
# Two subscribers a shard: Ada and Cleo, Dora and Rex, Roy.
GIVERS = {"ada": 20, "cleo": 20, "dora": 20, "rex": 30, "roy": 30}
# In milliseconds: a worker starts first, where a machine may do much else.
WORKER_STARTS = 90_000


@pytest.fixture
def people(internet: object) -> dict[str, User]:
    """Readers, Ben who writes, Rex and Roy who give to each other alone; Olga and Otto operate."""
    names = (*GIVERS, "ben")
    people = {name: User.objects.create_user(name, date_joined=EARLY) for name in names}
    for name, groups in (("olga", (FINANCE, ADMIN)), ("otto", (FINANCE,))):
        people[name] = User.objects.create_user(name, is_staff=True)
        people[name].groups.set(Group.objects.filter(name__in=groups))
    return people


@pytest.fixture
def month(people: dict[str, User]) -> None:
    """A September that nobody has settled."""
    things = {
        name: [
            Thing.objects.create(url=f"https://{name}.example/{n}", owner=people[name])
            for n in range(4)
        ]
        for name in ("ben", "rex", "roy")
    }
    for name, euros in GIVERS.items():
        giver, amount = people[name], euros * MICROS
        pay_in_play_money(subscriber=giver, amount=amount, currency="EUR", key=name, at=NOON)
        set_budget(subscriber=giver, amount=amount, currency="EUR", at=NOON)
        for thing in things[{"rex": "roy", "roy": "rex"}.get(name, "ben")]:
            record_click(subscriber=giver, thing=thing, at=NOON)
    for name, number in ACCOUNTS.items():
        account = Account(name.capitalize(), number)
        enter_details(owner=people[name], way=Way.SEPA, account=account, at=NOON)


@pytest.fixture
def bank() -> Iterator[None]:
    with override_settings(**BANK):
        yield


@pytest.fixture
def queues() -> Iterator[None]:
    with empty_queues():
        yield


def preview(office: Office) -> None:
    """What the month would come to, and who would get most."""
    page = office.as_("olga", "/admin/")
    september = page.locator("dt", has_text="September 2010").locator("+ dd")
    expect(september).to_have_text("waits to be settled")
    page.get_by_role("link", name="All month ends").click()
    page.get_by_role("link", name="September 2010").click()
    with worker():
        office.do("Compute a dry run", told="The dry run is being computed.")
        shown = page.get_by_role("region", name="Dry run")
        expect(shown).to_contain_text("nothing was written", timeout=WORKER_STARTS)
    expect(shown.get_by_role("row").filter(has_text="Given")).to_contain_text("€120")
    expect(shown.get_by_role("row").filter(has_text="ben")).to_contain_text("€60")
    expect(page.get_by_text("its settlement has not begun")).to_be_visible()


def settle(office: Office, people: dict[str, User]) -> None:
    """A worker dies in the second of three shards; Olga has another take the month up."""
    page = office.page
    shares = page.get_by_role("row").filter(has_text="1 / 3")
    sliced = {"OBOLE_SUBSCRIBERS_A_SHARD": "2"}
    # Who holds Dora's wallet holds the shard that gives out of it.
    with transaction.atomic(), worker(**sliced) as victim:
        LedgerAccount.objects.select_for_update().get(owner=people["dora"], kind="wallet")
        office.do("Settle the month", told="The month end is started.")
        expect(shares).to_be_visible(timeout=WORKER_STARTS)
        kill_group(victim)
    office.go("/admin/")
    expect(page.locator(".desk")).to_contain_text("1 of 3 shards are done")
    office.go(f"/admin/month-ends/{MONTH}/")
    expect(shares).to_contain_text("running")
    expect(page.get_by_text("Shards that are not done")).to_be_visible()

    with worker(**sliced):
        office.do("Take it up again", told="The month end is started.")
        progress = page.get_by_role("region", name="Progress")
        expect(progress.locator("p .well")).to_have_text("settled", timeout=WORKER_STARTS)
    expect(progress.get_by_role("row").filter(has_text="3 / 3")).to_contain_text("done")
    expect(page.get_by_text("Take it up again")).to_have_count(0)


def hold_the_ring(office: Office) -> None:
    """The rules find Rex and Roy; Rex is told, and Olga decides."""
    said = run_command("find_abuse", MONTH)
    assert "Rings: found 2, of which new 2" in said
    page = office.as_("rex", "/payouts/")
    expect(page.get_by_role("main")).to_contain_text("Payouts are on hold")
    expect(page.get_by_role("main")).to_contain_text("a few people who give to each other")

    page = office.as_("olga", "/admin/")
    office.take_up("Marks of abuse to decide", row="rex")
    expect(page.locator(".field-why_in_words")).to_contain_text("Gives 100 % of their clicks")
    office.do("It is abuse", note="Two who know each other.", told="Payouts stay held.")


def match_by_hand(office: Office) -> None:
    """Cleo forgot her reference."""
    page = office.go("/admin/payments/bankline/")
    statement = german(Paid(text="for the good things", party="Cleo Berg"))
    file = FilePayload(name="day.xml", mimeType="application/xml", buffer=statement)
    page.locator("#bank-file").set_input_files(file)
    page.get_by_role("button", name="Read", exact=True).click()
    expect(page.locator(".messagelist")).to_be_visible()
    office.take_up("Bookings of the bank that nobody could place", row="Cleo Berg")
    office.do("Put it into the wallet", note="cleo", told="It is in the wallet of cleo.")


def pay_out(office: Office) -> bytes:
    """Olga makes the batch, which leaves Rex out; Otto approves it, and notes that it is paid."""
    page = office.go("/admin/payments/payoutbatch/")
    expect(page.get_by_role("region", name="What waits for a batch")).to_contain_text("1 payout")
    page.get_by_role("button", name="Make a batch").click()
    office.do("Approve", told="somebody else must approve")

    page = office.as_("otto", "/admin/")
    office.take_up("Batches of payouts to approve", row="olga")
    office.do("Approve", told="Approved.")
    file = office.download("Fetch the file for the bank")
    office.do("The bank has the file", told="Its payouts are with the bank.")
    office.go("/admin/payments/payout/")
    office.open_row("ben")
    office.do("It is paid", note="Statement 7", told="It is paid.")
    page = office.as_("ben", "/payouts/")
    expect(page.get_by_role("table")).to_contain_text("Paid")
    page = office.as_("rex", "/payouts/")
    expect(page.get_by_role("table")).to_contain_text("Requested")
    return file


def correct(office: Office) -> None:
    """Olga proposes to take back what Rex gave to Roy; she cannot approve it, Otto does."""
    page = office.as_("olga", "/admin/payments/correction/add/")
    page.get_by_label("Month").fill(MONTH)
    page.get_by_label("Subscriber").fill("rex")
    page.get_by_label("Reason").fill("Given round in a circle.")
    page.get_by_label("Evidence").fill("The mark of September.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    office.take_up("Corrections that wait for a second person", row="rex")
    office.do("Approve, and take it back", told="a second person decides")

    office.as_("otto", "/admin/")
    office.take_up("Corrections that wait for a second person", row="rex")
    office.do("Approve, and take it back", told="It is taken back")


def read_log(office: Office) -> list[tuple[str, ...]]:
    """What the log tells, in the order in which it was done: who, what, of what, how it ended."""
    page = office.as_("otto", "/admin/")
    refused = page.goto(SITE + LOG)
    assert refused is not None
    assert refused.status == 403
    page = office.as_("olga", LOG)
    columns = ("who", "kind", "deed", "subject", "outcome")
    told = [
        tuple(row.locator(f".field-{name}").inner_text().strip("-") for name in columns)
        for row in page.locator("#result_list tbody tr").all()
    ]
    return told[::-1]


def balance(owner: User, kind: str) -> int:
    return LedgerAccount.objects.get(owner=owner, kind=kind, currency="EUR").balance


@pytest.mark.timeout(400)
class TestOperatorsMonth:
    def test_is_told_by_the_log(
        self,
        open_browser: Callable[..., BrowserContext],
        people: dict[str, User],
        month: None,
        bank: None,
        queues: None,
    ) -> None:
        office = Office(open_browser(USUAL_MODE), people)
        preview(office)
        settle(office, people)
        office.ask_for_payout("ben", "54.00")
        office.ask_for_payout("rex", "27.00")
        hold_the_ring(office)
        match_by_hand(office)
        file = pay_out(office)
        correct(office)

        log = read_log(office)
        looks = {(who, subject) for who, kind, _deed, subject, _end in log if kind == "look"}
        deeds = [entry for entry in log if entry[1] != "look"]
        assert {("olga", "payments.abusemark"), ("otto", "payments.payoutbatch")} <= looks
        assert deeds == [
            ("olga", "deed", "preview", "payments.settlement", "done"),
            ("olga", "deed", "settle", "payments.settlement", "done"),
            ("olga", "deed", "settle", "payments.settlement", "done"),
            (getpass.getuser(), "command", "find_abuse", "", "done"),
            ("olga", "deed", "confirm", "payments.abusemark", "done"),
            ("olga", "deed", "read", "payments.bankline", "done"),
            ("olga", "deed", "assign", "payments.bankline", "done"),
            ("olga", "added", "", "payments.payoutbatch", "done"),
            ("olga", "deed", "approve", "payments.payoutbatch", "refused"),
            ("otto", "deed", "approve", "payments.payoutbatch", "done"),
            ("otto", "download", "file", "payments.payoutbatch", "done"),
            ("otto", "deed", "sent", "payments.payoutbatch", "done"),
            ("otto", "deed", "paid", "payments.payout", "done"),
            ("olga", "added", "", "payments.correction", "done"),
            ("olga", "deed", "approve", "payments.correction", "refused"),
            ("otto", "deed", "approve", "payments.correction", "done"),
        ]
        paid = etree.fromstring(file)
        assert [node.text for node in paid.iter("{*}InstdAmt")] == ["54.00"]
        assert PAYER in [node.text for node in paid.iter("{*}IBAN")]
        assert balance(people["cleo"], "wallet") == 20 * MICROS
        assert balance(people["ben"], "earnings") == 0
        assert (balance(people["rex"], "wallet"), balance(people["roy"], "earnings")) == (
            30 * MICROS,
            0,
        )
        assert [finding for finding in audit_ledger(thorough=True) if finding.count] == []
