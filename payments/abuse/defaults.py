"""The rules of a new site."""

from __future__ import annotations

from typing import Any

from django.db import connection

from payments.abuse.models import AbuseRule


def default_rules() -> list[AbuseRule]:
    """One rule of each kind, as a new site has them; docs/operators/abuse.md measures these."""
    settings_by_kind: dict[AbuseRule.Kind, dict[str, Any]] = {
        AbuseRule.Kind.RING: {
            "name": "Rings",
            "least_clicks": 3,
            "given_percent": 60,
            "got_percent": 60,
        },
        AbuseRule.Kind.NEW_ACCOUNTS: {
            "name": "New accounts",
            "least_accounts": 8,
            "given_percent": 80,
            "got_percent": 70,
            "days": 14,
        },
        AbuseRule.Kind.QUICK_CARD: {
            "name": "Quick card money",
            "least_units": 50,
            "given_percent": 80,
            "got_percent": 70,
            "days": 14,
        },
        AbuseRule.Kind.ONE_ADDRESS: {
            "name": "One address",
            "least_accounts": 5,
            "given_percent": 60,
            "got_percent": 50,
        },
        AbuseRule.Kind.SECOND_ACCOUNT: {
            "name": "Second account",
            "least_clicks": 3,
            "given_percent": 60,
            "got_percent": 40,
        },
    }
    return [AbuseRule(kind=kind, **values) for kind, values in settings_by_kind.items()]


def set_up_rules(**_signal: Any) -> None:
    """Make a rule of each kind that has none; for `post_migrate`. What is there stays as it is."""
    if AbuseRule._meta.db_table not in connection.introspection.table_names():
        return
    there = set(AbuseRule.objects.values_list("kind", flat=True))
    missing = [rule for rule in default_rules() if rule.kind not in there]
    AbuseRule.objects.bulk_create(missing, ignore_conflicts=True)
