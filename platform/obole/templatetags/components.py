"""The parts that all pages are made of: docs/components.md shows each with an example."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from babel.numbers import format_decimal
from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.http import HttpRequest, QueryDict
from django.template.context import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, to_locale

from accounts.models import User
from obole import navigation
from obole.components import charts, tables
from obole.components.amounts import written_amount
from payments.charts import MonthChart, ShareChart, equal_parts
from things.models import Thing

register = template.Library()
register.tag("table", tables.parse_table)
register.tag("column", tables.parse_column)
register.tag("row", tables.parse_row)
register.tag("cell", tables.parse_cell)

# What a notice says to a screen reader that did not move to it.
ROLES = {"success": "status", "error": "alert"}
KINDS_OF_NOTICE = ("success", "information", "warning", "error")
KINDS_OF_BUTTON = ("primary", "secondary", "danger", "link")


@register.simple_tag
def amount(micros: int, currency: str, *, exact: bool = False, sign: bool = False) -> SafeString:
    """An amount in micros as the language writes it: `5,14 €`, exactly `0,183571 €`.

    `exact` shows each micro, those below the cent in a softer colour; `sign` a plus too.
    """
    return written_amount(micros, currency, exact=exact, sign=sign)


@register.inclusion_tag("components/thing.html")
def thing(
    thing: Thing,
    *,
    count: int | None = None,
    creator: bool = True,
    to: str = "page",
    category: bool = False,
) -> dict[str, object]:
    """A thing: its title, who made it, where it is, how often it was clicked.

    Select its owner with it. `to="site"` leads to the thing itself instead of its page here.
    """
    address = thing.url if to == "site" or thing.pk is None else reverse("thing", args=[thing.pk])
    return {
        "thing": thing,
        "address": address,
        "outside": address == thing.url,
        "count": count,
        "creator": thing.owner if creator else None,
        "category": category,
    }


@register.inclusion_tag("components/button.html")
def button(
    text: str,
    *,
    kind: str = "primary",
    href: str = "",
    name: str = "",
    value: str = "",
    label: str = "",
    form: str = "",
) -> dict[str, object]:
    """A button of a form, or with `href` a link that looks like one.

    `label` is what a screen reader says where the text alone is not enough: `End the
    connection with ben.example` for one of many buttons `End`. It should begin with the text.
    """
    _one_of(KINDS_OF_BUTTON, kind)
    return {
        "text": text,
        "kind": kind,
        "href": href,
        "name": name,
        "value": value,
        "label": label,
        "form": form,
    }


@register.simple_block_tag
def notice(content: str, kind: str = "information", *, title: str = "") -> SafeString:
    """A box of one of four kinds. A success is read out politely, an error at once."""
    _one_of(KINDS_OF_NOTICE, kind)
    role = format_html(' role="{}"', ROLES[kind]) if kind in ROLES else SafeString("")
    heading = format_html('<p class="notice-title">{}</p>', title) if title else SafeString("")
    return format_html(
        '<div class="notice {}"{}><div>{}{}</div></div>', kind, role, heading, content
    )


@register.simple_block_tag
def figures(content: str, *, label: str = "") -> SafeString:
    """A group of figures, each with its name: `{% figure %}` inside."""
    named = format_html(' aria-label="{}"', label) if label else SafeString("")
    return format_html('<dl class="figures"{}>{}</dl>', named, content)


@register.simple_block_tag
def figure(content: str, name: str, *, first: bool = False, note: str = "") -> SafeString:
    """One figure. `first` is the one that matters most, `note` a few words beneath."""
    beneath = format_html('<dd class="figure-note">{}</dd>', note) if note else SafeString("")
    main = SafeString(' class="first"') if first else SafeString("")
    return format_html("<div{}><dt>{}</dt><dd>{}</dd>{}</div>", main, name, content, beneath)


@register.inclusion_tag("components/field.html")
def field(
    field: BoundField,
    *,
    autocomplete: str = "",
    inputmode: str = "",
    before: str = "",
    after: str = "",
    autofocus: bool = False,
    quiet: bool = False,
) -> dict[str, object]:
    """A field of a form: label, help, error, control. `before` and `after` frame the control.

    Hidden fields are written as they are. `quiet` leaves out that a field is optional: where all
    are, as in a filter.
    """
    said: dict[str, str | bool] = {
        "autocomplete": autocomplete,
        "inputmode": inputmode,
        "autofocus": autofocus,
    }
    control = field.as_widget(attrs={name: given for name, given in said.items() if given})
    return {
        "field": field,
        "control": control,
        "before": before,
        "after": after,
        "quiet": quiet,
    }


@register.inclusion_tag("components/errors.html")
def errors(form: BaseForm) -> dict[str, object]:
    """What is wrong with a form that came back, with links to the fields; takes the focus."""
    return {"form": form}


@register.inclusion_tag("components/paging.html", takes_context=True)
def paging(context: Context, page: Page[Any], *, name: str = "page") -> dict[str, object]:
    """The ways to the other pages of a list; what else the address asks for stays."""
    request: HttpRequest | None = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    return {
        "page": page,
        "previous": _turned(query, name, page.number - 1) if page.has_previous() else "",
        "next": _turned(query, name, page.number + 1) if page.has_next() else "",
    }


@register.simple_block_tag
def tabs(content: str, label: str, *, side: bool = False) -> SafeString:
    """Pages that belong together, `{% tab %}` inside; `side` stands beside them where it can."""
    return format_html(
        '<nav class="{}" aria-label="{}"><ul>{}</ul></nav>',
        "side" if side else "tabs",
        label,
        content,
    )


@register.simple_tag(takes_context=True)
def tab(context: Context, address: str, text: str, *arguments: object) -> SafeString:
    """One of the tabs: the name of an address, or an address that begins with `/`, and a text."""
    request: HttpRequest | None = context.get("request")
    url = address if address.startswith("/") else reverse(address, args=arguments)
    here = bool(request and request.path == url)
    current = SafeString(' aria-current="page"') if here else SafeString("")
    return format_html('<li><a href="{}"{}>{}</a></li>', url, current, text)


@register.inclusion_tag("components/month_chart.html")
def month_chart(chart: MonthChart, *, beside: str = "") -> dict[str, object]:
    """Bars by month, and the table of them; or `beside`, the id of a table that is there."""
    return charts.month_context(chart, beside)


@register.inclusion_tag("components/share_chart.html")
def share_chart(chart: ShareChart) -> dict[str, object]:
    """How a whole is divided: one bar in parts, and the table of them."""
    return charts.share_context(chart)


@register.inclusion_tag("components/division.html")
def division(parts: int, *, latest: bool = True) -> dict[str, object]:
    """A budget cut in equal parts, the latest in another colour: an ornament of the figures."""
    return {"parts": equal_parts(parts), "latest": latest}


@register.inclusion_tag("components/ways.html", takes_context=True)
def ways(context: Context, group: str) -> dict[str, object]:
    """The ways in the `head` or the `foot` of a page, for whom looks at it."""
    request: HttpRequest | None = context.get("request")
    asked = getattr(request, "user", None)
    user = asked if isinstance(asked, User) else None
    match = request.resolver_match if request else None
    here = (match.url_name if match else None) or ""
    led = navigation.ways_of(user) if group == "head" else navigation.FOOT
    return {
        "ways": [(way.address(user), way.text, way.leads_to(here)) for way in led],
    }


@register.filter
def count(number: int) -> str:
    """A number as the language writes it: `1 234`."""
    return format_decimal(number, locale=to_locale(get_language() or "en"))


def _one_of(known: Iterable[str], kind: str) -> None:
    if kind not in known:
        raise template.TemplateSyntaxError(f"“{kind}” is none of {', '.join(known)}")


def _turned(query: QueryDict, name: str, number: int) -> SafeString:
    turned = query.copy()
    turned[name] = str(number)
    return mark_safe(f"?{turned.urlencode()}".replace("&", "&amp;"))  # noqa: S308 (encoded)
