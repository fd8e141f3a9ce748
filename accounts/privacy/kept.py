"""The register of what is kept about people. The page about privacy, exports and tests read it.

Each room registers its tables (`keep`) in a module `personal.py`, which its app's `ready`
imports, so that this app need not know of them. A table that names a user and is not here fails
`tests/obole/test_personal_data.py`, and so does a column that is neither exported nor left out
with a reason: the page cannot say less than there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User

_Words = str | Promise


class Fate(Enum):
    """What becomes of rows when their user's account is deleted."""

    GONE = _("goes with the account")
    NAMELESS = _("stays, without your name")


@dataclass(frozen=True)
class Kept:
    """One table with what is kept about users.

    `columns` are paths of the ORM from a row, in the order of the export: `clicked_at`,
    `thing__url`. `left_out` gives the reason for each field that is not exported; the row's number
    and its owner need none. `owner` is the path to the user; where that is not enough, `rows`
    gives the QuerySets of a user's rows. `written` says how a column's values are written;
    without it they are written as JSON knows them, moments in ISO 8601. `called` names fields of
    libraries in our words.
    """

    name: str
    model: str
    title: _Words
    why: _Words
    how_long: _Words
    fate: Fate
    columns: tuple[str, ...]
    owner: str = "user"
    left_out: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, Callable[[Any], object]] = field(default_factory=dict)
    called: Mapping[str, _Words] = field(default_factory=dict)
    rows: Callable[[User], Iterable[QuerySet[Any]]] | None = None

    @cached_property
    def model_class(self) -> type[models.Model]:
        """The table."""
        return apps.get_model(self.model)

    def rows_of(self, user: User) -> Iterable[QuerySet[Any]]:
        """A user's rows, as QuerySets in the order of the export."""
        if self.rows is not None:
            return self.rows(user)
        manager = self.model_class._default_manager
        return [manager.filter(**{self.owner: user.pk}).order_by("pk")]

    def fields(self) -> list[str]:
        """What is in a row, in words, each once."""
        said = (self._said(column) for column in self.columns)
        return list(dict.fromkeys(said))

    def unexplained(self) -> set[str]:
        """The fields that are neither exported nor left out for a reason."""
        named = {path.partition("__")[0] for path in (*self.columns, self.owner, "id", "pk")}
        there = {field.name for field in self.model_class._meta.concrete_fields}
        return there - named - set(self.left_out)

    def _said(self, column: str) -> str:
        name = column.partition("__")[0]
        if name in self.called:
            return str(self.called[name])
        return str(self.model_class._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


@dataclass(frozen=True)
class NotPersonal:
    """A table that names users and says nothing about them, and why that is so."""

    model: str
    why: str


@dataclass(frozen=True)
class Cookie:
    """One that browsers keep for this site."""

    name: str
    why: _Words
    how_long: _Words


_kept: dict[str, Kept] = {}
_cookies: dict[str, Cookie] = {}
_not_personal: dict[str, NotPersonal] = {}


def keep(*entries: Kept | NotPersonal | Cookie) -> None:
    """Add to the register; once for each table and cookie."""
    for entry in entries:
        if isinstance(entry, Kept):
            _kept[entry.model] = entry
        elif isinstance(entry, Cookie):
            _cookies[entry.name] = entry
        else:
            _not_personal[entry.model] = entry


def all_kept() -> list[Kept]:
    """The whole register, by name."""
    return sorted(_kept.values(), key=lambda entry: entry.name)


def all_not_personal() -> list[NotPersonal]:
    """The tables that were looked at and are nobody's."""
    return list(_not_personal.values())


def all_cookies() -> list[Cookie]:
    """The cookies that this site sets."""
    return list(_cookies.values())
