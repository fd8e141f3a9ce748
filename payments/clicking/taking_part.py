"""Which clicks of a month that is not settled would be divided among, if it ended now."""

from __future__ import annotations

from typing import LiteralString

from django.db.models import Q

from accounts.models import User
from payments.clicking.exclusions.asking import NOT_EXCLUDED, in_force, is_excluded
from payments.clicking.exclusions.models import Exclusion
from things.models import Click, Thing
from things.periods import Period

# The opposite of `left_out_now`, for statements in which the table of clicks is called `click`.
TAKES_PART: LiteralString = (
    f"{NOT_EXCLUDED} AND EXISTS (SELECT FROM things_thing AS target"
    " JOIN accounts_user AS creator ON creator.id = target.owner_id AND NOT creator.suspended"
    " WHERE target.id = click.thing_id AND target.state <> 'suspended')"
)


def left_out_now(period: Period) -> Q:
    """The clicks that take no part as things stand; for a query of clicks of one period.

    Those that staff excluded, and those on what is suspended, whose creator is, or that nobody
    owns. Whether the givers themselves take part is another question.
    """
    suspended = Q(thing__state=Thing.State.SUSPENDED) | Q(thing__owner__suspended=True)
    return suspended | Q(thing__owner=None) | Q(is_excluded(period))


def count_taking_part(subscriber: User, period: Period) -> int:
    """Among how many clicks a budget would be divided as things stand. One query."""
    clicks = Click.objects.in_period(period).filter(subscriber=subscriber)
    return clicks.filter(~left_out_now(period)).count()


def exclusion_met(subscriber: User, thing: Thing, period: Period) -> Exclusion | None:
    """What keeps a subscriber's click on a thing, made or to come, out of a month. One query."""
    of_all_or_this = Q(subscriber=None) | Q(subscriber=subscriber)
    return in_force(period).filter(of_all_or_this, thing=thing).order_by("pk").first()
