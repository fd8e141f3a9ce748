"""What a row says before and after, without secrets and without people's names in full."""

from __future__ import annotations

from typing import Any

from django.db import models

from accounts.models import User

# Parts of the names of columns that are nobody's to read, in the log neither.
SECRET = ("password", "secret", "token", "sealed", "fingerprint", "digest", "context", "session")
# Who somebody is. The log outlives the account: a beginning is enough to see what was changed.
_NAMES = {
    ("accounts.user", "username"),
    ("accounts.user", "display_name"),
    ("accounts.user", "email"),
}
HIDDEN = "…"
LONGEST = 300

Snapshot = dict[str, Any]
Shown = dict[str, str | None]


def snapshot(row: models.Model) -> Snapshot:
    """What the database says of a row now, by column; of its lists too. Empty if it is not there.

    One query, and one for each list of the row.
    """
    model = type(row)
    found = model._base_manager.filter(pk=row.pk).first()
    if found is None:
        return {}
    columns = {field.name: getattr(found, field.attname) for field in model._meta.concrete_fields}
    lists = {
        field.name: sorted(str(one) for one in getattr(found, field.name).all())
        for field in model._meta.many_to_many
    }
    return columns | lists


def difference(model: type[models.Model], before: Snapshot, after: Snapshot) -> tuple[Shown, Shown]:
    """The columns that are not the same, as they were and as they are, fit to be kept."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return _shown(model, before, names), _shown(model, after, names)


def person_of(row: models.Model | None) -> User | None:
    """Whom a row is about: itself, its owner, or the owner of what it belongs to."""
    if isinstance(row, User):
        return row
    for name in ("owner", "subscriber", "creator", "user", "person", "thing", "deposit", "payout"):
        found = getattr(row, name, None)
        if isinstance(found, User):
            return found
        if isinstance(found, models.Model):
            return person_of(found)
    return None


def name_of(row: models.Model) -> str:
    """What a row is called; nothing for a person, whose name may change and go."""
    return "" if isinstance(row, User) else str(row)


def _shown(model: type[models.Model], values: Snapshot, names: list[str]) -> Shown:
    return {name: _written(model, name, values[name]) for name in names if name in values}


def _written(model: type[models.Model], name: str, value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bytes | memoryview) or any(part in name for part in SECRET):
        return HIDDEN
    text = ", ".join(value) if isinstance(value, list) and name != "hosts" else str(value)
    return _shortened(text) if (model._meta.label_lower, name) in _NAMES else text[:LONGEST]


def _shortened(text: str) -> str:
    """`ada@example.org` as `a…@example.org`, `Ada` as `A…`."""
    local, at, domain = text.partition("@")
    return f"{local[:1]}{HIDDEN if local[1:] else ''}{at}{domain}"
