"""Who learns what one gives: the choice for all that comes, and for all so far."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from accounts.visibility import Visibility
from payments.tips.models import Tip
from things.showing import show_clicks_so_far


def choose_visibility(*, subscriber: User, visibility: Visibility) -> None:
    """Make what a subscriber gives from now on as visible as said, where they say nothing else.

    Clicks on a connected site and by the API take it at once. Money is not touched.
    """
    User.objects.filter(pk=subscriber.pk).update(visibility=visibility)


def choose_visibility_of_all(*, subscriber: User, visibility: Visibility) -> None:
    """Make all that a subscriber gave so far, and gives from now on, as visible as said."""
    with transaction.atomic():
        choose_visibility(subscriber=subscriber, visibility=visibility)
        show_clicks_so_far(subscriber=subscriber, visibility=visibility)
        Tip.objects.filter(giver=subscriber).update(visibility=visibility)
