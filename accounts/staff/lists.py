"""Lists of the admin that stay quick with millions of rows: how they page, count and filter.

Note [Long lists]: a page begins after a row and not at a number, so that the last page costs what
the first does. A count is an estimate, or stops at MOST_COUNTED. A search asks one index after the
other (`accounts.staff.searching`). A filter that no index answers looks through LOOKED_THROUGH rows
at a time, and the page says so. Nothing is sorted but by the column that the list is kept in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR, ChangeList
from django.db.models import Max, Min, Q, QuerySet
from django.http import HttpRequest

from accounts.staff.paging import COUNTED_EXACTLY, EstimatingPaginator, estimated_rows
from accounts.staff.searching import rows_found

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[Any]
    _Rows = QuerySet[Any]
else:
    _Admin, _Rows = admin.ModelAdmin, QuerySet

# Nobody turns the pages of more than this; a search or a filter names what is wanted.
MOST_COUNTED = 1_000
# Rows that a filter without an index reads for a page: some ten milliseconds.
LOOKED_THROUGH = 20_000
_PLACE = re.compile(r"(?P<way>[ab])(?P<key>\d{1,18})")
LAST = "last"


class QuickList(ChangeList):
    """A page of rows before or after a row, told by its key: `?p=a17` is what comes after 17."""

    def get_ordering(self, request: HttpRequest, queryset: _Rows) -> list[Any]:
        """As the list is kept, whatever the address asks for: else it would have to be sorted."""
        self.params.pop(ORDER_VAR, None)
        return super().get_ordering(request, queryset)

    def get_results(self, request: HttpRequest) -> None:
        """Read the page, and where those beside it begin."""
        self.can_show_all = self.show_all = self.multi_page = False
        self.show_full_result_count, self.show_admin_actions = False, True
        self.paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
        self.looked_as_far_as: int | None = None
        place = request.GET.get(PAGE_VAR, "")
        self._read(place)
        self._count()
        self.first_place = self.get_query_string(remove=[PAGE_VAR]) if place else ""
        unbounded = self.next_place and self.looked_as_far_as is None
        self.last_place = self._at(LAST) if unbounded else ""

    def _read(self, place: str) -> None:
        found = _PLACE.fullmatch(place)
        key = int(found["key"]) if found else None
        backward = place == LAST or (found is not None and found["way"] == "b")
        order = [str(name) for name in self.queryset.query.order_by]
        order = _flipped(order) if backward else order
        rows = self.queryset.order_by(*order)
        if key is not None:
            rows = self._beyond(rows, order, key)
        rows = self._within_reach(rows, order, key)
        page = list(rows[: self.list_per_page + 1])
        more = len(page) > self.list_per_page
        page = page[: self.list_per_page]
        onward = f"{page[-1].pk}" if more else ""
        if not more and self.looked_as_far_as is not None:
            onward = f"{self.looked_as_far_as}"
        back = f"{page[0].pk}" if page and key is not None else ""
        self._link(onward, back, backward=backward)
        self.result_list = page[::-1] if backward else page

    def _link(self, onward: str, back: str, *, backward: bool) -> None:
        before, after = (onward, back) if backward else (back, onward)
        self.previous_place = self._at(f"b{before}") if before else ""
        self.next_place = self._at(f"a{after}") if after else ""

    def _at(self, place: str) -> str:
        return self.get_query_string({PAGE_VAR: place})

    def _beyond(self, rows: _Rows, order: list[str], key: int) -> _Rows:
        """What comes after a row in an order."""
        names = [name.removeprefix("-") for name in order]
        if names in (["pk"], ["id"]):
            return rows.filter(_past(order[0], key))
        values = self.model._default_manager.filter(pk=key).values(*names).first()
        if values is None:
            return rows
        return rows.filter(_after(order, values))

    def _within_reach(self, rows: _Rows, order: list[str], key: int | None) -> _Rows:
        """As many rows as a filter without an index may look through."""
        if not self._unindexed() or order[0].removeprefix("-") not in {"pk", "id"}:
            return rows
        if estimated_rows(self.model._meta.db_table) <= COUNTED_EXACTLY:
            return rows
        ends = self.model._default_manager.aggregate(oldest=Min("pk"), newest=Max("pk"))
        oldest, newest = ends["oldest"] or 0, ends["newest"] or 0
        if order[0].startswith("-"):
            ends_at = (newest if key is None else key) - LOOKED_THROUGH
            rows, over = rows.filter(pk__gte=ends_at), ends_at <= oldest
        else:
            ends_at = (oldest if key is None else key) + LOOKED_THROUGH
            rows, over = rows.filter(pk__lte=ends_at), ends_at >= newest
        self.looked_as_far_as = None if over else ends_at
        return rows

    def _unindexed(self) -> bool:
        """Whether something is filtered, and by nothing that an index answers."""
        asked = {name: value for name, value in self.params.items() if name in self._filters()}
        if self.query or not asked:
            return False
        exact: Iterable[str] = getattr(self.model_admin, "exact_filters", ())
        return not ({f"{name}={value}" for name, value in asked.items()} | set(asked)) & set(exact)

    def _filters(self) -> set[str]:
        return set(self.get_filters_params())

    def _count(self) -> None:
        """An estimate of a long list; exact up to MOST_COUNTED of what is searched or filtered."""
        self.estimated = self.counted_out = False
        if self.looked_as_far_as is not None:
            self.result_count = len(self.result_list)
        elif self.queryset.query.where:
            self.result_count = self.queryset.order_by()[: MOST_COUNTED + 1].count()
            self.counted_out = self.result_count > MOST_COUNTED
        else:
            self.result_count = self.paginator.count
            self.estimated = self.result_count > COUNTED_EXACTLY
        self.full_result_count = self.result_count


class QuickLists(_Admin):
    """Comes before the class of each model's pages: the site puts it there. Note [Long lists].

    `exact_filters` of a page names those of its filters that an index answers, as they stand in an
    address: `kind__exact` for each of its values, `state__exact=open` for one.
    """

    exact_filters: tuple[str, ...] = ()
    paginator = EstimatingPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    date_hierarchy = None

    def get_changelist(self, request: HttpRequest, **keywords: Any) -> type[ChangeList]:
        """The list."""
        return QuickList

    def get_search_results(
        self, request: HttpRequest, queryset: _Rows, search_term: str
    ) -> tuple[_Rows, bool]:
        """The rows in which one of `search_fields` says so, at most MOST_COUNTED; none twice."""
        text = search_term.strip()
        if not text:
            return queryset, False
        branches = getattr(self, "search_branches", None)
        found = rows_found(
            self.model,
            branches(text) if branches else self.get_search_fields(request),
            text,
            most=MOST_COUNTED + 1,
        )
        return queryset.filter(pk__in=found), False


def _flipped(order: list[str]) -> list[str]:
    return [name[1:] if name.startswith("-") else f"-{name}" for name in order]


def _past(name: str, value: Any) -> Q:
    return Q((f"{name[1:]}__lt", value) if name.startswith("-") else (f"{name}__gt", value))


def _after(order: list[str], values: dict[str, Any]) -> Q:
    """What comes after a row in an order of several columns, begun where an index can begin."""
    first, *rest = order
    column = first.removeprefix("-")
    if not rest:
        return _past(first, values[column])
    from_here = "lte" if first.startswith("-") else "gte"
    return Q((f"{column}__{from_here}", values[column])) & (
        _past(first, values[column]) | _after(rest, values)
    )
