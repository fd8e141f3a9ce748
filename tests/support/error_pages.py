"""The addresses of the site, and some that answer with each error page."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path

from obole.urls import handler403, handler404, handler429, handler500
from obole.urls import urlpatterns as urls_of_site
from obole.views import form_refused, too_often

__all__ = ["handler403", "handler404", "handler429", "handler500", "urlpatterns"]


def _forbid(_request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def _break(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken on purpose")


urlpatterns = [
    path("errors/403/", _forbid),
    path("errors/403/form/", form_refused),
    path("errors/429/", too_often),
    path("errors/500/", _break),
    *urls_of_site,
]
