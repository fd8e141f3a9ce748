"""The groups of staff, each with the least rights: one table, from which all else is made.

`set_up_groups` brings the database to it after each `migrate`; docs/staff.md shows it, and a test
walks every address of the admin for each group.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.models import Q

SUPPORT, FINANCE, MODERATION, ADMIN = "support", "finance", "moderation", "admin"
GROUPS = (SUPPORT, FINANCE, MODERATION, ADMIN)

# Who does what for the site; docs/staff.md says it too.
PURPOSES = {
    SUPPORT: "answers people: sees their pages, changes nothing that is money",
    FINANCE: "moves money: month ends, bank, payouts, corrections; the second person too",
    MODERATION: "looks after things and conduct: suspends, decides claims, holds payouts",
    ADMIN: "looks after people, staff and machines: sees all of the money, and moves none",
}

_ALL = {SUPPORT: "view", FINANCE: "view", MODERATION: "view", ADMIN: "view"}
_OF_PEOPLE = {SUPPORT: "view", FINANCE: "view", ADMIN: "view"}
_OF_MONEY = {FINANCE: "view", ADMIN: "view"}
_OF_THINGS = {SUPPORT: "view", MODERATION: "view", ADMIN: "view"}

# By model, each group's rights. A right `suspend` of `accounts.user` is the permission
# `accounts.suspend_user`; `view`, `add`, `change` and `delete` are Django's own.
RIGHTS: dict[str, dict[str, str]] = {
    "accounts.factorremoval": {SUPPORT: "view add", ADMIN: "view add change delete"},
    "accounts.mail": {SUPPORT: "view", ADMIN: "view"},
    "accounts.staffentry": {ADMIN: "view"},
    "accounts.user": {
        SUPPORT: "view change look_as",
        FINANCE: "view suspend",
        MODERATION: "view suspend",
        ADMIN: "view add change suspend look_as appoint",
    },
    "auth.group": {ADMIN: "view"},
    "payments.abusemark": {
        SUPPORT: "view",
        FINANCE: "view change",
        MODERATION: "view change",
        ADMIN: "view",
    },
    "payments.abuserule": {
        FINANCE: "view",
        MODERATION: "view add change",
        ADMIN: "view add change",
    },
    "payments.auditrun": _OF_MONEY,
    "payments.bankline": {FINANCE: "view add change", ADMIN: "view"},
    "payments.bankrefund": {FINANCE: "view change", ADMIN: "view"},
    "payments.budget": _OF_PEOPLE,
    "payments.cardevent": _OF_MONEY,
    "payments.correction": {
        FINANCE: "view add approve",
        MODERATION: "view add",
        ADMIN: "view",
    },
    "payments.creatorearnings": _OF_PEOPLE,
    "payments.debt": _OF_PEOPLE,
    "payments.deposit": _OF_PEOPLE,
    "payments.dispute": _OF_PEOPLE,
    "payments.earningspaper": _OF_PEOPLE,
    "payments.exclusion": {
        SUPPORT: "view",
        FINANCE: "view add change",
        MODERATION: "view add change",
        ADMIN: "view",
    },
    "payments.keptclick": _OF_THINGS,
    "payments.ledgeraccount": _OF_MONEY,
    "payments.payout": {SUPPORT: "view", FINANCE: "view", ADMIN: "view"},
    "payments.payoutbatch": {FINANCE: "view make approve", ADMIN: "view"},
    "payments.payoutdetails": _OF_PEOPLE,
    "payments.payouthold": {
        SUPPORT: "view",
        FINANCE: "view add change",
        MODERATION: "view add change",
        ADMIN: "view",
    },
    "payments.periodfigures": _OF_MONEY,
    "payments.plan": _OF_PEOPLE,
    "payments.refill": _OF_PEOPLE,
    "payments.refund": _OF_PEOPLE,
    "payments.reversedclick": _OF_MONEY,
    "payments.settlement": {FINANCE: "view run", ADMIN: "view"},
    "payments.shard": _OF_MONEY,
    "payments.skippedperiod": _OF_PEOPLE,
    "payments.stage": _OF_MONEY,
    "payments.thingearnings": _OF_PEOPLE,
    "payments.tip": {SUPPORT: "view", FINANCE: "view change", ADMIN: "view"},
    "payments.transfer": _OF_MONEY,
    "things.alias": _OF_THINGS,
    "things.click": _ALL,
    "things.feed": _OF_THINGS,
    "things.delivery": {ADMIN: "view"},
    "things.endpoint": {ADMIN: "view"},
    "things.failedcheck": {SUPPORT: "view", MODERATION: "view change", ADMIN: "view change"},
    "things.identifier": _OF_THINGS,
    "things.partner": {MODERATION: "view", ADMIN: "view add change"},
    "things.pendingclick": _OF_THINGS,
    "things.report": {SUPPORT: "view", MODERATION: "view decide", ADMIN: "view"},
    "things.spamterm": {MODERATION: "view add change delete", ADMIN: "view"},
    "things.site": {SUPPORT: "view", MODERATION: "view change", ADMIN: "view add change"},
    "things.standingclick": _OF_THINGS,
    "things.thing": {
        SUPPORT: "view",
        FINANCE: "view",
        MODERATION: "view change",
        ADMIN: "view add change delete",
    },
}


def permissions_of(group: str) -> set[str]:
    """What a group may do, as Django writes it: `payments.make_payoutbatch`."""
    return {permission for permission, _model in _permissions(group)}


def set_up_groups(**_signal: Any) -> None:
    """Make the groups, and give each its rights: no more and no less. Made already, one query."""
    wanted = {(group, permission) for group in GROUPS for permission in permissions_of(group)}
    if "auth_group" not in connection.introspection.table_names() or set(_there()) == wanted:
        return
    for label in {model.partition(".")[0] for model in RIGHTS}:
        # Whichever app migrates first: Django makes an app's permissions after its migrations.
        create_permissions(apps.get_app_config(label), verbosity=0)
    for name in GROUPS:
        group, _made = Group.objects.get_or_create(name=name)
        group.permissions.set(Permission.objects.filter(_named(permissions_of(name))))


def table() -> str:
    """The rights as a table of Markdown, for the docs."""
    head = ["| page | " + " | ".join(GROUPS) + " |", "|---" * (len(GROUPS) + 1) + "|"]
    rows = (
        f"| `{model}` | " + " | ".join(_cell(rights.get(group, "")) for group in GROUPS) + " |"
        for model, rights in sorted(RIGHTS.items())
    )
    return "\n".join([*head, *rows])


def _cell(rights: str) -> str:
    return ", ".join(rights.split()) or "–"


def _permissions(group: str) -> Iterator[tuple[str, str]]:
    for model, rights in RIGHTS.items():
        app, name = model.split(".")
        for right in rights.get(group, "").split():
            yield f"{app}.{right}_{name}", model


def _there() -> Iterator[tuple[str, str]]:
    rows = Group.objects.filter(name__in=GROUPS).values_list(
        "name", "permissions__content_type__app_label", "permissions__codename"
    )
    return ((name, f"{app}.{codename}") for name, app, codename in rows)


def _named(permissions: set[str]) -> Q:
    named = Q(pk=None)
    for permission in permissions:
        app, codename = permission.split(".")
        named |= Q(content_type__app_label=app, codename=codename)
    return named
