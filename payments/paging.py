"""Long lists, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

ROWS_A_PAGE = 100

Row = TypeVar("Row", bound=Model)
Entry = TypeVar("Entry")


def page_of(
    request: HttpRequest, rows: QuerySet[Row], *, name: str = "page", count: int | None = None
) -> Page[Row]:
    """The page that `?page=`, or another `name`, asks for; the first or last if there is none such.

    One query for the count, where it is not given, and one for the rows when they are read.
    """
    paginator = Paginator(rows, ROWS_A_PAGE)
    if count is not None:
        paginator.count = count
    return paginator.get_page(request.GET.get(name))


def page_of_entries(request: HttpRequest, entries: Sequence[Entry]) -> Page[Entry]:
    """As `page_of`, of what is in memory."""
    return Paginator(entries, ROWS_A_PAGE).get_page(request.GET.get("page"))
