"""What JSON-LD in a page says of it, by schema.org's names."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from things.catalogue import Category

# What is read of a page's scripts: more is no description of a page.
_MOST_BYTES = 200_000
_MOST_NODES = 50

_CATEGORIES = {
    "Article": Category.TEXT,
    "BlogPosting": Category.TEXT,
    "NewsArticle": Category.TEXT,
    "Book": Category.TEXT,
    "PodcastEpisode": Category.AUDIO,
    "PodcastSeries": Category.AUDIO,
    "AudioObject": Category.AUDIO,
    "MusicRecording": Category.AUDIO,
    "MusicAlbum": Category.AUDIO,
    "VideoObject": Category.VIDEO,
    "Movie": Category.VIDEO,
    "SoftwareApplication": Category.SOFTWARE,
    "SoftwareSourceCode": Category.SOFTWARE,
    "ImageObject": Category.IMAGES,
    "Photograph": Category.IMAGES,
    "VisualArtwork": Category.IMAGES,
    "Person": Category.PEOPLE,
    "ProfilePage": Category.PEOPLE,
}


@dataclass(frozen=True)
class Linked:
    """Of the first node that is about something that can be a thing."""

    title: str = ""
    description: str = ""
    language: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()


def read_linked(scripts: Iterable[str]) -> Linked:
    """Read the scripts in order; what is no JSON, or nested beyond reason, is passed over."""
    for script in scripts:
        for node in _nodes(script):
            category = _category(node)
            if category:
                return Linked(
                    title=_text(node, "headline") or _text(node, "name"),
                    description=_text(node, "description"),
                    language=_text(node, "inLanguage"),
                    category=category,
                    tags=_tags(node.get("keywords")),
                )
    return Linked()


def _nodes(script: str) -> list[dict[str, Any]]:
    if len(script) > _MOST_BYTES:
        return []
    try:
        said = json.loads(script)
    except (ValueError, RecursionError):
        return []
    top = said if isinstance(said, list) else [said]
    nodes: list[Any] = []
    for node in top[:_MOST_NODES]:
        graph = node.get("@graph") if isinstance(node, dict) else None
        nodes += [node, *(graph[:_MOST_NODES] if isinstance(graph, list) else [])]
    return [node for node in nodes if isinstance(node, dict)]


def _category(node: dict[str, Any]) -> str:
    kinds = node.get("@type")
    named = kinds if isinstance(kinds, list) else [kinds]
    found = (_CATEGORIES.get(kind) for kind in named if isinstance(kind, str))
    return str(next(filter(None, found), ""))


def _text(node: dict[str, Any], name: str) -> str:
    value = node.get(name)
    return value if isinstance(value, str) else ""


def _tags(said: Any) -> tuple[str, ...]:
    words = said.split(",") if isinstance(said, str) else said
    return tuple(word for word in words if isinstance(word, str)) if isinstance(words, list) else ()
