"""What this app keeps about people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.privacy.kept import Fate, Kept, keep

_ACCOUNT = _("as long as the account")


def register() -> None:
    """Add this app's tables to the register."""
    keep(
        Kept(
            name="clicks",
            model="things.Click",
            title=_("What you clicked"),
            why=_("To divide your budget among it, and to count how often a thing was clicked."),
            how_long=_("as long as the books"),
            fate=Fate.NAMELESS,
            owner="subscriber",
            columns=("period", "clicked_at", "thing__url", "thing__title", "visibility"),
        ),
        Kept(
            name="waiting_clicks",
            model="things.PendingClick",
            title=_("Clicks that wait for a creator"),
            why=_("To count them when the creator joins."),
            how_long=_("six months, or until you take them back"),
            fate=Fate.GONE,
            owner="subscriber",
            columns=("clicked_at", "thing__url", "thing__title", "visibility"),
        ),
        Kept(
            name="standing_clicks",
            model="things.StandingClick",
            title=_("Clicks that you repeat each month"),
            why=_("To repeat them."),
            how_long=_("until you end them"),
            fate=Fate.GONE,
            owner="subscriber",
            columns=(
                "thing__url",
                "thing__title",
                "active",
                "created_at",
                "started_at",
                "until",
                "last_period",
                "visibility",
            ),
        ),
        Kept(
            name="connections",
            model="things.Connection",
            title=_("Sites where one click is enough"),
            why=_("To count your click there without asking again."),
            how_long=_("90 days after you used it last"),
            fate=Fate.GONE,
            owner="subscriber",
            columns=("site__host", "made_at", "used_at"),
            left_out={"secret_sha256": "a secret, which is stored hashed or encrypted"},
        ),
        Kept(
            name="things",
            model="things.Thing",
            title=_("Things that you registered"),
            why=_("For people to click them, and to credit you."),
            how_long=_("as long as the books"),
            fate=Fate.NAMELESS,
            owner="owner",
            columns=(
                "url",
                "title",
                "description",
                "category",
                "language",
                "tags",
                "hidden",
                "state",
                "created_at",
                "updated_at",
                "merged_into__url",
                "merged_at",
            ),
            left_out={"key": "the address, as it is compared"},
        ),
        Kept(
            name="sites",
            model="things.Site",
            title=_("Sites that you said are yours"),
            why=_("To know whose a page is."),
            how_long=_ACCOUNT,
            fate=Fate.GONE,
            owner="owner",
            columns=(
                "host",
                "path",
                "asked_at",
                "verified_at",
                "method",
                "checked_at",
                "failing_since",
                "contested_at",
                "refused_at",
            ),
            left_out={"next_at": "when it is looked at next"},
        ),
        Kept(
            name="feeds",
            model="things.Feed",
            title=_("Feeds that you registered"),
            why=_("To register their new entries for you."),
            how_long=_ACCOUNT,
            fate=Fate.GONE,
            owner="owner",
            columns=(
                "url",
                "title",
                "hosts",
                "category",
                "language",
                "tags",
                "hidden",
                "state",
                "made_at",
                "checked_at",
                "failures",
                "failing_since",
                "refusal",
            ),
            left_out={
                "etag": "what the feed's host said last",
                "last_modified": "what the feed's host said last",
                "next_at": "when it is read next",
            },
        ),
    )
