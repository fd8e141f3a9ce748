"""Documents for people to keep, as PDF: A4 pages with a head, tables, totals and page numbers.

The caller gives texts that are ready to be read, in one language. Nothing here knows of money.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

_FONTS = Path(__file__).resolve().parent / "fonts"
PLAIN, BOLD = "DejaVuSansCondensed", "DejaVuSansCondensed-Bold"

# In points, 72 to an inch.
WIDTH, HEIGHT = A4
MARGIN = 50
INSIDE = WIDTH - 2 * MARGIN
TOP, BOTTOM = HEIGHT - MARGIN, MARGIN + 24
SIZE, SMALL, LARGE, HUGE = 9, 7.5, 12, 18
LEADING, ROW, BELOW = 13, 15, 10
GAP = 8

INK, SOFT, LINE, ACCENT = map(HexColor, ("#191c1a", "#5a615c", "#c9cec8", "#0a6b4a"))
UNKNOWN = "\ufffd"


@dataclass(frozen=True)
class Column:
    """A column of a table: `width` in parts of all columns' widths; numbers stand right."""

    title: str
    width: int
    number: bool = False


@dataclass(frozen=True)
class Row:
    """A row: a text for each column, one more in small type beneath the first, a total or not."""

    cells: Sequence[str]
    below: str = ""
    total: bool = False


