"""Where a creator is paid: entering it, taking it back, reading it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.mail.kinds import Kind
from accounts.mail.queueing import queue_mail
from accounts.models import User
from accounts.sealing import fingerprint, seal, unseal
from payments.payouts.models import WAIT, PayoutDetails, Way
from payments.payouts.ways import way_of


@dataclass(frozen=True)
class Account:
    """Who is paid, and to where: an IBAN, or words for a payment by hand."""

    holder: str
    number: str


class NoDetails(LookupError):
    """The creator has not said where to be paid."""


def enter_details(*, owner: User, way: Way, account: Account, at: datetime) -> PayoutDetails:
    """Say where a creator is paid from now on, in the place of what was said before.

    Nothing is paid to the new account for 72 hours (`WAIT`); the same account entered again keeps
    its moment. Raises DetailsRefused (of payments.payouts.ways) if the account cannot be one.
    """
    plain, hint = way_of(way).check_account(account.holder, account.number)
    account = Account(*plain)
    entered = _details(owner, way, account, hint, at)
    with transaction.atomic():
        # Two forms sent at once: the second waits here and ends what the first entered.
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)
        before = PayoutDetails.objects.filter(owner=owner, ended_at=None).first()
        if before is not None:
            if before.way == way and read_account(before) == account:
                return before
            before.ended_at = at
            before.save(update_fields=["ended_at"])
        entered.save()
        _tell(owner, entered)
    return entered


def end_details(*, owner: User, at: datetime) -> None:
    """Forget where a creator is paid: what was sealed goes, the hint stays with what was paid.

    What is needed for a payout on its way is kept until the next time.
    """
    with transaction.atomic():
        ended = PayoutDetails.objects.filter(owner=owner, ended_at=None).update(ended_at=at)
        gone = PayoutDetails.objects.filter(owner=owner)
        gone = gone.exclude(payouts__in=owner.payouts.on_their_way())
        gone.update(sealed=b"", fingerprint=b"")
        if ended:
            key = f"payout details:{owner.pk}:{at.isoformat()}"
            queue_mail(to=owner, kind=Kind.PAYOUT_DETAILS, context={"account": ""}, key=key)


def details_of(owner: User) -> PayoutDetails:
    """Where a creator is paid now, usable yet or not. Raises NoDetails."""
    details = PayoutDetails.objects.filter(owner=owner, ended_at=None).first()
    if details is None:
        raise NoDetails(f"{owner.username} has not said where to be paid")
    return details


def read_account(details: PayoutDetails) -> Account:
    """The account itself. Raises CannotOpen where the site's key is lost."""
    return Account(**json.loads(unseal(bytes(details.sealed))))


def _tell(owner: User, details: PayoutDetails) -> None:
    """To the address that the account has: whoever took it over must not be quicker."""
    queue_mail(
        to=owner,
        kind=Kind.PAYOUT_DETAILS,
        context={"account": details.hint, "usable_at": details.usable_at},
        key=f"payout details:{details.pk}",
    )


def _details(owner: User, way: Way, account: Account, hint: str, at: datetime) -> PayoutDetails:
    content = json.dumps({"holder": account.holder, "number": account.number})
    return PayoutDetails(
        owner=owner,
        way=way,
        sealed=seal(content.encode()),
        fingerprint=fingerprint(account.number),
        hint=hint,
        entered_at=at,
        usable_at=at + WAIT,
    )
