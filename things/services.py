"""Addresses on well-known services that can be clicked before anybody has registered them.

The thing that comes to be has no owner: clicks on it wait until its creator claims it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from things.catalogue import Category


@dataclass(frozen=True)
class Discovered:
    """What the address alone says of a thing."""

    title: str
    category: str
    tags: tuple[str, ...]


@dataclass(frozen=True)
class _Service:
    address: re.Pattern[str]
    title: str
    category: Category
    tags: tuple[str, ...]


def _service(pattern: str, title: str, category: Category, *tags: str) -> _Service:
    whole = rf"https?://(?:www\.|m\.)?{pattern}/?"
    return _Service(re.compile(whole, re.ASCII), title, category, tags)


_NAME = r"([\w.-]{1,60})"

SERVICES = [
    _service(rf"github\.com/{_NAME}", "{0} on GitHub", Category.PEOPLE, "github"),
    _service(
        rf"github\.com/{_NAME}/{_NAME}",
        "{0}/{1} on GitHub",
        Category.SOFTWARE,
        "github",
        "repository",
    ),
    _service(
        rf"github\.com/{_NAME}/{_NAME}/commit/[0-9a-f]{{7,64}}",
        "Commit on {0}/{1}",
        Category.SOFTWARE,
        "github",
        "commit",
    ),
    _service(
        rf"gist\.github\.com/{_NAME}/[0-9a-f]{{1,64}}",
        "Gist by {0}",
        Category.SOFTWARE,
        "github",
        "gist",
    ),
    _service(rf"twitter\.com/{_NAME}", "{0} on Twitter", Category.PEOPLE, "twitter"),
    _service(
        rf"twitter\.com/{_NAME}/status(?:es)?/\d{{1,20}}", "Tweet by {0}", Category.TEXT, "twitter"
    ),
    _service(
        rf"soundcloud\.com/{_NAME}/{_NAME}", "{1} on SoundCloud", Category.AUDIO, "soundcloud"
    ),
    _service(r"youtube\.com/watch\?v=([\w-]{11})", "{0} on YouTube", Category.VIDEO, "youtube"),
    _service(r"vimeo\.com/(\d{1,12})", "{0} on Vimeo", Category.VIDEO, "vimeo"),
    _service(
        rf"flickr\.com/photos/{_NAME}/(\d{{1,20}})",
        "Photo by {0} on Flickr",
        Category.IMAGES,
        "flickr",
    ),
    _service(r"instagram\.com/p/([\w-]{1,40})", "Photo on Instagram", Category.IMAGES, "instagram"),
    _service(r"500px\.com/photo/(\d{1,12})", "Photo on 500px", Category.IMAGES, "500px"),
]


def discover(url: str) -> Discovered | None:
    """What is known of an address on one of the services; None for any other address."""
    for service in SERVICES:
        match = service.address.fullmatch(url)
        if match is not None:
            title = service.title.format(*match.groups())
            return Discovered(title, service.category.value, service.tags)
    return None
