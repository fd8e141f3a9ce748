"""`count` and `page`, as Flattr had them."""

from __future__ import annotations

from dataclasses import dataclass

from rest_framework.request import Request

from accounts.api.errors import Error, Refused

DEFAULT_COUNT = 30
MOST_ROWS = 1000
# So far nobody turns pages; PostgreSQL would count through all rows before.
LAST_PAGE = 10_000


@dataclass(frozen=True)
class Page:
    """Which rows of a list: `number` from 1, `count` from 1 to 1000."""

    number: int
    count: int

    @property
    def rows(self) -> slice:
        """The rows, for a list or QuerySet."""
        return slice((self.number - 1) * self.count, self.number * self.count)


def page_asked(request: Request) -> Page:
    """The page that a request asks for.

    An empty parameter is one that is not there, page 0 is the first, and more than 1000 rows
    are 1000: clients do all three. Refuses as `invalid_parameters` what is no whole number.
    """
    number = _whole_number(request, "page", default=1)
    count = _whole_number(request, "count", default=DEFAULT_COUNT)
    if count < 1:
        raise Refused(Error.INVALID_PARAMETERS, "count must be a whole number from 1")
    return Page(min(max(number, 1), LAST_PAGE), min(count, MOST_ROWS))


def _whole_number(request: Request, name: str, *, default: int) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise Refused(Error.INVALID_PARAMETERS, f"{name} must be a whole number")
    return int(text)
