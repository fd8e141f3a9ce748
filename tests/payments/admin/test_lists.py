"""Every list of the admin stays quick: each page, filter and search of it, whatever is behind.

The walk takes each registered model; `make bench-admin` measures them with a million rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.staff import lists
from accounts.staff.lists import QuickList
from accounts.staff.searching import _branch, _questions, rows_found
from payments.deposits.models import Debt
from things.models import Thing
from things.partitions import ensure_partition
from things.partners.models import Partner
from things.periods import Period

Make = Callable[[type[Model], int], Any]

REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)
each_model = pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
A_PAGE = 3
FEW, MORE = 2, 7
# The few wallets that owe are found by an index and sorted.
SORTED_BY_DESIGN = {Debt}
# Operators alone make these, one by one.
SHORT = {Partner}


@pytest.fixture
def browser(client: Client, olga: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    for pages in admin.site._registry.values():
        monkeypatch.setattr(pages, "list_per_page", A_PAGE)
    ensure_partition(Period(2010, 9))
    client.force_login(olga)
    return client


def list_of(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def read(browser: Client, address: str) -> QuickList:
    answer = browser.get(address)
    assert answer.status_code == 200, address
    return answer.context["cl"]


def queries(browser: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        read(browser, address)
    return len(captured)


def filters(model: type[Model], shown: QuickList) -> Iterator[str]:
    for spec in shown.filter_specs:
        for choice in spec.choices(shown):
            yield list_of(model) + choice["query_string"]


def plan(rows: QuerySet[Any]) -> str:
    """How PostgreSQL reads them where it must not read a whole table."""
    with connection.cursor() as cursor:
        for way in ("seqscan", "hashjoin", "mergejoin", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    text = rows.explain()
    with connection.cursor() as cursor:
        for way in ("seqscan", "hashjoin", "mergejoin", "sort"):
            cursor.execute(f"RESET enable_{way}")
    return text


def all_pages(browser: Client, address: str, way: str = "next_place") -> list[list[Any]]:
    pages, place = [], address.partition("?")[2]
    base = address.partition("?")[0]
    while True:
        shown = read(browser, f"{base}?{place}")
        pages.append([row.pk for row in shown.result_list])
        place = getattr(shown, way).removeprefix("?")
        if not place:
            return pages


class TestEveryList:
    @each_model
    def test_asks_as_much_for_many_rows_as_for_few(
        self, browser: Client, make: Make, model: type[Model]
    ) -> None:
        for number in range(FEW):
            make(model, number)
        begun = read(browser, list_of(model))
        asked = [list_of(model), f"{list_of(model)}?q=user-1", *filters(model, begun)]
        few = [queries(browser, address) for address in asked]
        for number in range(FEW, MORE):
            make(model, number)

        many = [queries(browser, address) for address in asked]

        assert many == few
        first = read(browser, list_of(model))
        assert len(first.result_list) == A_PAGE
        for place in (first.next_place, first.last_place):
            assert queries(browser, list_of(model) + place) <= many[0] + 1

    @each_model
    def test_turns_its_pages_forward_and_back(
        self, browser: Client, make: Make, model: type[Model]
    ) -> None:
        for number in range(MORE):
            make(model, number)

        forward = all_pages(browser, list_of(model))
        last = read(browser, list_of(model)).last_place
        backward = all_pages(browser, list_of(model) + last, "previous_place")

        told = [key for page in forward for key in page]
        assert len(told) == len(set(told)) >= MORE
        assert [key for page in reversed(backward) for key in page] == told

    @each_model
    def test_is_kept_in_the_order_of_an_index(
        self, browser: Client, make: Make, model: type[Model]
    ) -> None:
        for number in range(FEW):
            make(model, number)
        shown = read(browser, list_of(model))
        if model in SORTED_BY_DESIGN:
            return

        text = plan(shown.queryset[:A_PAGE])

        assert "Seq Scan" not in text, text
        assert "Sort" not in text, text

    @each_model
    def test_searches_by_indexes(self, make: Make, model: type[Model], db: None) -> None:
        pages: Any = admin.site._registry[model]
        User.objects.create_user("some-text")
        make(model, 1)
        branches = getattr(pages, "search_branches", None)
        asked = branches("some-text") if branches else pages.search_fields
        if model in SHORT:
            return

        for question in _questions(asked, "some-text"):
            text = plan(model._default_manager.filter(question).order_by().values("pk"))
            assert "Seq Scan" not in text, f"{question}: {text}"

    @each_model
    def test_names_filters_that_an_index_answers(self, model: type[Model], db: None) -> None:
        pages: Any = admin.site._registry[model]

        for named in pages.exact_filters:
            question = _question(model, named)
            text = plan(model._default_manager.filter(question).order_by())
            assert "Seq Scan" not in text, f"{named}: {text}"
            assert re.search(r"Index Cond|Scan using (?!\w+_pkey)|Bitmap", text), text

    @each_model
    def test_offers_no_order_that_is_sorted(
        self, browser: Client, make: Make, model: type[Model]
    ) -> None:
        kept = read(browser, list_of(model))

        asked = read(browser, f"{list_of(model)}?o=-1.2.-3")

        assert asked.queryset.query.order_by == kept.queryset.query.order_by
        assert asked.date_hierarchy is None
        assert not any(header.get("sortable") for header in _headers(asked))


def _headers(shown: QuickList) -> list[dict[str, Any]]:
    from django.contrib.admin.templatetags.admin_list import result_headers

    return list(result_headers(shown))


def _question(model: type[Model], named: str) -> Q:
    name, _, value = named.partition("=")
    if name.endswith("__isempty"):
        return Q((name.replace("__isempty", "__isnull"), value == "1"))
    if not value:
        value = str(model._meta.get_field(name.partition("__")[0]).choices[0][0])
    return Q((name, value))


class TestQuickList:
    @pytest.fixture
    def things(self, make: Make, browser: Client) -> list[Thing]:
        made = [make(Thing, number) for number in range(MORE)]
        Thing.objects.filter(pk=made[0].pk).update(state=Thing.State.SUSPENDED)
        return made

    @pytest.fixture
    def long(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Tables are long, and a filter looks through four rows."""
        monkeypatch.setattr(lists, "estimated_rows", lambda table: 1_000_000)
        monkeypatch.setattr(lists, "LOOKED_THROUGH", 4)

    def test_looks_through_some_rows_for_what_no_index_answers(
        self, browser: Client, things: list[Thing], long: None
    ) -> None:
        address = f"{list_of(Thing)}?state__exact=suspended"

        first = read(browser, address)
        found = [key for page in all_pages(browser, address) for key in page]

        assert list(first.result_list) == []
        assert first.looked_as_far_as == things[-1].pk - 4
        assert found == [things[0].pk]

    def test_looks_through_a_page_only_where_it_fills(
        self, browser: Client, things: list[Thing], long: None
    ) -> None:
        address = f"{list_of(Thing)}?category__exact={things[0].category}"

        found = [key for page in all_pages(browser, address) for key in page]

        assert found == [thing.pk for thing in reversed(things)]

    def test_answers_by_an_index_whatever_is_behind(
        self, browser: Client, things: list[Thing], long: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pages = admin.site._registry[Thing]
        monkeypatch.setattr(pages, "exact_filters", ("state__exact=suspended",))

        shown = read(browser, f"{list_of(Thing)}?state__exact=suspended")

        assert [thing.pk for thing in shown.result_list] == [things[0].pk]
        assert shown.looked_as_far_as is None

    def test_says_that_a_long_list_is_estimated(
        self, browser: Client, things: list[Thing], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("accounts.staff.paging.estimated_rows", lambda table: 1_234_567)

        answer = browser.get(list_of(Thing))

        assert "about 1,234,567 things" in " ".join(answer.content.decode().split())

    def test_counts_no_further_than_anybody_turns_pages(
        self, browser: Client, things: list[Thing], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lists, "MOST_COUNTED", 5)

        shown = read(browser, f"{list_of(Thing)}?hidden__exact=0")

        assert (shown.result_count, shown.counted_out) == (6, True)

    @pytest.mark.parametrize("place", ["a0", "b0", "a999999999999999999", "z", "7", "a1'", "last"])
    def test_takes_any_place(self, browser: Client, things: list[Thing], place: str) -> None:
        assert len(read(browser, f"{list_of(Thing)}?p={place}").result_list) <= A_PAGE

    def test_goes_on_where_a_row_is_gone_in_a_list_by_name(
        self, browser: Client, make: Make
    ) -> None:
        shown = read(browser, f"{list_of(User)}?p=a999999")

        assert len(shown.result_list) > 0

    def test_finds_parts_of_names(self, browser: Client, make: Make) -> None:
        User.objects.create_user("lovelace", display_name="Ada Lovelace", email="al@example.org")

        for text in ("LOVE", "ada love", "AL@EXAMPLE", "love"):
            shown = read(browser, f"{list_of(User)}?q={text}")
            assert [user.username for user in shown.result_list] == ["lovelace"], text
        assert list(read(browser, f"{list_of(User)}?q=a%25e").result_list) == []


class TestRowsFound:
    def test_has_what_begins_so_before_what_contains_it(self, db: None) -> None:
        ada = User.objects.create_user("ada")
        for number in range(5):
            User.objects.create_user(f"canada-{number}")
        fields = ("username__startswith", "username__has_part", "display_name__has_part")

        found = rows_found(User, fields, "ada", most=3)

        assert found[0] == ada.pk
        assert len(set(found)) == 3

    @pytest.mark.parametrize("lookup", ["username__startswith", "email__has_part"])
    def test_reads_no_table_from_its_end_for_a_part_that_old_rows_have(
        self, db: None, lookup: str
    ) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")

        text = _branch(User, Q((lookup, "user-17")), 10).explain()

        assert "Sort" not in text, text
        assert re.search(
            r"Index Scan (using|on) (accounts_user_username_\w+_like|user_by_parts)", text
        )

    def test_takes_the_newest_of_somebody_s(self, olga: User) -> None:
        assert _branch(Thing, Q(owner__in=[olga]), 10).query.order_by == ("-pk",)
