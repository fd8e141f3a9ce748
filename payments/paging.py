"""Long lists, a page at a time."""

from __future__ import annotations

from typing import TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

ROWS_A_PAGE = 100

Row = TypeVar("Row", bound=Model)


def page_of(request: HttpRequest, rows: QuerySet[Row]) -> Page[Row]:
    """The page that `?page=` asks for; the first or last where there is no such page.

    One query for the count, and one for the rows of the page when they are read.
    """
    return Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
