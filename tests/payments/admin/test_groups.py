"""Each group of staff can do exactly what the table in docs/staff.md says.

The test reads the table, walks every address of the admin, and tries GET and POST as each group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from accounts.models import User
from payments.deeds import Deed, DeedsAdmin
from payments.desk.groups import GROUPS, RIGHTS, permissions_of, set_up_groups, table

Rights = dict[str, dict[str, set[str]]]
Make = Callable[[type[Model], int], Any]
DOC = Path(__file__).resolve().parents[3] / "docs/staff.md"

# For everybody on the staff, whatever their group.
OPEN = {"index", "login", "logout", "password_change", "password_change_done", "jsi18n", "app_list"}
# Django's own rules: a target's permission, a row's own site, a page that is not there.
APART = {"autocomplete", "view_on_site", None}

# What a stock address needs: the right to read it, and the right to send to it.
STOCK = {
    "changelist": ("view", "view"),
    "history": ("view", "view"),
    "change": ("view", "change"),
    "add": ("add", "add"),
    "delete": ("delete", "delete"),
    # Nobody sets another's password: people do, by mail.
    "password_change": ("superuser", "superuser"),
}
# Our own addresses beside them, by name.
OWN = {
    "payments_bankline_read": ("nobody", "payments.bankline add"),
    "payments_abuserule_try": ("payments.abuserule view", "nobody"),
    "payments_payoutbatch_make": ("nobody", "payments.payoutbatch make"),
    "things_click": ("things.click view", "nobody"),
    "accounts_user_look": ("accounts.user look_as", "accounts.user look_as"),
    "accounts_user_suspension": ("accounts.user suspend", "accounts.user suspend"),
    "things_thing_suspension": ("things.thing change", "things.thing change"),
    "month_ends": ("payments.settlement view", "nobody"),
    "month_end": ("payments.settlement view", "nobody"),
    "preview_month": ("nobody", "payments.settlement run"),
    "start_month": ("nobody", "payments.settlement run"),
    "ledger": ("payments.ledgeraccount view", "nobody"),
    "ledger_account": ("payments.ledgeraccount view", "nobody"),
    "ledger_export": ("payments.ledgeraccount view", "nobody"),
    "ledger_transfer": ("payments.ledgeraccount view", "nobody"),
    "ledger_of": ("payments.ledgeraccount view", "nobody"),
}


ARGUMENTS: dict[str, list[str | int]] = {
    **{name: ["2001-09"] for name in ("month_end", "preview_month", "start_month")},
    **{name: [1] for name in ("ledger_account", "ledger_export", "ledger_transfer")},
    **{name: ["1"] for name in ("accounts_user_suspension", "things_thing_suspension")},
    "accounts_user_look": ["1"],
    "payments_abuserule_try": [1],
    "ledger_of": ["payments.deposit", "1"],
}

# Enough for what asks for more than a row.
SENT = {"note": "because", "post": "yes", "way": "sepa", "currency": "EUR"}


@dataclass(frozen=True)
class Address:
    name: str
    model: type[Model] | None
    stock: str


def documented() -> Rights:
    """The table of docs/staff.md: by model and group, the rights."""
    rows = [line for line in DOC.read_text().splitlines() if line.startswith("| `")]
    cells = [[cell.strip(" `") for cell in row.strip("|").split("|")] for row in rows]
    return {
        cell[0]: {
            group: set(rights.replace("–", "").split(", ")) - {""}
            for group, rights in zip(GROUPS, cell[1:], strict=True)
        }
        for cell in cells
    }


def addresses(
    patterns: list[URLPattern | URLResolver], model: type[Model] | None = None
) -> Iterator[Address]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, model)
        elif pattern.name is not None:
            yield Address(pattern.name, *_of_model(pattern.name))
        elif pattern.name is None and "catch" not in str(pattern.callback):
            continue


def _of_model(name: str) -> tuple[type[Model] | None, str]:
    for model in admin.site._registry:
        prefix = f"{model._meta.app_label}_{model._meta.model_name}_"
        if name == "auth_user_password_change":
            return User, "password_change"
        if name.startswith(prefix) and name not in OWN:
            return model, name.removeprefix(prefix)
    return None, name


ALL = list(dict.fromkeys(addresses(admin.site.get_urls())))
OF_MODELS = [one for one in ALL if one.model is not None]


@pytest.fixture
def member(client: Client, db: None) -> Callable[[str], Client]:
    def of(group: str) -> Client:
        olga = User.objects.create_user(f"olga-{group}", is_staff=True)
        olga.groups.add(Group.objects.get(name=group))
        browser = Client()
        browser.force_login(olga)
        return browser

    return of


def allowed(browser: Client, method: str, address: str) -> bool:
    """Whether it is not refused. What it did is undone.

    A deed may go wrong, as the rows are bare: they have no money behind them.
    """
    browser.raise_request_exception = False
    with transaction.atomic():
        answer = browser.get(address) if method == "get" else browser.post(address, SENT)
        transaction.set_rollback(True)
    return answer.status_code not in {403, 405}


class TestTable:
    def test_stands_in_the_docs(self) -> None:
        assert table() in DOC.read_text(), f"docs/staff.md wants:\n{table()}"

    def test_names_every_model_of_the_admin(self) -> None:
        labels = {model._meta.label_lower for model in admin.site._registry}

        assert set(RIGHTS) == labels | {"things.click"}

    def test_is_what_the_groups_have(self, db: None) -> None:
        for name in GROUPS:
            group = Group.objects.get(name=name)
            there = group.permissions.values_list("content_type__app_label", "codename")
            assert {f"{app}.{codename}" for app, codename in there} == permissions_of(name)

    def test_undoes_what_was_added_by_hand(self, db: None) -> None:
        group = Group.objects.get(name="support")
        finance = Group.objects.get(name="finance")
        group.permissions.set(finance.permissions.all())

        set_up_groups()

        held = {p.codename for p in group.permissions.all()}
        assert "make_payoutbatch" not in held
        assert "look_as_user" in held


class TestAddresses:
    def test_are_all_known(self) -> None:
        unknown = {
            one.name
            for one in ALL
            if one.name not in OPEN | APART | set(OWN) and one.stock not in {*STOCK, "deed"}
        }

        assert unknown == set()

    @pytest.mark.parametrize("group", GROUPS)
    def test_of_models_let_in_who_may(
        self, make: Make, member: Callable[[str], Client], group: str
    ) -> None:
        browser, rights = member(group), documented()
        rows = {model: make(model, turn) for turn, model in enumerate(admin.site._registry, 500)}
        wrong = [
            (address.name, method, expected)
            for address in OF_MODELS
            for method, where, expected in _tries(address, rows, group, rights)
            if allowed(browser, method, where) != expected
        ]

        assert wrong == []

    @pytest.mark.parametrize("group", GROUPS)
    def test_of_our_own_let_in_who_may(
        self, make: Make, member: Callable[[str], Client], group: str
    ) -> None:
        browser = member(group)
        for name, (reads, sends) in OWN.items():
            where = reverse(f"admin:{name}", args=ARGUMENTS.get(name, []))
            assert allowed(browser, "get", where) == _documented(reads, group), name
            assert allowed(browser, "post", where) == _documented(sends, group), name

    @pytest.mark.parametrize("group", GROUPS)
    def test_that_are_open_let_everybody_of_the_staff_in(
        self, member: Callable[[str], Client], group: str
    ) -> None:
        browser = member(group)

        for name in OPEN - {"login", "logout", "password_change_done", "app_list"}:
            assert browser.get(reverse(f"admin:{name}")).status_code in {200, 302}, name


class TestDeeds:
    def test_need_a_right_of_the_table(self, db: None, make: Make) -> None:
        known = set().union(*(permissions_of(group) for group in GROUPS))

        for model, pages in admin.site._registry.items():
            if isinstance(pages, DeedsAdmin):
                for deed in _deeds_in_all_states(pages, make(model, 1)):
                    assert deed.permission in known, (model, deed.name)


def _tries(
    address: Address, rows: dict[type[Model], Any], group: str, rights: Rights
) -> Iterator[tuple[str, str, bool]]:
    """Each method and address to try, and whether the docs say that it is let in."""
    assert address.model is not None
    row, own = rows[address.model], rights[address.model._meta.label_lower][group]
    if address.stock == "deed":
        pages = admin.site._registry[address.model]
        assert isinstance(pages, DeedsAdmin)
        for deed in pages.deeds_of(row):
            where = reverse(f"admin:{address.name}", args=[row.pk, deed.name])
            yield "get", where, False
            yield "post", where, _documented_permission(deed.permission, group, rights)
        return
    needs = [] if address.stock in {"changelist", "add"} else [row.pk]
    where = reverse(f"admin:{address.name}", args=needs)
    reads, sends = STOCK[address.stock]
    shown = row if needs else None
    yield "get", where, _may(address.model, reads, own, shown)
    yield "post", where, _may(address.model, sends, own, shown)


def _documented_permission(permission: str, group: str, rights: Rights) -> bool:
    app, _dot, codename = permission.partition(".")
    right, _line, name = codename.rpartition("_")
    return right in rights[f"{app}.{name}"][group]


def _deeds_in_all_states(pages: DeedsAdmin, row: Any) -> Iterator[Deed]:
    states = getattr(type(row), "State", None)
    for state in states or [None]:
        for incoming in (True, False):
            row.state, row.incoming = state, incoming
            yield from pages.deeds_of(row)


def _documented(needed: str, group: str) -> bool:
    if needed == "nobody":
        return False
    label, right = needed.split()
    return right in documented()[label][group]


def _may(model: type[Model], right: str, rights: set[str], row: Model | None) -> bool:
    pages = admin.site._registry[model]
    if right == "view":
        return "view" in rights or "change" in rights
    refuses = {
        "add": "has_add_permission",
        "change": "has_change_permission",
        "delete": "has_delete_permission",
    }
    if right in refuses and right not in rights:
        return False
    return right in rights and _not_read_only(pages, refuses[right], row)


def _not_read_only(pages: Any, name: str, row: Model | None) -> bool:
    """Pages that refuse even a superuser say so by a method of their own, of a row or of all."""
    request = type("Request", (), {"user": User(is_superuser=True, is_active=True)})()
    return bool(getattr(pages, name)(request, *([] if row is None else [row])))
