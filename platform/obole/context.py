"""What every template knows of the site."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def site(_request: HttpRequest) -> dict[str, object]:
    """The site's name, and what it says on every page."""
    return {
        "name_of_site": settings.SITE_NAME,
        "notice_of_site": settings.NOTICE,
        "appeals": settings.APPEAL_ADDRESS,
    }
