"""Parts of the API's description that several resources use."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter


def parameter(name: str, description: str, *, required: bool = False) -> OpenApiParameter:
    """A text in the query."""
    return OpenApiParameter(name, OpenApiTypes.STR, description=description, required=required)


PAGED = [
    OpenApiParameter(
        "count", OpenApiTypes.STR, description="Rows on a page: 1 to 1000; 30 if left out"
    ),
    OpenApiParameter("page", OpenApiTypes.STR, description="Which page; the first is 1"),
]
FULL = parameter("full", "Any value but `false`, `0` or `no`: embedded objects are whole")
