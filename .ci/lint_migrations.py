"""Refuse migrations that a running site could not live through. Exit code 1: found one."""

from __future__ import annotations

import os
import sys

import django


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "obole.settings")
    os.environ.setdefault("OBOLE_LOG_LEVEL", "WARNING")
    django.setup()
    from django_migration_linter import MigrationLinter

    apps = ["accounts", "things", "payments"]
    linter = MigrationLinter(include_apps=apps, no_cache=True, quiet=["ok"])
    linter.lint_all_migrations()
    linter.print_summary()
    return 1 if linter.has_errors else 0


if __name__ == "__main__":
    sys.exit(main())
