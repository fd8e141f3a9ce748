"""Claims that machines check: found, kept, lapsed, or contested and left to an operator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.db import transaction

from accounts.mail.kinds import Kind
from accounts.mail.queueing import queue_mail
from payments.clicking.claiming import Claimed, claim_site
from things.sites.models import Method, Site
from things.sites.owning import SiteTaken
from things.sites.proving import look_for_proof

# How often a proof is looked for again, and how long a site stays proven without one.
EVERY = timedelta(days=7)
AGAIN = timedelta(days=1)
GRACE = timedelta(days=14)


class Verdict(Enum):
    """What became of a claim when it was looked at."""

    PROVEN = "proven"
    NOT_PROVEN = "not proven"
    CONTESTED = "contested"
    REFUSED = "refused"
    LAPSING = "lapsing"
    LAPSED = "lapsed"


@dataclass(frozen=True)
class Checked:
    """The verdict, and what was seen on the way; `claimed` where the claim was new."""

    verdict: Verdict
    seen: tuple[str, ...] = ()
    claimed: Claimed | None = None


def check_claim(site: Site, *, at: datetime) -> Checked:
    """Look for a claim's proof, and act on what is found. Safe to run again.

    A new proof hands the site's unclaimed things over and counts the clicks that waited. A proof
    that is gone is waited for through GRACE; then the site is nobody's, and things keep the owner
    they have. Where another creator has the site, nothing changes until an operator decides.
    """
    if site.refused_at is not None:
        return Checked(Verdict.REFUSED)
    looked = look_for_proof(site)
    if looked.method is None:
        return Checked(_missed(site, at), looked.seen)
    if site.is_proven:
        method = site.method if _by_operator(site) else looked.method
        _note(site, at, at + EVERY, method=method, failing_since=None)
        return Checked(Verdict.PROVEN, looked.seen)
    try:
        claimed = claim_site(site, at=at, method=looked.method)
    except SiteTaken:
        _contest(site, at)
        return Checked(Verdict.CONTESTED, looked.seen)
    _note(site, at, at + EVERY)
    return Checked(Verdict.PROVEN, looked.seen, claimed)


def decide_for(site: Site, *, at: datetime) -> Claimed:
    """Take a contested site from who has it and give it to the one who contests it.

    Things that have an owner keep them: operators move those by hand where that is right.
    """
    with transaction.atomic():
        others = Site.objects.filter(host=site.host, path=site.path).exclude(pk=site.pk)
        others.filter(verified_at__isnull=False).update(verified_at=None, refused_at=at)
        Site.objects.filter(pk=site.pk).update(refused_at=None)
        site.refresh_from_db()
        return claim_site(site, at=at, method=Method.OPERATOR)


def decide_against(site: Site, *, at: datetime) -> None:
    """Leave a contested site to who has it; the claim against it is not looked at again."""
    Site.objects.filter(pk=site.pk).update(contested_at=None, refused_at=at)
    site.refresh_from_db()


def _by_operator(site: Site) -> bool:
    """Sites that were proven before machines looked have no method: an operator saw those."""
    return site.method in {"", Method.OPERATOR}


def _missed(site: Site, at: datetime) -> Verdict:
    if not site.is_proven or _by_operator(site):
        _note(site, at, at + AGAIN)
        return Verdict.PROVEN if site.is_proven else Verdict.NOT_PROVEN
    since = site.failing_since or at
    if at - since >= GRACE:
        with transaction.atomic():
            _note(site, at, None, verified_at=None, method="", failing_since=None)
            _tell(site, Kind.CLAIM_LAPSED, f"claim-lapsed:{site.pk}:{since:%Y%m%d}", since)
        return Verdict.LAPSED
    with transaction.atomic():
        _note(site, at, at + AGAIN, failing_since=since)
        _tell(site, Kind.CLAIM_LAPSING, f"claim-lapsing:{site.pk}:{since:%Y%m%d}", since)
    return Verdict.LAPSING


def _contest(site: Site, at: datetime) -> None:
    """The one who has the site is told, and their own proof is looked at soon."""
    holder = Site.objects.verified().select_related("owner")
    with transaction.atomic():
        _note(site, at, None, contested_at=site.contested_at or at)
        held = holder.filter(host=site.host, path=site.path).first()
        if held is not None:
            Site.objects.filter(pk=held.pk).update(next_at=at)
            _tell(held, Kind.CLAIM_CONTESTED, f"claim-contested:{held.pk}:{site.pk}", at)


def _tell(site: Site, kind: Kind, key: str, since: datetime) -> None:
    context = {"site": str(site), "since": since, "until": since + GRACE}
    queue_mail(to=site.owner, kind=kind, context=context, key=key)


def _note(site: Site, at: datetime, next_at: datetime | None, **changed: object) -> None:
    Site.objects.filter(pk=site.pk).update(checked_at=at, next_at=next_at, **changed)
    site.refresh_from_db()
