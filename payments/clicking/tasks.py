"""What Celery does with clicks: those that stand or wait come in, and claims are looked at."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.models import User
from payments.clicking.beginning import record_standing_clicks, task_ranges
from payments.clicking.claiming import claim_addresses
from payments.clicking.kept import count_all_kept_clicks, drop_old_clicks
from payments.clicking.proving import check_claim
from things.periods import Period
from things.sites.models import Site

CLAIMS_A_TIME = 500

# The next run of the clock sends what is left undone again.
EXPIRES = 600


@shared_task(name="payments.clicking.record_standing_clicks")
def record_standing_clicks_of_month() -> int:
    """Send the standing clicks of the running month in parts. Returns how many parts."""
    period = Period.of(timezone.now())
    ranges = task_ranges(period)
    for first, last in ranges:
        record_some_standing_clicks.apply_async(
            kwargs={"period": str(period), "first": first, "last": last}, expires=EXPIRES
        )
    return len(ranges)


@shared_task(name="payments.clicking.record_some_standing_clicks")
def record_some_standing_clicks(*, period: str, first: int, last: int) -> int:
    """Let the standing clicks of a range of subscribers come in. Returns how many did."""
    came_in = record_standing_clicks(
        period=Period.parse(period), at=timezone.now(), first=first, last=last
    )
    return came_in.recorded


@shared_task(name="payments.clicking.count_kept_clicks")
def count_kept_clicks_of_all() -> int:
    """Count the clicks that waited for means, of all who have them now. Returns how many."""
    return count_all_kept_clicks(at=timezone.now())


@shared_task(name="payments.clicking.drop_old_clicks")
def drop_old_clicks_that_wait() -> int:
    """Drop the clicks that wait for too long. Returns how many."""
    return drop_old_clicks(at=timezone.now())


@shared_task(name="payments.clicking.claim_addresses")
def claim_addresses_of_creator(*, user_id: int) -> int:
    """Hand over what waited for a user's confirmed addresses. Returns how many clicks count."""
    return claim_addresses(User.objects.get(pk=user_id), at=timezone.now()).counted


@shared_task(name="payments.clicking.check_due_claims")
def check_due_claims() -> int:
    """Have each claim that is due looked at, in a task of its own. Returns how many."""
    due = list(Site.objects.due(at=timezone.now()).values_list("pk", flat=True)[:CLAIMS_A_TIME])
    for site_id in due:
        check_claim_of_creator.delay(site_id=site_id)
    return len(due)


@shared_task(name="payments.clicking.check_claim")
def check_claim_of_creator(*, site_id: int) -> str:
    """Look for the proof of one claim, unless another task has done so meanwhile."""
    now = timezone.now()
    site = Site.objects.due(at=now).select_related("owner").filter(pk=site_id).first()
    return "" if site is None else check_claim(site, at=now).verdict.value
