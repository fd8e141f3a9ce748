"""User names that would pass for the site's own."""

from __future__ import annotations

import re

from django.conf import settings

# Of people: those that mail standards reserve (RFC 2142), and what readers take for the operator.
_RESERVED = {
    "abuse", "account", "accounts", "admin", "administration", "administrator", "anonymous",
    "billing", "contact", "deleted", "finance", "help", "hostmaster", "info", "legal", "mail",
    "me", "moderator", "noreply", "obole", "official", "operator", "payment", "payments", "payout",
    "postmaster", "privacy", "root", "sales", "security", "staff", "support", "sysadmin", "system",
    "team", "treasury", "wallet", "webmaster",
}  # fmt: skip


def is_reserved(username: str) -> bool:
    """Whether a name is kept for the site: with dots, hyphens or capitals as well."""
    return _bare(username) in _RESERVED | {_bare(settings.SITE_NAME)}


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
