"""The pages of docs/reference, made from the code at each build: nothing of them is kept.

Settings are those of the README's table, with what the code reads beside them; commands are what
`--help` says; then the clock, the metrics, and the targets of make.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "reference"
OUR_APPS = {"accounts", "things", "payments", "obole"}
# What every command of Django's has.
EVERYWHERE = {
    "help", "version", "verbosity", "settings", "pythonpath", "traceback", "no_color",
    "force_color", "skip_checks",
}  # fmt: skip


_SETTINGS = """\
# Settings

Every setting is a variable of the environment. An empty one counts as not set; a value that cannot
be right stops every command with one line that names it. Those marked “needed” must be set on a
public site."""
_COMMANDS = """\
# Commands

`manage.py NAME --help` says the same. Commands end with 0 where they did their work, 1 where they
found something wrong, and 2 for a wrong call. Those with `--json` answer with one JSON document."""
_CLOCK = """\
# The clock

What `celery beat` starts. Each task is safe to run twice, and takes up what an earlier run left
undone."""
_METRICS = """\
# Metrics

What `/metrics` shows to who sends the token of `OBOLE_METRICS_TOKEN`. Figures of money and of the
month are counted every five minutes and shown as they were counted: a scrape asks the database
nothing."""


class OutOfDate(Exception):
    """The code and what is written about it say different things."""


def setup(app: Any) -> dict[str, bool]:
    """Sphinx calls it."""
    app.connect("builder-inited", lambda _app: write_all())
    return {"parallel_read_safe": True}


def write_all() -> None:
    """Write each page anew where it is another than it was."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "obole.settings")
    import django

    django.setup()
    FOLDER.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        text = page()
        file = FOLDER / f"{name}.md"
        if not file.exists() or file.read_text() != text:
            file.write_text(text)


@dataclass(frozen=True)
class Setting:
    """One variable of the environment, as the README says it and as the code reads it."""

    name: str
    needed: bool
    default: str
    meaning: str
    kind: str
    bounds: str


def settings() -> list[Setting]:
    """All of them, in the README's order. Raises OutOfDate where the code reads another."""
    read = dict(_read_by_the_code())
    rows = dict(_rows_of_the_readme())
    missing = sorted(set(read) - set(rows))
    if missing:
        raise OutOfDate(f"README.md has no row for {', '.join(missing)}")
    return [Setting(name, *row, *read.get(name, ("text", ""))) for name, row in rows.items()]


def _rows_of_the_readme() -> Iterator[tuple[str, tuple[bool, str, str]]]:
    for line in (ROOT / "README.md").read_text().splitlines():
        row = re.fullmatch(r"\| `([A-Z_]+)`( \\\*)? \| (.*?) \| (.*) \|", line)
        if row:
            yield row[1], (bool(row[2]), row[3], row[4])


def _read_by_the_code() -> Iterator[tuple[str, tuple[str, str]]]:
    tree = ast.parse((ROOT / "platform/obole/settings.py").read_text())
    for node in ast.walk(tree):
        how = _reads(node)
        if not isinstance(node, ast.Call) or how in {"", "required"}:
            continue
        if node.args and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value), (_KINDS.get(how, how), _bounds(node))


def _reads(node: ast.AST) -> str:
    """Which function of `obole.environment` is called; empty for everything else."""
    function = node.func if isinstance(node, ast.Call) else None
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return function.attr if function.value.id == "environment" else ""
    return ""


def _bounds(call: ast.Call) -> str:
    words = {word.arg: ast.unparse(word.value).replace("_", "") for word in call.keywords}
    if "lowest" in words:
        return f"{_number(words['lowest'])} to {_number(words['highest'])}"
    return ""


def _number(written: str) -> str:
    base, _, power = written.partition("**")
    return str(int(base) ** int(power)) if power else written


_KINDS = {
    "flag": "`1` or `0`",
    "whole_number": "whole number",
    "words": "words between commas",
    "choice": "one of several",
    "database": "URL",
    "redis": "URL",
    "smtp": "URL",
    "site_url": "URL",
    "sentry": "URL",
    "networks": "networks between commas",
    "currencies": "codes between commas",
    "mail_address": "mail address",
    "mail_sender": "mail address",
    "time_zone": "time zone",
    "iban": "IBAN",
}


def settings_page() -> str:
    """Every variable of the environment."""
    lines = [
        _SETTINGS,
        "",
    ]
    for one in settings():
        kind = f"{one.kind}, {one.bounds}" if one.bounds else one.kind
        needed = " · needed" if one.needed else ""
        lines += [f"## {one.name}", "", f"{one.meaning}", ""]
        lines += [f"*{kind}* · default: {one.default}{needed}", ""]
    return "\n".join(lines)


