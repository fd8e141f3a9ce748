"""`/things/lookup` and `/things/search`."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.access import PUBLIC
from accounts.api.describing import FULL, PAGED, parameter
from accounts.api.errors import Error, Refused
from accounts.api.paging import page_asked
from accounts.api.people import api_address
from things.api.presenting import present_things
from things.api.shapes import LookupShape, SearchShape
from things.api.things import ThingView
from things.autosubmit import NotAutoSubmit
from things.catalogue import LANGUAGES, Category
from things.models import Thing
from things.search import (
    LONGEST_QUERY,
    SORTS,
    NotATagQuery,
    Search,
    in_order,
    search_things,
)
from things.submitting import NoSuchThing, OwnerMismatch, resolve

NOT_FOUND = "No thing was found"


class Lookup(ThingView):
    """The thing at an address."""

    access = {"GET": PUBLIC}

    @extend_schema(
        parameters=[
            parameter("url", "The address, or an auto-submit URL"),
            parameter("q", "The same, as old clients call it"),
        ],
        responses={200: LookupShape, 302: LookupShape, 404: LookupShape},
        summary="Find a thing by its address",
        description=(
            "302 with the thing's address in `Location` and in the body; 200 `flattrable` where"
            " nobody has clicked it yet, on a known service; 404 otherwise. With `jsonp` the"
            " first is 200, since a script does not see where it was led."
        ),
    )
    def get(self, request: Request, url: str = "", **_format: str) -> Response:
        """Where it is."""
        asked = request.query_params
        address = url or asked.get("url", "") or asked.get("q", "")
        if not address:
            raise Refused(Error.INVALID_PARAMETERS, "url is missing")
        try:
            found = resolve(address, aside=asked.dict())
        except (OwnerMismatch, NotAutoSubmit) as refusal:
            raise Refused(Error.VALIDATION, str(refusal)) from refusal
        except NoSuchThing:
            return _not_found()
        if found.thing is not None and self._may_see(found.thing):
            location = api_address(request, f"things/{found.thing.pk}")
            body = {"message": "found", "location": location}
            return Response(body, status=302, headers={"Location": location})
        return Response({"message": "flattrable"}) if found.discovered else _not_found()

    def _may_see(self, thing: Thing) -> bool:
        return not (thing.hidden or thing.withheld) or self.visible.filter(pk=thing.pk).exists()


class LookupInPath(Lookup):
    """The same with the address in the path: `/things/lookup/q/http://…`."""

    @extend_schema(exclude=True)
    def get(self, request: Request, url: str = "", **_format: str) -> Response:
        """Where it is. What follows a question mark belongs to the address."""
        query = request.META.get("QUERY_STRING", "")
        return super().get(request, f"{url}?{query}" if query else url)


class SearchThings(ThingView):
    """Searching things."""

    access = {"GET": PUBLIC}

    @extend_schema(
        parameters=[
            parameter("query", f"Words; at most {LONGEST_QUERY} characters"),
            parameter("url", "The exact address"),
            parameter("tags", "Tags with `|` or, `&` and, `!` not: `game | games ! software`"),
            parameter("language", "Languages between commas"),
            parameter("category", "Categories between commas"),
            parameter("user", "The owner's user name"),
            parameter("sort", f"One of {', '.join(SORTS)}; relevance if left out"),
            *PAGED,
            FULL,
        ],
        responses=SearchShape,
        summary="Search things",
        description="In each thing's language; by likeness of titles where no word is found.",
    )
    def get(self, request: Request, **_format: str) -> Response:
        """A page of what was found."""
        page = page_asked(request)
        try:
            found = search_things(self.visible, _search_asked(request), page.rows)
        except NotATagQuery as refusal:
            raise Refused(Error.INVALID_PARAMETERS, str(refusal)) from refusal
        things = present_things(in_order(self.visible, found.things), self.presenting)
        return Response(
            {
                "total_items": found.total,
                "items": len(things),
                "page": page.number,
                "things": things,
            }
        )


def _search_asked(request: Request) -> Search:
    asked = request.query_params
    search = Search(
        query=asked.get("query", "").strip(),
        url=asked.get("url", ""),
        tags=asked.get("tags", ""),
        languages=_listed(request, "language", LANGUAGES),
        categories=_listed(request, "category", Category.values),
        user=asked.get("user", ""),
        sort=asked.get("sort", "") or SORTS[0],
    )
    if search.sort not in SORTS:
        raise Refused(Error.INVALID_PARAMETERS, f"sort must be one of {', '.join(SORTS)}")
    if max(len(search.query), len(search.tags)) > LONGEST_QUERY:
        raise Refused(
            Error.INVALID_PARAMETERS, f"query and tags have at most {LONGEST_QUERY} characters"
        )
    return search


def _listed(request: Request, name: str, known: object) -> tuple[str, ...]:
    words = request.query_params.get(name, "").split(",")
    found = tuple(word.strip() for word in words if word.strip())
    for word in found:
        if word not in known:  # type: ignore[operator]  # a list or a dictionary
            raise Refused(Error.INVALID_PARAMETERS, f"there is no {name} {word}")
    return found


def _not_found() -> Response:
    """With the keys of this resource, and those of every other, which some clients look for."""
    body = {"message": "not_found", "description": NOT_FOUND, **Error.NOT_FOUND.body(NOT_FOUND)}
    return Response(body, status=404)
