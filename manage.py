"""Django's command line, with this checkout's own servers where none are named."""

from __future__ import annotations

import os
import sys
from importlib import import_module

# These read neither database nor cache, and must work where no server can.
NEED_NO_SERVERS = {
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "help",
    "makemessages",
    "version",
}


def main(arguments: list[str]) -> None:
    """Run one command. Exit code 2 with one line where the environment is wrong."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "obole.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from obole.servers import ServersError, start_missing

    try:
        import_module(os.environ["DJANGO_SETTINGS_MODULE"])
        if _needs_servers(arguments):
            start_missing()
    except (ImproperlyConfigured, ServersError) as error:
        print(f"manage.py: {error}", file=sys.stderr)
        sys.exit(2)
    from obole.noted_commands import run_noted

    run_noted(arguments, execute_from_command_line)


def _needs_servers(arguments: list[str]) -> bool:
    command = arguments[1] if len(arguments) > 1 else "help"
    asks_for_help = {"-h", "--help", "--version"} & set(arguments)
    return not asks_for_help and command not in NEED_NO_SERVERS


if __name__ == "__main__":
    main(sys.argv)