def commands() -> dict[str, argparse.ArgumentParser]:
    """Our own commands and their parsers."""
    from django.core.management import get_commands, load_command_class

    ours = sorted(name for name, app in get_commands().items() if app in OUR_APPS)
    return {
        name: load_command_class(get_commands()[name], name).create_parser("manage.py", name)
        for name in ours
    }


def commands_page() -> str:
    """Every command, as its --help says it."""
    lines = [
        _COMMANDS,
        "",
    ]
    for name, parser in commands().items():
        actions = [a for a in parser._actions if a.dest not in EVERYWHERE]
        lines += [f"## {name}", "", _escaped(parser.description or ""), ""]
        lines += ["```text", _usage(name, actions), "```", ""]
        for action in actions:
            shown = ", ".join(action.option_strings) or _placeholder(action)
            lines += [f"`{shown}`", f": {_escaped(_help(action)) or 'needed'}", ""]
    return "\n".join(lines)


def _usage(name: str, actions: list[argparse.Action]) -> str:
    words = ["manage.py", name]
    for action in actions:
        if action.option_strings:
            value = "" if action.nargs == 0 else f" {_placeholder(action)}"
            words.append(f"[{action.option_strings[-1]}{value}]")
        else:
            words.append(_placeholder(action))
    return " ".join(words)


def _placeholder(action: argparse.Action) -> str:
    if action.choices:
        return "{" + ",".join(map(str, action.choices)) + "}"
    metavar = action.metavar or action.dest.upper()
    return metavar if isinstance(metavar, str) else " ".join(metavar)


def _help(action: argparse.Action) -> str:
    return (action.help or "").replace("%(default)s", str(action.default)).replace("%%", "%")


def _escaped(text: str) -> str:
    return " ".join(text.split()).replace("<", "&lt;").replace("*", "\\*")


def clock_page() -> str:
    """What runs by itself."""
    from django.conf import settings as django_settings

    from obole import celery_app

    celery_app.loader.import_default_modules()
    lines = [
        _CLOCK,
        "",
        "| what | when | task | what it does |",
        "|---|---|---|---|",
    ]
    for name, entry in django_settings.CELERY_BEAT_SCHEDULE.items():
        task = celery_app.tasks[entry["task"]]
        does = " ".join((task.run.__doc__ or "").split())
        lines.append(f"| {name} | {_when(entry['schedule'])} | `{entry['task']}` | {does} |")
    return "\n".join([*lines, ""])


def _when(schedule: Any) -> str:
    if isinstance(schedule, float | int):
        return f"each {schedule:g} seconds"
    spoken = f"{schedule._orig_minute} {schedule._orig_hour} {schedule._orig_day_of_month}"
    return f"`{spoken} * *`"


def metrics() -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Name, labels and meaning of each metric that the code makes."""
    for folder in ("platform/obole/metrics", "payments/clicking"):
        for file in (ROOT / folder).glob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                parts = node.args if isinstance(node, ast.Call) else getattr(node, "elts", [])
                words = [_constant(part) for part in parts[:3]]
                if words and isinstance(words[0], str) and words[0].startswith("obole_"):
                    labels = words[2] if len(words) > 2 and isinstance(words[2], tuple) else ()
                    yield words[0], labels, str(words[1])


def _constant(node: ast.expr) -> str | tuple[str, ...] | None:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    return tuple(value) if isinstance(value, list | tuple) else value


def metrics_page() -> str:
    """What Prometheus is told."""
    lines = [
        _METRICS,
        "",
        "| name | labels | meaning |",
        "|---|---|---|",
    ]
    for name, labels, meaning in sorted(set(metrics())):
        lines.append(f"| `{name}` | {', '.join(labels) or '–'} | {meaning} |")
    return "\n".join([*lines, ""])


def make_page() -> str:
    """The targets of make."""
    lines = ["# make", "", "`ARGS` are handed on to the command.", "", "| target | |", "|---|---|"]
    for line in (ROOT / "Makefile").read_text().splitlines():
        target = re.match(r"([a-z-]+):.*## (.*)", line)
        if target:
            lines.append(f"| `make {target[1]}` | {_escaped(target[2])} |")
    return "\n".join([*lines, ""])


PAGES = {
    "settings": settings_page,
    "commands": commands_page,
    "clock": clock_page,
    "metrics": metrics_page,
    "make": make_page,
}