class Document:
    """A PDF that is written from top to bottom; `finish` gives its bytes.

    `facts` are what stands at its head: whose it is, of which time. The same calls give the same
    bytes.
    """

    def __init__(self, *, title: str, facts: Iterable[tuple[str, str]]) -> None:
        _load_fonts()
        self._file = BytesIO()
        self._canvas = _NumberedCanvas(self._file, pagesize=A4, invariant=1, pageCompression=1)
        self._canvas.setTitle(f"{settings.SITE_NAME}: {title}")
        self._canvas.setAuthor(settings.SITE_NAME)
        self._canvas.setCatalogEntry("Lang", get_language() or "en")
        self._title = title
        self._top = TOP
        self._begin(facts)

    def heading(self, text: str) -> None:
        """A heading, never alone at the foot of a page."""
        self._need(4 * ROW)
        self._top -= GAP
        self._write(text, BOLD, LARGE, INK)
        self._top -= LARGE + GAP

    def paragraph(self, text: str) -> None:
        """A text in as many lines as it needs."""
        for line in simpleSplit(_printable(text), PLAIN, SIZE, INSIDE):
            self._need(LEADING)
            self._write(line, PLAIN, SIZE, SOFT)
            self._top -= LEADING
        self._top -= GAP

    def table(self, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """A table; its head stands on each of its pages. Texts that are too long end in dots."""
        edges = _edges(columns)
        self._need(3 * ROW)
        self._head(columns, edges)
        for row in rows:
            if self._need(ROW + (BELOW if row.below else 0)):
                self._head(columns, edges)
            self._row(row, columns, edges)
        self._top -= 2 * GAP

    def finish(self) -> bytes:
        """The whole document."""
        self._canvas.showPage()
        self._canvas.save()
        return self._file.getvalue()

    def _begin(self, facts: Iterable[tuple[str, str]]) -> None:
        canvas = self._canvas
        canvas.setFillColor(ACCENT)
        canvas.rect(MARGIN, self._top + 4, INSIDE, 3, stroke=0, fill=1)
        self._top -= LARGE
        self._write(settings.SITE_NAME, BOLD, LARGE, INK)
        for line in [settings.SITE_URL, *settings.POSTAL_ADDRESS]:
            self._write(line, PLAIN, SMALL, SOFT, to=WIDTH - MARGIN)
            self._top -= BELOW
        self._top -= HUGE + GAP
        self._write(self._title, BOLD, HUGE, INK)
        self._top -= HUGE + GAP
        for name, value in facts:
            self._write(name, PLAIN, SIZE, SOFT)
            self._write(value, PLAIN, SIZE, INK, x=MARGIN + INSIDE / 4)
            self._top -= LEADING
        self._top -= GAP

    def _need(self, height: float) -> bool:
        """Begin a page where the running one has not so much room. Returns whether it did."""
        if self._top - height >= BOTTOM:
            return False
        self._canvas.showPage()
        self._top = TOP
        self._write(f"{settings.SITE_NAME} · {self._title}", PLAIN, SMALL, SOFT)
        self._top -= 2 * ROW
        return True

    def _head(self, columns: Sequence[Column], edges: Sequence[float]) -> None:
        for column, left, right in zip(columns, edges, edges[1:], strict=False):
            self._cell(column.title, BOLD, SMALL, SOFT, left, right, column)
        self._top -= 5
        self._rule(INK)
        self._top -= ROW - 5

    def _row(self, row: Row, columns: Sequence[Column], edges: Sequence[float]) -> None:
        self._cells(row, BOLD if row.total else PLAIN, columns, edges)
        if row.below:
            self._top -= BELOW
            self._cell(row.below, PLAIN, SMALL, SOFT, edges[0], edges[1], columns[0])
        self._top -= 4.5
        self._rule(LINE)
        self._top -= ROW - 4.5

    def _cells(
        self, row: Row, font: str, columns: Sequence[Column], edges: Sequence[float]
    ) -> None:
        """The cells of a row as one piece: font and colour are said once, which halves the time."""
        line = self._canvas.beginText()
        line.setFont(font, SIZE)
        line.setFillColor(INK)
        for text, column, left, right in zip(row.cells, columns, edges, edges[1:], strict=False):
            if not text:
                continue
            fitting = _fitting(_printable(text), font, SIZE, right - left - GAP)
            x = right - _width(fitting, font, SIZE) if column.number else left
            line.setTextOrigin(x, self._top)
            line.textOut(fitting)
        self._canvas.drawText(line)

    def _cell(
        self,
        text: str,
        font: str,
        size: float,
        colour: Color,
        left: float,
        right: float,
        column: Column,
    ) -> None:
        fitting = _fitting(_printable(text), font, size, right - left - GAP)
        if column.number:
            self._write(fitting, font, size, colour, to=right)
        else:
            self._write(fitting, font, size, colour, x=left)

    def _write(
        self,
        text: str,
        font: str,
        size: float,
        colour: Color,
        *,
        x: float = MARGIN,
        to: float | None = None,
    ) -> None:
        """A line from `x` on, or that ends at `to`."""
        text = _printable(text)
        self._canvas.setFont(font, size)
        self._canvas.setFillColor(colour)
        self._canvas.drawString(x if to is None else to - _width(text, font, size), self._top, text)

    def _rule(self, colour: Color) -> None:
        self._canvas.setStrokeColor(colour)
        self._canvas.setLineWidth(0.5)
        self._canvas.line(MARGIN, self._top, WIDTH - MARGIN, self._top)


class _NumberedCanvas(Canvas):
    """Writes `page 3 of 7` on each page: how many there are is known at the end only."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802  # reportlab's name
        """Keep the page back."""
        self._pages.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]  # the types know what is public

    def save(self) -> None:
        """Number the pages that were kept back, and write them."""
        last = len(self._pages)
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self.setFont(PLAIN, SMALL)
            self.setFillColor(SOFT)
            text = _("Page %(number)s of %(last)s") % {"number": number, "last": last}
            self.drawRightString(WIDTH - MARGIN, MARGIN, _printable(text))
            Canvas.showPage(self)
        super().save()


@cache
def _load_fonts() -> None:
    """Embedded, as far as a document uses them: the fonts of a PDF reader know few letters."""
    for name in (PLAIN, BOLD):
        pdfmetrics.registerFont(TTFont(name, str(_FONTS / f"{name}.ttf")))


@cache
def _widths(font: str) -> dict[str, float]:
    """The width of each character that a font has, in parts of its size.

    The library's own measuring takes a hundred times as long, most of what a long list takes.
    """
    face = cast("TTFont", pdfmetrics.getFont(font)).face
    return {chr(code): width / 1000 for code, width in face.charWidths.items()}


@cache
def _drawn() -> frozenset[str]:
    """The characters for which both fonts have a picture."""
    return frozenset(_widths(PLAIN).keys() & _widths(BOLD).keys())


def _printable(text: str) -> str:
    """The text; a character of a script that the fonts do not have becomes a mark for one."""
    known = _drawn()
    if known.issuperset(text):
        return text
    return "".join(c if c in known else UNKNOWN for c in text)


def _width(text: str, font: str, size: float) -> float:
    return size * sum(map(_widths(font).__getitem__, text))


def _fitting(text: str, font: str, size: float, width: float) -> str:
    """As much of a text as is no wider than that, with dots where something was cut off."""
    if _width(text, font, size) <= width:
        return text
    left, fits = width - _width("…", font, size), 0
    while (next_one := _width(text[fits], font, size)) <= left:
        left -= next_one
        fits += 1
    return text[:fits].rstrip() + "…"


def _edges(columns: Sequence[Column]) -> list[float]:
    """Where the columns begin, and where the last one ends."""
    whole = sum(column.width for column in columns)
    edges, before = [float(MARGIN)], 0
    for column in columns:
        before += column.width
        edges.append(MARGIN + INSIDE * before / whole)
    return edges
