"""Akismet, for sites that have a key. It is told the text and the address, never who somebody is.

Its API 1.1, `comment-check`: https://akismet.com/developers/detailed-docs/comment-check/
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings

from things.conduct.checks.verdicts import HAM, CheckFailed, Finding, Verdict
from things.fetching.fetcher import send
from things.fetching.refusals import FetchRefused
from things.models import Thing

ADDRESS = "https://rest.akismet.com/1.1/comment-check"
# It wants an address of who submitted; we keep none, and pass none on.
_NOBODYS = "127.0.0.1"


class Akismet:
    """Asks Akismet. Raises CheckFailed where it does not answer."""

    def look_at(self, thing: Thing, *, at: datetime) -> Finding:
        """What it says. “discard” is what it is certain of."""
        try:
            answer = send(
                ADDRESS,
                body=urlencode(_asked(thing, at)).encode(),
                headers={
                    "Content-Type": "application/x-www-form-urlencoded",
                    "User-Agent": "Obole/1 | Obole/1",
                },
            )
        except FetchRefused as refusal:
            raise CheckFailed(str(refusal)) from refusal
        said = answer.body.decode(errors="replace").strip()
        if answer.status != 200 or said not in {"true", "false"}:
            why = answer.headers.get("x-akismet-debug-help", said[:200])
            raise CheckFailed(f"{answer.status}: {why}")
        if said == "false":
            return HAM
        certain = answer.headers.get("x-akismet-pro-tip") == "discard"
        return Finding(Verdict.SPAM if certain else Verdict.SUSPECT, "Akismet")


def _asked(thing: Thing, at: datetime) -> dict[str, str]:
    return {
        "api_key": settings.AKISMET_KEY,
        "blog": settings.SITE_URL,
        "blog_charset": "UTF-8",
        "user_ip": _NOBODYS,
        "comment_type": "blog-post",
        "comment_content": "\n".join([thing.title, thing.description, *thing.tags]),
        "comment_author_url": thing.url,
        "comment_date_gmt": at.isoformat(),
    }
