"""Gather the texts of code and templates, and keep their translations: `make messages`.

Needs no gettext tools. Writes django.po, where new texts wait for a translation, and from it
django.mo, which the site reads. With --check it writes nothing and ends 1 where a text is not
translated, a translation has no text any more, or django.mo is not what django.po says.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = [ROOT / name for name in ("accounts", "payments", "platform/obole", "things")]
LOCALES = ROOT / "platform/obole/locale"
LANGUAGES = ["fr"]
TEMPLATES = (".html", ".txt")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "_t": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
}


def main(arguments: list[str]) -> int:
    settings.configure()
    found = gather()
    faults = 0
    for language in LANGUAGES:
        folder = LOCALES / language / "LC_MESSAGES"
        if arguments == ["--check"]:
            for fault in check(found, folder):
                print(f"{folder.relative_to(ROOT)}: {fault}", file=sys.stderr)
                faults += 1
        else:
            update(found, language, folder)
    return 1 if faults else 0


def gather() -> Catalog:
    """All texts, with the files in which they stand."""
    found = Catalog(project="Obole", charset="utf-8")
    for folder in FOLDERS:
        for path in sorted([*folder.rglob("*.py"), *_templates(folder)]):
            if "migrations" in path.parts:
                continue
            source = _as_python(path).encode()
            for _line, text, _comments, context in extract(
                "python", io.BytesIO(source), KEYWORDS, options={"encoding": "utf-8"}
            ):
                found.add(text, context=context, locations=[(str(path.relative_to(ROOT)), 0)])
    return found


def update(found: Catalog, language: str, folder: Path) -> None:
    """Bring the translations up to the texts; what is new is left empty."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = _read(folder, language)
    kept.update(found, no_fuzzy_matching=True, update_creation_date=False)
    kept.obsolete.clear()
    with (folder / "django.po").open("wb") as file:
        write_po(file, kept, width=100, sort_by_file=True, include_lineno=False)
    (folder / "django.mo").write_bytes(_compiled(_read(folder, language)))


def check(found: Catalog, folder: Path) -> Iterator[str]:
    """What is wrong with a language, a line each."""
    kept = _read(folder, None)
    wanted, present = _keys(found), _keys(kept)
    yield from (f"not in django.po: {key[0]!r}" for key in wanted if key not in present)
    yield from (f"in no file any more: {key[0]!r}" for key in present if key not in wanted)
    yield from (f"not translated: {message.id!r}" for message in _texts(kept) if _open(message))
    if (folder / "django.mo").read_bytes() != _compiled(kept):
        yield "django.mo is not made from django.po: run `make messages`"


def _templates(folder: Path) -> Iterator[Path]:
    for suffix in TEMPLATES:
        yield from folder.rglob(f"templates/**/*{suffix}")


def _as_python(path: Path) -> str:
    """The source, or a template as lines that call gettext, as Django's own tool makes them."""
    source = path.read_text()
    if path.suffix not in TEMPLATES:
        return source
    lines = templatize(source, origin=str(path)).splitlines()
    return "\n".join(line.strip() for line in lines)


def _read(folder: Path, language: str | None) -> Catalog:
    path = folder / "django.po"
    if not path.exists():
        return Catalog(locale=language, project="Obole", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _compiled(catalog: Catalog) -> bytes:
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def _texts(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def _keys(catalog: Catalog) -> dict[tuple[object, object], None]:
    return {(message.id, message.context): None for message in _texts(catalog)}


def _open(message: Message) -> bool:
    strings = message.string if isinstance(message.string, tuple | list) else [message.string]
    return message.fuzzy or not all(strings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
