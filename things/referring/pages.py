"""What a browser says of the page from which it came, made fit to be kept and shown."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from things.addresses import NotAWebAddress, tidy_url
from things.referring.models import PAGE_LENGTH

# Longer ones are nobody's address in earnest, and are not read.
MOST = 2048


def page_named(address: str) -> str:
    """The host and path of an address, such as `ben.example/tea`; empty where it is none.

    Without the query, which may say who reads, and the fragment. This site's own pages are no
    answer. Most browsers tell the host alone.
    """
    if not address or len(address) > MOST:
        return ""
    try:
        parts = urlsplit(tidy_url(address))
    except (NotAWebAddress, ValueError):
        return ""
    if parts.hostname == settings.SITE_HOST:
        return ""
    return f"{parts.netloc}{parts.path.rstrip('/')}"[:PAGE_LENGTH]
