"""Things that a button or link describes: Flattr's auto-submit parameters and their limits.

Note [Whose page it is]. The address of a button is written by whoever made the link, so it
proves nothing. A thing belongs to the creator that the link names only where the site is
proven to be theirs (`things.sites`). On a site that nobody has proven, the thing comes to be
unclaimed, and clicks wait, whoever is named. On a site that is proven to be somebody else's
the link is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from things.addresses import NotAWebAddress, host_of, normalize_url
from things.catalogue import DEFAULT_LANGUAGE, LANGUAGES, Category
from things.models import DESCRIPTION_LENGTH, Thing
from things.sites.owning import verified_site_of

TITLE_LENGTH = 100
TAG_LENGTH = 60
TAGS = 20

_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*", re.ASCII)
_NOT_IN_TAGS = re.compile(r"[^\w\s.+#-]+")
_NOT_SHOWN = re.compile(r"[\x00-\x1f\x7f]+")
_TRUE = {"1", "true", "yes", "on"}


class SubmissionRefused(ValueError):
    """A button or link that cannot be followed; the message is for the site's owner."""

    def __init__(self, message: object) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class CreatorUnknown(SubmissionRefused):
    """The link names nobody who is here."""


class CreatorSuspended(SubmissionRefused):
    """The creator neither gives nor gets now."""


class NotTheirs(SubmissionRefused):
    """The page, or its site, is somebody else's than the link says."""


@dataclass(frozen=True)
class Submission:
    """What a button says about its page, within the limits."""

    creator: str
    url: str
    title: str = ""
    description: str = ""
    category: str = Category.REST
    language: str = DEFAULT_LANGUAGE
    tags: tuple[str, ...] = ()
    hidden: bool = False

    def as_query(self) -> str:
        """The same again, as the query of an auto-submit address."""
        said = {
            "user_id": self.creator,
            "url": self.url,
            "title": self.title,
            "description": self.description,
            "category": "" if self.category == Category.REST else self.category,
            "language": "" if self.language == DEFAULT_LANGUAGE else self.language,
            "tags": ",".join(self.tags),
            "hidden": "1" if self.hidden else "",
        }
        return urlencode({name: text for name, text in said.items() if text})


def read_query(query: str) -> Submission:
    """Read the query of an auto-submit address. Raises what `read_submission` does."""
    fields = parse_qs(query, max_num_fields=30)
    return read_submission({name: values[-1] for name, values in fields.items()})


def read_submission(fields: Mapping[str, str]) -> Submission:
    """Read Flattr's parameters. Titles and descriptions that are too long are cut.

    Raises SubmissionRefused, with a sentence for the site's owner, where the user, the address,
    the category or the language is missing or wrong.
    """
    creator = (fields.get("user_id") or fields.get("uid", "")).strip()
    if not creator:
        raise SubmissionRefused(_("The button does not say whose page it is: user_id is missing."))
    return Submission(
        creator=creator[:100],
        url=_url(fields.get("url", "")),
        title=_text(fields.get("title", ""), TITLE_LENGTH),
        description=_text(fields.get("description", ""), DESCRIPTION_LENGTH),
        category=_category(fields.get("category", "")),
        language=_language(fields.get("language", ""), fields.get("lang", "")),
        tags=_tags(fields.get("tags", "")),
        hidden=fields.get("hidden", "").lower() in _TRUE,
    )


def describe_thing(submission: Submission) -> Thing:
    """The thing of a submission: the one that is there, or one that is not saved yet.

    See Note [Whose page it is]. An unclaimed thing is given its owner, unsaved, where the
    named creator has proven the site. Raises CreatorUnknown, CreatorSuspended or NotTheirs.
    """
    creator = _creator(submission.creator)
    site = verified_site_of(host_of(submission.url))
    if site is not None and site.owner_id != creator.pk:
        raise NotTheirs(_not_theirs(submission))
    thing = Thing.objects.select_related("owner").filter(url=submission.url).first()
    if thing is None:
        return _draft(submission, creator if site else None)
    if thing.owner_id is None and site is not None:
        thing.owner = creator
    elif thing.owner_id not in (None, creator.pk):
        raise NotTheirs(_not_theirs(submission))
    return thing


def register_thing(submission: Submission) -> Thing:
    """The thing of a submission, in the table. Two first clicks at once make one thing.

    Raises what `describe_thing` does. Belongs into the transaction of the click.
    """
    thing = describe_thing(submission)
    if thing.is_draft:
        Thing.objects.bulk_create([thing], ignore_conflicts=True)
        return describe_thing(submission)
    if thing.owner_id is not None:
        Thing.objects.filter(pk=thing.pk, owner=None).update(owner=thing.owner_id)
    return thing


def _draft(submission: Submission, owner: User | None) -> Thing:
    return Thing(
        url=submission.url,
        owner=owner,
        title=submission.title,
        description=submission.description,
        category=submission.category,
        language=submission.language,
        tags=list(submission.tags),
        hidden=submission.hidden,
    )


def _creator(name: str) -> User:
    creator = User.objects.filter(username__iexact=name, is_active=True).first()
    if creator is None:
        raise CreatorUnknown(_say(_("There is no creator “%(name)s” here."), name=name))
    if creator.suspended:
        raise CreatorSuspended(_say(_("%(name)s cannot receive anything now."), name=name))
    return creator


def _not_theirs(submission: Submission) -> _Filled:
    return _say(
        _("%(url)s is not a page of %(name)s: it is known here as somebody else's."),
        url=submission.url,
        name=submission.creator,
    )


def _say(message: object, **values: str) -> _Filled:
    return _Filled(message, values)


@dataclass(frozen=True)
class _Filled:
    """A sentence with its values, translated when it is shown."""

    message: object
    values: Mapping[str, str]

    def __str__(self) -> str:
        return str(self.message) % self.values


def _url(text: str) -> str:
    if not text.strip():
        raise SubmissionRefused(_("The button does not say which page it is for: url is missing."))
    try:
        return normalize_url(text)
    except NotAWebAddress as refusal:
        message = _("The button's url is not a whole web address: “%(url)s”.")
        raise SubmissionRefused(_say(message, url=text[:200])) from refusal


def _text(text: str, length: int) -> str:
    plain = _NOT_SHOWN.sub(" ", strip_tags(text)).strip()
    return plain if len(plain) <= length else plain[: length - 1].rstrip() + "…"


def _category(text: str) -> str:
    chosen = text.strip().lower() or Category.REST
    if chosen not in Category.values:
        message = _("“%(name)s” is not a category; choose one of %(choices)s.")
        choices = ", ".join(Category.values)
        raise SubmissionRefused(_say(message, name=text[:40], choices=choices))
    return str(chosen)


def _language(text: str, of_page: str) -> str:
    """Flattr's identifier for a language tag, else for the page's; else the default.

    What the button says must be a language; what the page says may be anything.
    """
    tag = (text or of_page).strip().replace("-", "_")
    if text and not _LANGUAGE_TAG.fullmatch(tag):
        raise SubmissionRefused(_say(_("“%(name)s” is not a language."), name=text[:40]))
    if tag in LANGUAGES:
        return tag
    code = tag.partition("_")[0].lower()
    alike = (name for name in LANGUAGES if name.startswith(f"{code}_"))
    return next(alike, DEFAULT_LANGUAGE) if code else DEFAULT_LANGUAGE


def _tags(text: str) -> tuple[str, ...]:
    cleaned = (_NOT_IN_TAGS.sub("", tag).strip()[:TAG_LENGTH] for tag in text.split(","))
    return tuple(dict.fromkeys(tag for tag in cleaned if tag))[:TAGS]
