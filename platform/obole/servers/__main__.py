"""`python -m obole.servers up|down|status|psql`: this checkout's own servers, by hand."""

from __future__ import annotations

import argparse
import os
import sys

from . import Servers, ServersError, checkout_servers


def main(arguments: list[str]) -> int:
    """Exit code 0: done; 1: `status` found a server down; 2: a server did not start."""
    parser = argparse.ArgumentParser(prog="python -m obole.servers", description=__doc__)
    parser.add_argument("command", choices=["up", "down", "status", "psql"])
    parser.add_argument("psql_arguments", nargs=argparse.REMAINDER, help="only with psql")
    chosen = parser.parse_args(arguments)
    servers = checkout_servers()
    try:
        return _carry_out(chosen.command, chosen.psql_arguments, servers)
    except ServersError as error:
        print(error, file=sys.stderr)
        return 2


def _carry_out(command: str, psql_arguments: list[str], servers: Servers) -> int:
    if command == "down":
        servers.stop()
        return 0
    if command == "status":
        return _show(servers)
    servers.start()
    if command == "psql":
        psql = servers.postgres.psql(*psql_arguments)
        os.execv(psql[0], psql)  # noqa: S606 - our own program, and no shell
    return _show(servers)


def _show(servers: Servers) -> int:
    pids = {"postgres": servers.postgres.pid(), "valkey": servers.valkey.pid()}
    for name, pid in pids.items():
        print(f"{name:9} {f'runs, process {pid}' if pid else 'does not run'}")
    print(f"{'folder':9} {servers.base}")
    return 0 if all(pids.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
