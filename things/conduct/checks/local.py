"""The rules that need nobody else: signs in the text, many links, much at once."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import pairwise

from things.conduct.checks.verdicts import HAM, Finding, Verdict
from things.conduct.models import SpamTerm
from things.models import Thing
from things.sites.owning import verified_site_of

# Links in a description: a few are references, many are the purpose.
MANY_LINKS, TOO_MANY_LINKS = 3, 8
# Somebody new is so old at most, and registers so many in an hour.
NEW = timedelta(days=3)
MANY_THINGS = 20
# The same title on so many pages is no title.
SAME_TITLES = 10

_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
_HOST = re.compile(r"https?://([^/\s:?#@]+)")
_WORD = re.compile(r"\w+")
_SERIOUS = {Verdict.HAM: 0, Verdict.SUSPECT: 1, Verdict.SPAM: 2}


class LocalRules:
    """The most serious of what the rules find; each is a query at most."""

    def look_at(self, thing: Thing, *, at: datetime) -> Finding:
        """What the rules find."""
        findings = [_signs(thing), _links(thing), _many_at_once(thing, at), _same_titles(thing)]
        return max(findings, key=lambda one: _SERIOUS[one.verdict])


def _signs(thing: Thing) -> Finding:
    """By the words and hosts that the moderators keep."""
    text = " ".join([thing.title, thing.description, *thing.tags]).lower()
    words = _WORD.findall(text)
    pairs = {" ".join(pair) for pair in pairwise(words)}
    hosts = _hosts(thing, text)
    known = SpamTerm.objects.filter(kind=SpamTerm.Kind.WORD, text__in={*words, *pairs})
    known |= SpamTerm.objects.filter(kind=SpamTerm.Kind.HOST, text__in=hosts)
    # “spam” comes before “suspect”.
    sign = known.order_by("verdict", "text").first()
    if sign is None:
        return HAM
    return Finding(Verdict(sign.verdict), f"{sign.get_kind_display()}: {sign.text}")


def _hosts(thing: Thing, text: str) -> set[str]:
    """The hosts of its address and of the links in its text, each with all that are above it."""
    hosts = set()
    for host in [thing.host, *_HOST.findall(text)]:
        labels = host.split(".")
        hosts |= {".".join(labels[first:]) for first in range(len(labels))}
    return hosts - {""}


def _links(thing: Thing) -> Finding:
    count = len(_LINK.findall(f"{thing.title} {thing.description}"))
    if count < MANY_LINKS:
        return HAM
    verdict = Verdict.SPAM if count >= TOO_MANY_LINKS else Verdict.SUSPECT
    return Finding(verdict, f"{count} links in its text")


def _many_at_once(thing: Thing, at: datetime) -> Finding:
    """On a site that is proven to be theirs they may: that is how a feed comes in."""
    owner = thing.owner
    if owner is None or owner.date_joined < at - NEW:
        return HAM
    lately = Thing.objects.filter(owner=owner, created_at__gt=at - timedelta(hours=1))
    count = lately.count()
    if count < MANY_THINGS:
        return HAM
    site = verified_site_of(thing.url)
    if site is not None and site.owner_id == owner.pk:
        return HAM
    return Finding(Verdict.SUSPECT, f"{count} things within an hour from a new account")


def _same_titles(thing: Thing) -> Finding:
    if thing.owner_id is None or not thing.title:
        return HAM
    count = Thing.objects.filter(owner=thing.owner_id, title=thing.title).count()
    if count < SAME_TITLES:
        return HAM
    return Finding(Verdict.SUSPECT, f"{count} things with the same title")
