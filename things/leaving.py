"""What of things and clicks goes when somebody leaves."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from things.feeds.models import Feed
from things.models import PendingClick, StandingClick, Thing
from things.partners.models import Identifier, Partner
from things.sites.models import Connection, Site


def reasons(user: User, at: datetime) -> list[str]:
    """Who speaks for a service is asked for by its people: an operator must let another do so."""
    if Partner.objects.filter(user=user).exists():
        return [_("You speak for a service: write to the people who run the site first.")]
    return []


def leave(user: User, at: datetime) -> None:
    """Their things can no longer be clicked; what waits, repeats or connects is dropped."""
    mine = Thing.objects.filter(owner=user, state=Thing.State.ACTIVE)
    mine.update(state=Thing.State.WITHDRAWN, updated_at=at)
    PendingClick.objects.filter(subscriber=user).delete()
    StandingClick.objects.filter(subscriber=user).delete()
    Connection.objects.filter(subscriber=user).delete()
    Site.objects.filter(owner=user).delete()
    Feed.objects.filter(owner=user).delete()
    Identifier.objects.filter(owner=user).update(owner=None, proven_at=None)
