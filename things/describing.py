"""What a button or link says of its page, with reasons for the page's owner where it is wrong.

Note [Whose page it is]. The address of a button is written by whoever made the link, so it
proves nothing. Where a site is proven to be somebody's (`things.sites`), a link that names
anybody else is refused. Elsewhere the one who is named is taken at their word for a thing that
is new; no attribute ever changes an owner. See docs/decisions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.public_ids import key_of
from things.addresses import NotAWebAddress, tidy_url
from things.aliases.finding import thing_at
from things.autosubmit import AutoSubmit, NotAutoSubmit, parse_autosubmit
from things.canonical import canonical_url
from things.catalogue import DEFAULT_LANGUAGE, Category, language_like
from things.models import Thing
from things.partners.identifiers import NotAnIdentifier
from things.partners.naming import Named, NamedOnOthersSite, attribute, is_named, named_by
from things.sites.owning import verified_site_of

MOST_FIELDS = 30

_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*", re.ASCII)


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


def is_draft(thing: Thing) -> bool:
    """Whether a button describes the thing and nobody clicked it yet: it is in no table."""
    return thing._state.adding


def read_query(query: str) -> AutoSubmit:
    """Read the query of an auto-submit address. Raises what `read_submission` does."""
    fields = parse_qs(query, max_num_fields=MOST_FIELDS)
    return read_submission({name: values[-1] for name, values in fields.items()})


def read_submission(fields: Mapping[str, str]) -> AutoSubmit:
    """Read a button's parameters; `uid` is what scripts call `user_id`.

    Raises SubmissionRefused, with a sentence for the site's owner, where the user, the address,
    the category or the language is missing or wrong. The rest is cut and cleaned.
    """
    named = {"user_id": fields.get("user_id") or fields.get("uid", "")}
    read = {"url": _url(fields.get("url", "")), "category": _category(fields.get("category", ""))}
    read["language"] = _language(fields.get("language", ""), fields.get("lang", ""))
    try:
        submission = parse_autosubmit({**fields, **named, **read})
    except NotAutoSubmit as refusal:
        raise SubmissionRefused(str(refusal)) from refusal
    if not submission.user_id and not submission.fid and not submission.owner:
        raise SubmissionRefused(_("The button does not say whose page it is: user_id is missing."))
    return submission


def query_of(submission: AutoSubmit) -> str:
    """The same again, as the query of an auto-submit address."""
    said = {
        "user_id": submission.user_id,
        "fid": submission.fid,
        "owner": submission.owner,
        "url": submission.url,
        "title": submission.title,
        "description": submission.description,
        "category": "" if submission.category == Category.REST else submission.category,
        "language": "" if submission.language == DEFAULT_LANGUAGE else submission.language,
        "tags": ",".join(submission.tags),
        "hidden": "1" if submission.hidden else "",
    }
    return urlencode({name: text for name, text in said.items() if text})


def describe_thing(submission: AutoSubmit) -> Thing:
    """The thing of a submission: the one that is there, or one that is not saved yet.

    An unclaimed thing is given its owner, unsaved, where the named creator has proven the site.
    Raises CreatorUnknown, CreatorSuspended or NotTheirs. Three queries.
    """
    if _names_identifier(submission):
        return _of_identifier(submission)
    creator = _creator(submission)
    site = verified_site_of(submission.url)
    if site is not None and site.owner_id != creator.pk:
        raise NotTheirs(_not_theirs(submission, creator.username))
    thing = thing_at(submission.url)
    if thing is None:
        return _draft(submission, creator)
    if thing.owner_id is None and site is not None:
        thing.owner = creator
    elif thing.owner_id not in (None, creator.pk):
        raise NotTheirs(_not_theirs(submission, creator.username))
    return thing


def register_thing(submission: AutoSubmit) -> Thing:
    """The thing of a submission, in the table. Two first clicks at once make one thing.

    Raises what `describe_thing` does. Belongs into the transaction of the click.
    """
    thing = describe_thing(submission)
    if is_draft(thing):
        Thing.objects.bulk_create([thing], ignore_conflicts=True)
        made = describe_thing(submission)
        if _names_identifier(submission) and made.owner_id is None:
            attribute(made, _named(submission), at=timezone.now())
        return made
    if thing.owner_id is not None:
        Thing.objects.filter(pk=thing.pk, owner=None).update(owner=thing.owner_id)
    return thing


def _names_identifier(submission: AutoSubmit) -> bool:
    """A user name or public identifier says more exactly who it is."""
    return bool(submission.owner) and not submission.user_id and not submission.fid


def _of_identifier(submission: AutoSubmit) -> Thing:
    """The thing of whom an identifier names; without an owner as long as that is not proven."""
    named = _named(submission)
    thing = thing_at(submission.url)
    if thing is None:
        return _draft(submission, named.owner)
    if thing.owner_id is not None and not is_named(submission.owner, thing):
        raise NotTheirs(_not_theirs(submission, submission.owner))
    return thing


def _named(submission: AutoSubmit) -> Named:
    try:
        named = named_by(submission.owner, url=submission.url)
    except NotAnIdentifier as refusal:
        message = _("“%(name)s” names nobody who is known here.")
        raise CreatorUnknown(_say(message, name=submission.owner[:100])) from refusal
    except NamedOnOthersSite as refusal:
        raise NotTheirs(_not_theirs(submission, submission.owner)) from refusal
    if named.owner is not None and named.owner.suspended:
        name = named.owner.username
        raise CreatorSuspended(_say(_("%(name)s cannot receive anything now."), name=name))
    return named


def _draft(submission: AutoSubmit, owner: User | None) -> Thing:
    return Thing(
        url=canonical_url(submission.url),
        owner=owner,
        title=submission.title,
        description=submission.description,
        category=submission.category,
        language=submission.language,
        tags=list(submission.tags),
        hidden=submission.hidden,
    )


def _creator(submission: AutoSubmit) -> User:
    users, name = User.objects.filter(is_active=True), submission.user_id or submission.fid
    if submission.user_id:
        creator = users.filter(username__iexact=submission.user_id).first()
    else:
        creator = users.filter(pk=key_of(submission.fid) or 0).first()
    if creator is None:
        raise CreatorUnknown(_say(_("There is no creator “%(name)s” here."), name=name[:100]))
    if creator.suspended:
        raise CreatorSuspended(_say(_("%(name)s cannot receive anything now."), name=name))
    return creator


def _not_theirs(submission: AutoSubmit, name: str) -> _Filled:
    return _say(
        _("%(url)s is not a page of %(name)s: it is known here as somebody else's."),
        url=submission.url,
        name=name[:100],
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
        return tidy_url(text)
    except NotAWebAddress as refusal:
        message = _("The button's url is not a whole web address: “%(url)s”.")
        raise SubmissionRefused(_say(message, url=text[:200])) from refusal


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
    tag = (text or of_page).strip()
    if text and not _LANGUAGE_TAG.fullmatch(tag):
        raise SubmissionRefused(_say(_("“%(name)s” is not a language."), name=text[:40]))
    return language_like(tag)
