"""Which thing an address stands for; it comes to be with its first click."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from accounts.public_ids import key_of
from things.addresses import NotAWebAddress, tidy_url
from things.aliases.finding import thing_at
from things.autosubmit import AutoSubmit, autosubmit_query, parse_autosubmit
from things.canonical import canonical_url
from things.conduct.tasks import check_soon
from things.models import Thing
from things.partners.identifiers import NotAnIdentifier
from things.partners.naming import NamedOnOthersSite, attribute, is_named, named_by
from things.services import Discovered, discover
from things.sites.owning import verified_site_of


class NoSuchThing(LookupError):
    """Nothing is registered at the address, and nothing says what would be there."""


class OwnerMismatch(ValueError):
    """The thing at the address belongs to somebody else than the one who is named."""


class OwnerRestricted(ValueError):
    """The named owner does not exist, or is suspended."""


@dataclass(frozen=True)
class Address:
    """What was found out about an address: the thing, or what would make one, or neither."""

    url: str
    thing: Thing | None
    submission: AutoSubmit | None = None
    discovered: Discovered | None = None


def resolve(address: str, *, aside: dict[str, str] | None = None) -> Address:
    """Read an address: that of a thing, of something on a known service, or an auto-submit URL.

    `aside` are parameters that belong to an auto-submit URL which was not percent-encoded.
    Two queries. Raises NotAutoSubmit, OwnerMismatch, or NoSuchThing for what is no address.
    """
    query = autosubmit_query(address, hosts=settings.AUTOSUBMIT_HOSTS)
    if query is not None:
        return _resolve_submission(parse_autosubmit({**(aside or {}), **query}))
    try:
        url = tidy_url(address)
    except NotAWebAddress as refusal:
        raise NoSuchThing(str(refusal)) from refusal
    return Address(url, _thing_at(url), discovered=discover(canonical_url(url)))


def thing_to_click(address: str) -> Thing:
    """The thing at an address; made now where nobody has clicked it before.

    An auto-submit URL names its owner. As long as nobody has proven that a site is theirs, the
    one whom its own page names is taken at their word; see docs/decisions/auto-submit.md. A thing
    on a known service has no owner. Raises what `resolve` raises, OwnerRestricted, and
    NoSuchThing where nothing says what would be at the address.
    """
    found = resolve(address)
    if found.thing is not None:
        return found.thing
    if found.submission is not None and (found.submission.user_id or found.submission.fid):
        return _submit(found.submission, _named_owner(found.submission))
    if found.submission is not None and found.submission.owner:
        return _submit_to_identifier(found.submission)
    if found.discovered is None:
        raise NoSuchThing(f"nothing is registered at {found.url}")
    known = found.discovered
    return _make(
        found.url, owner=None, title=known.title, category=known.category, tags=list(known.tags)
    )


def _resolve_submission(submission: AutoSubmit) -> Address:
    thing = _thing_at(submission.url)
    if thing is not None and not _may_name(submission, thing):
        raise OwnerMismatch("Owner mismatch. Current thing owned by other account.")
    discovered = discover(canonical_url(submission.url))
    return Address(submission.url, thing, submission, discovered)


def _thing_at(url: str) -> Thing | None:
    thing = thing_at(url)
    if thing is not None and thing.state != Thing.State.ACTIVE:
        raise NoSuchThing(f"{url} is {thing.get_state_display()}")
    return thing


def _may_name(submission: AutoSubmit, thing: Thing) -> bool:
    """Whether a link to a thing names its owner, or nobody; a thing without one takes any."""
    if thing.owner is None:
        return True
    if submission.user_id:
        return submission.user_id.lower() == thing.owner.username.lower()
    if submission.fid:
        return key_of(submission.fid) == thing.owner_id
    return not submission.owner or is_named(submission.owner, thing)


def _submit_to_identifier(submission: AutoSubmit) -> Thing:
    """A thing of whom an identifier names, or one that waits for them."""
    try:
        named = named_by(submission.owner, url=submission.url)
    except NotAnIdentifier as refusal:
        raise OwnerRestricted(str(refusal)) from refusal
    except NamedOnOthersSite as refusal:
        raise OwnerMismatch(f"Owner mismatch. {refusal}") from refusal
    if named.owner is not None and (named.owner.suspended or not named.owner.is_active):
        raise OwnerRestricted("The owner does not exist or is restricted")
    thing = _submit(submission, named.owner)
    if thing.owner_id is None:
        attribute(thing, named, at=timezone.now())
    return thing


def _submit(submission: AutoSubmit, owner: User | None) -> Thing:
    return _make(
        submission.url,
        owner=owner,
        title=submission.title,
        description=submission.description,
        category=submission.category,
        language=submission.language,
        tags=list(submission.tags),
        hidden=submission.hidden,
    )


def _named_owner(submission: AutoSubmit) -> User:
    users = User.objects.filter(is_active=True, suspended=False)
    if submission.user_id:
        owner = users.filter(username__iexact=submission.user_id).first()
    else:
        owner = users.filter(pk=key_of(submission.fid) or 0).first()
    if owner is None:
        raise OwnerRestricted("The owner does not exist or is restricted")
    site = verified_site_of(submission.url)
    if site is not None and site.owner_id != owner.pk:
        raise OwnerMismatch("Owner mismatch. The site is proven to be another account's.")
    return owner


def _make(url: str, **fields: object) -> Thing:
    """The thing at an address. Of two first clicks at once one makes it, the other finds it."""
    thing = Thing(url=canonical_url(url), **fields)
    Thing.objects.bulk_create([thing], ignore_conflicts=True)
    made = thing_at(url)
    if made is None:
        raise NoSuchThing(f"nothing is registered at {url}")
    if made.created_at == thing.created_at:
        check_soon(made.pk)
    return made
