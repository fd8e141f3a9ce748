"""Where somebody came from who had to pay in or set a budget first: `?next=`."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode


def page_to_come_back_to(request: HttpRequest) -> str:
    """The page that the request names, if it is one of this site; else nothing."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        asked, {request.get_host()}, require_https=request.is_secure()
    )
    return asked if safe else ""


def address_with_next(name: str, page: str, *arguments: object) -> str:
    """An address of this site from which one comes back to a page."""
    address = reverse(name, args=arguments)
    return f"{address}?{urlencode({'next': page})}" if page else address
