"""Tables that become cards on narrow screens, and stay tables to a screen reader.

    {% table _("Your months, latest first") %}
      {% column _("Month") %}{% column _("Given") number=True %}
      {% for budget in page %}{% row %}
        {% cell %}{{ budget.period }}{% endcell %}
        {% cell %}{% amount budget.given budget.currency %}{% endcell %}
      {% endrow %}{% endfor %}
    {% endtable %}

A browser forgets that a table is one when its rows are laid out otherwise: hence the roles.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.template import Context, Node, TemplateSyntaxError
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

# The name under which the tags inside find their table; no template can write it.
_HERE = "table "


@dataclass
class _Column:
    name: str
    number: bool = False
    unseen: bool = False


@dataclass
class _Table:
    columns: list[_Column] = field(default_factory=list)
    totals: list[SafeString] = field(default_factory=list)
    next_cell: int = 0


class _Tag(Node):
    """A tag with arguments, and perhaps what stands between it and its end."""

    def __init__(
        self,
        arguments: list[FilterExpression],
        named: dict[str, FilterExpression],
        nodelist: NodeList | None = None,
    ) -> None:
        self.arguments = arguments
        self.named = named
        self.nodelist = nodelist or NodeList()

    def named_values(self, context: Context) -> dict[str, Any]:
        """The arguments that have a name."""
        return {name: expression.resolve(context) for name, expression in self.named.items()}

    def inside(self, context: Context) -> SafeString:
        """What stands between the tag and its end, written out."""
        return self.nodelist.render(context)


Kind = TypeVar("Kind", bound=_Tag)


class TableNode(_Tag):
    """`{% table caption id= narrow= seen= %}`: the caption, the columns, the rows, the totals."""

    def render(self, context: Context) -> SafeString:
        table = _Table()
        with context.push(**{_HERE: table}):
            rows = self.inside(context)
        caption = self.arguments[0].resolve(context)
        written = {"table": table, "caption": caption, "rows": rows}
        return render_to_string("components/table.html", written | self.named_values(context))


class ColumnNode(_Tag):
    """`{% column name number= unseen= %}`"""

    def render(self, context: Context) -> SafeString:
        name = str(self.arguments[0].resolve(context))
        _table(context).columns.append(_Column(name, **self.named_values(context)))
        return SafeString("")


class RowNode(_Tag):
    """`{% row total= %}`: totals stand in the foot, wherever they are written."""

    def render(self, context: Context) -> SafeString:
        table = _table(context)
        table.next_cell = 0
        cells = self.inside(context).strip()
        row = format_html('<tr role="row">{}</tr>\n', mark_safe(cells))  # noqa: S308 (rendered)
        if not self.named_values(context).get("total"):
            return row
        table.totals.append(row)
        return SafeString("")


class CellNode(_Tag):
    """`{% cell span= %}`: the first of a row names the row."""

    def render(self, context: Context) -> SafeString:
        table = _table(context)
        span = self.named_values(context).get("span", 1)
        turn, table.next_cell = table.next_cell, table.next_cell + span
        content = mark_safe(self.inside(context).strip())  # noqa: S308 (rendered)
        if turn >= len(table.columns):
            raise TemplateSyntaxError("a row has more cells than its table has columns")
        column = table.columns[turn]
        attributes = _attributes(column, span, first=turn == 0)
        name = "th" if turn == 0 else "td"
        return format_html("<{} {}>{}</{}>", name, attributes, content, name)


def parse_table(parser: Parser, token: Token) -> TableNode:
    """See TableNode."""
    return _parse(TableNode, parser, token, end="endtable", least=1)


def parse_column(parser: Parser, token: Token) -> ColumnNode:
    """See ColumnNode."""
    return _parse(ColumnNode, parser, token, least=1)


def parse_row(parser: Parser, token: Token) -> RowNode:
    """See RowNode."""
    return _parse(RowNode, parser, token, end="endrow")


def parse_cell(parser: Parser, token: Token) -> CellNode:
    """See CellNode."""
    return _parse(CellNode, parser, token, end="endcell")


def _parse(
    node: type[Kind], parser: Parser, token: Token, *, end: str = "", least: int = 0
) -> Kind:
    bits = token.split_contents()[1:]
    named_from = next((i for i, bit in enumerate(bits) if _is_named(bit)), len(bits))
    arguments = [parser.compile_filter(bit) for bit in bits[:named_from]]
    if len(arguments) != least:
        raise TemplateSyntaxError(f"{{% {token.contents} %}}: {least} arguments without a name")
    named = token_kwargs(bits[named_from:], parser)
    if not end:
        return node(arguments, named)
    nodelist = parser.parse((end,))
    parser.delete_first_token()
    return node(arguments, named, nodelist)


def _is_named(bit: str) -> bool:
    return bit.partition("=")[0].isidentifier() and "=" in bit


def _table(context: Context) -> _Table:
    table = context.get(_HERE)
    if not isinstance(table, _Table):
        raise TemplateSyntaxError("columns, rows and cells stand inside a table")
    return table


def _attributes(column: _Column, span: int, *, first: bool) -> SafeString:
    pairs = [("role", "rowheader"), ("scope", "row")] if first else [("role", "cell")]
    if column.number and span == 1:
        pairs.append(("class", "n"))
    if span != 1:
        pairs.append(("colspan", str(span)))
    elif not first and not column.unseen:
        pairs.append(("data-label", column.name))
    return format_html_join(" ", '{}="{}"', pairs)
