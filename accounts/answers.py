"""Answers that views of every app can raise."""

from __future__ import annotations

from django.http import Http404


class NothingHere(Http404):
    """404 with a sentence for the reader. Of any other Http404 the page tells nothing."""
