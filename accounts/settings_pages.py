"""The pages under `/settings/` that are listed beside one another.

Each app adds its own in its AppConfig's `ready`, so that this one need not know of them. Their
templates extend `accounts/settings_base.html` and fill its block `settings`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

_pages: dict[str, SettingsPage] = {}


@dataclass(frozen=True)
class SettingsPage:
    """An entry of the list: the name of its address, what it is called, and its place.

    `shown_to` says whether whoever asks has the page.
    """

    url_name: str
    title: str | Promise
    place: int
    shown_to: Callable[[HttpRequest], bool] = lambda _request: True

    @property
    def path(self) -> str:
        """Its address."""
        return reverse(self.url_name)


def add_settings_page(
    url_name: str,
    title: str | Promise,
    *,
    place: int,
    shown_to: Callable[[HttpRequest], bool] = lambda _request: True,
) -> None:
    """List a page. Lower places come first; those of this app are the tens from 10 on."""
    _pages[url_name] = SettingsPage(url_name, title, place, shown_to)


def settings_pages() -> list[SettingsPage]:
    """All of them, in their order."""
    return sorted(_pages.values(), key=lambda page: (page.place, page.url_name))


def page_at(path: str) -> SettingsPage | None:
    """The page to which an address belongs: its own, or one below it."""
    above = [page for page in settings_pages() if _is_above(page.path, path)]
    return max(above, key=lambda page: len(page.path), default=None)


def _is_above(upper: str, lower: str) -> bool:
    return lower == upper or lower.startswith(upper.rstrip("/") + "/")
