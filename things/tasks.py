"""Periodic work of this app."""

from celery import shared_task
from django.utils import timezone

from things.aliases.merging import move_latecomers
from things.conduct import tasks as conduct
from things.feeds.checking import check_feed
from things.feeds.models import Feed
from things.partitions import make_partitions_ahead
from things.periods import Period
from things.popularity import count_popularity
from things.reading.filling import fill_in, things_to_look_at
from things.referring.counting import add_up_referrals
from things.webhooks.endpoints import drop_old_facts
from things.webhooks.sending import due_endpoints, send_waiting

# Where Celery looks for tasks.
__all__ = ["conduct"]

MONTHS_AHEAD = 2
FEEDS_A_TIME = 500


@shared_task(name="things.make_click_tables")
def make_click_tables() -> int:
    """Make the tables for the clicks of this month and the next ones, where they are missing."""
    return make_partitions_ahead(Period.of(timezone.now()), months=MONTHS_AHEAD)


@shared_task(name="things.move_latecomers")
def move_latecomers_of_merged_things() -> int:
    """Move the clicks that came in while their thing was being merged into another."""
    return move_latecomers(at=timezone.now())


@shared_task(name="things.count_popularity")
def count_popularity_of_things() -> int:
    """Count how popular things are now."""
    return count_popularity(at=timezone.now())


@shared_task(name="things.check_due_feeds")
def check_due_feeds() -> int:
    """Have each feed that is due read, in a task of its own. Returns how many."""
    due = list(Feed.objects.due(at=timezone.now()).values_list("pk", flat=True)[:FEEDS_A_TIME])
    for feed_id in due:
        check_feed_of_creator.delay(feed_id=feed_id)
    return len(due)


@shared_task(name="things.check_feed")
def check_feed_of_creator(*, feed_id: int) -> int:
    """Read one feed, unless another task has done so meanwhile. Returns how many things came in."""
    now = timezone.now()
    feed = Feed.objects.due(at=now).select_related("owner").filter(pk=feed_id).first()
    return 0 if feed is None else check_feed(feed, at=now).registered


@shared_task(name="things.send_webhooks")
def send_webhooks() -> int:
    """Have each endpoint for which something is due sent to, in a task of its own."""
    due = due_endpoints(at=timezone.now())
    for endpoint_id in due:
        send_webhooks_of_endpoint.delay(endpoint_id=endpoint_id)
    return len(due)


@shared_task(name="things.send_webhooks_of_endpoint")
def send_webhooks_of_endpoint(*, endpoint_id: int) -> int:
    """Send what waits for one endpoint. Returns how many messages arrived."""
    return send_waiting(endpoint_id=endpoint_id, at=timezone.now())


@shared_task(name="things.drop_old_facts")
def drop_old_facts_for_partners() -> int:
    """Drop what partners were told long ago."""
    return drop_old_facts(at=timezone.now())


@shared_task(name="things.add_up_referrals")
def add_up_referrals_of_clicks() -> int:
    """Add up from which pages clicks came."""
    return add_up_referrals()


@shared_task(name="things.look_at_pages")
def look_at_pages() -> int:
    """Have the page read of each thing of which nothing was said. Returns how many."""
    silent = things_to_look_at()
    for thing_id in silent:
        look_at_page_of_thing.delay(thing_id=thing_id)
    return len(silent)


@shared_task(name="things.look_at_page")
def look_at_page_of_thing(*, thing_id: int) -> bool:
    """Read the page of one thing, unless another task has done so. Returns whether it said much."""
    return fill_in(thing_id=thing_id, at=timezone.now())
