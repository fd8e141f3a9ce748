"""The list of settings pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest

from accounts.settings_pages import page_at, settings_pages

register = template.Library()


@register.inclusion_tag("accounts/settings_navigation.html")
def settings_navigation(request: HttpRequest) -> dict[str, Any]:
    """Links to all settings pages; the one that is shown, or is above it, is marked."""
    pages = [page for page in settings_pages() if page.shown_to(request)]
    return {"pages": pages, "here": page_at(request.path), "path": request.path}
