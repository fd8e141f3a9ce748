"""Clicks that their subscriber had no means for: kept, and counted as soon as there are."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from accounts.models import User
from accounts.visibility import Visibility
from payments.budgets.models import Budget, Plan
from payments.clicking.answering import Answer, State, answer_click
from payments.clicking.models import KeptClick
from payments.clicking.recording import drop_old_pending_clicks
from payments.clicking.subjects import describe_subject
from payments.ledger.models import LedgerAccount
from things.models import Thing
from things.periods import Period

# So many wait of one subscriber; then the oldest go.
MOST = 100
# Nobody expects a click to count that they have forgotten.
LIFE = timedelta(days=183)
# Clicks a transaction, where they are dropped.
CHUNK = 1000


def keep_click(
    *, subscriber: User, subject: str, url: str, at: datetime, visibility: Visibility | None = None
) -> None:
    """Keep a click for which there are no means; the same again keeps it from now on.

    `subject` is a thing's number or the query of an auto-submit address, `url` the page that it
    is about. With it goes who may know of the click, where the subscriber said so.
    """
    KeptClick.objects.update_or_create(
        subscriber=subscriber,
        url=url,
        defaults={"subject": subject, "kept_at": at, "visibility": visibility},
    )
    mine = KeptClick.objects.filter(subscriber=subscriber).order_by("-kept_at", "-pk")
    too_many = list(mine.values_list("pk", flat=True)[MOST:])
    if too_many:
        KeptClick.objects.filter(pk__in=too_many).delete()


def click_or_keep(
    *,
    subscriber: User,
    subject: str,
    at: datetime,
    visibility: Visibility | None = None,
    page: str = "",
) -> Answer:
    """Count a click on a subject, or keep it where there are no means."""
    answer = answer_click(
        subscriber=subscriber, subject=subject, at=at, visibility=visibility, page=page
    )
    if answer.state is State.NO_MEANS:
        url = describe_subject(subject).url
        keep_click(subscriber=subscriber, subject=subject, url=url, at=at, visibility=visibility)
    return answer


def tag_of_counted(thing: Thing | None) -> str:
    """The tag of the message by which the window learns that a click on the thing counts now."""
    return f"counted-{thing.pk}" if thing else ""


def has_kept_click(subscriber: User, thing: Thing) -> bool:
    """Whether a click on the thing waits for means."""
    return KeptClick.objects.filter(subscriber=subscriber, url=thing.url).exists()


def count_kept_clicks(*, subscriber: User, at: datetime) -> list[Answer]:
    """Count what was kept, as far as there are means now. Returns what counts from now on.

    What is refused for another reason is kept no longer. Each in a transaction of its own; two
    at once count each click once.
    """
    kept = KeptClick.objects.filter(subscriber=subscriber).order_by("kept_at", "pk")
    answers = [_count(pk, at) for pk in kept.values_list("pk", flat=True)]
    return [answer for answer in answers if answer is not None and answer.given]


def count_all_kept_clicks(*, at: datetime) -> int:
    """Count what was kept of all who have the means now. Returns how many clicks count."""
    waiting = KeptClick.objects.order_by().values("subscriber").distinct()
    subscribers = User.objects.filter(pk__in=waiting).filter(_has_means(at)).order_by("pk")
    return sum(len(count_kept_clicks(subscriber=one, at=at)) for one in subscribers.iterator())


def drop_old_clicks(*, at: datetime) -> int:
    """Drop what waits for means, or for a creator, since LIFE. Returns how many clicks."""
    kept, _ = KeptClick.objects.filter(kept_at__lt=at - LIFE).delete()
    dropped = kept
    while pending := drop_old_pending_clicks(before=at - LIFE, at=at, most=CHUNK):
        dropped += pending
    return dropped


def _count(pk: int, at: datetime) -> Answer | None:
    with transaction.atomic():
        # The lock keeps a second run from this click until it is counted and gone.
        kept = KeptClick.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
        if kept is None:
            return None
        shown = None if kept.visibility is None else Visibility(kept.visibility)
        answer = answer_click(
            subscriber=kept.subscriber, subject=kept.subject, at=at, visibility=shown
        )
        if answer.state is not State.NO_MEANS:
            kept.delete()
        return answer


def _has_means(at: datetime) -> Q:
    """Whose budget is held, or would be with a click: a plan that the wallet covers."""
    mine = {"subscriber": OuterRef("pk")}
    held = Budget.objects.in_period(Period.of(at)).filter(**mine, held_at__isnull=False)
    wallet = LedgerAccount.objects.filter(
        owner=OuterRef("subscriber"),
        kind=LedgerAccount.Kind.WALLET,
        currency=OuterRef("currency"),
        balance__gte=F("held") + OuterRef("amount"),
    )
    return Q(Exists(held)) | Q(Exists(Plan.objects.giving().filter(Exists(wallet), **mine)))
