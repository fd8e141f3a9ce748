"""Auto-submit URLs: an address of the site that says what a thing is, and who owns it.

`https://flattr.com/submit/auto?user_id=ben&url=https%3A%2F%2Fben.example%2Fsong&title=A+song`
The thing comes to be with its first click. Pages and feeds carry these URLs with the host they
were written for; which hosts count as this site's own is for the caller to say.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from accounts.texts import plain_text
from things.addresses import NotAWebAddress, tidy_url
from things.catalogue import DEFAULT_LANGUAGE, LANGUAGES, Category

PATH = "/submit/auto"
TITLE_LENGTH = 300
DESCRIPTION_LENGTH = 1000
TAG_LENGTH = 60
OWNER_LENGTH = 300
MOST_TAGS = 50

_YES = {"1", "true", "yes", "on"}


class NotAutoSubmit(ValueError):
    """The parameters do not name a thing; the message says why."""


@dataclass(frozen=True)
class AutoSubmit:
    """What a button or link says of a thing; of whose it is, empty where not given.

    `user_id` is a user name, `fid` the public six characters that stand for one, and `owner` an
    identifier (`things.partners.identifiers`) of somebody who may not be here yet.
    """

    url: str
    user_id: str = ""
    fid: str = ""
    owner: str = ""
    title: str = ""
    description: str = ""
    category: str = Category.REST.value
    language: str = DEFAULT_LANGUAGE
    tags: tuple[str, ...] = ()
    hidden: bool = False


def autosubmit_query(address: str, *, hosts: Collection[str]) -> dict[str, str] | None:
    """The parameters of an auto-submit URL on one of the hosts; None if it is another address."""
    try:
        parts = urlsplit(address)
        ours = parts.hostname in hosts and parts.path.rstrip("/") == PATH
    except ValueError:
        return None
    return dict(parse_qsl(parts.query, keep_blank_values=True)) if ours else None


def parse_autosubmit(query: Mapping[str, str]) -> AutoSubmit:
    """Read the parameters of an auto-submit URL.

    Raises NotAutoSubmit if `url` is missing or is no address that a thing can have. The rest
    cannot be mended by who clicks, so it never loses a click: markup is stripped, what is too
    long is cut (title 300, description 1000, tag 60 characters, 50 tags), and a category or
    language that is not in the lists is the default.
    """
    try:
        url = tidy_url(query.get("url", ""))
    except NotAWebAddress as refusal:
        raise NotAutoSubmit(str(refusal)) from refusal
    user_id = _plain(query.get("user_id", ""))
    return AutoSubmit(
        url=url,
        # A client in JavaScript writes `true` where it was given no name.
        user_id="" if user_id == "true" else user_id,
        fid=_plain(query.get("fid", "")),
        owner=_plain(query.get("owner", ""))[:OWNER_LENGTH],
        title=_plain(query.get("title", ""))[:TITLE_LENGTH].rstrip(),
        description=_plain(query.get("description", ""))[:DESCRIPTION_LENGTH].rstrip(),
        category=_one_of(query.get("category", ""), Category.values, Category.REST.value),
        language=_one_of(query.get("language", ""), LANGUAGES, DEFAULT_LANGUAGE),
        tags=split_tags(query.get("tags", "")),
        hidden=query.get("hidden", "").strip().lower() in _YES,
    )


def split_tags(text: str) -> tuple[str, ...]:
    """Tags from a list between commas: trimmed, each once, at most 50 of 60 characters."""
    tags = (_plain(tag)[:TAG_LENGTH].strip() for tag in text.split(","))
    return tuple(dict.fromkeys(tag for tag in tags if tag))[:MOST_TAGS]


def _plain(text: str) -> str:
    return plain_text(text, most=DESCRIPTION_LENGTH)


def _one_of(value: str, known: Collection[str], default: str) -> str:
    return value if value in known else default
