"""The addresses of the API: each app's resources below `/rest/v2`, and the description."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from accounts.api import resources as people
from accounts.api.resources import Hello
from accounts.api.routes import Resource
from accounts.api.views import NotThere
from accounts.oauth.views import Authorize, Token
from payments.budgets import api as budgets
from payments.clicking import api as clicking
from payments.clicking import standing_api as standing
from payments.clicking import verify_api as verifying
from payments.deposits import api as deposits
from payments.earnings import api as earnings
from payments.giving import api as giving
from payments.payouts import api as payouts
from things.api import resources as things
from things.api import webhooks

PREFIX = "rest/v2"

RESOURCES: list[Resource] = [
    *people.RESOURCES,
    *things.RESOURCES,
    *clicking.RESOURCES,
    *standing.RESOURCES,
    *verifying.RESOURCES,
    *webhooks.RESOURCES,
    *budgets.RESOURCES,
    *deposits.RESOURCES,
    *giving.RESOURCES,
    *payouts.RESOURCES,
    *earnings.RESOURCES,
]

oauth_patterns: list[URLPattern] = [
    re_path(r"^oauth/authorize/?$", Authorize.as_view(), name="authorize"),
    re_path(r"^oauth/token/?$", Token.as_view(), name="token"),
]

api_patterns: list[URLPattern] = [
    re_path(rf"^{PREFIX}/?$", Hello.as_view(), name="api"),
    *(
        path(f"{PREFIX}/{pattern.pattern}", pattern.callback)
        for resource in RESOURCES
        for pattern in resource.patterns()
    ),
]

# What the description describes: each resource once, by its plain address.
described: list[URLPattern] = [
    path(f"{PREFIX}/", Hello.as_view()),
    *(
        path(f"{PREFIX}/{resource.route}", resource.view.as_view())
        for resource in RESOURCES
        if "<path:" not in resource.route and "<numbers:" not in resource.route
    ),
]


class Description(SpectacularJSONAPIView):
    """`/rest/v2/openapi.json`."""

    permission_classes = [AllowAny]
    authentication_classes = []
    patterns = described


class Browse(SpectacularSwaggerSplitView):
    """`/rest/v2/docs`: the description, to read and to try out; from this site's own files."""

    permission_classes = [AllowAny]
    authentication_classes = []
    url_name = "openapi"

    def finalize_response(self, *arguments: Any, **more: Any) -> Response:
        """With the one thing that the page needs beside this site's files: styles of its own."""
        response = super().finalize_response(*arguments, **more)
        response["Content-Security-Policy"] = (
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
            " base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
        )
        return response


description_patterns: list[URLPattern] = [
    path(f"{PREFIX}/openapi.json", Description.as_view(), name="openapi"),
    re_path(rf"^{PREFIX}/docs/?$", Browse.as_view(), name="api_docs"),
    # After those: whatever else is asked for is not there.
    re_path(rf"^{PREFIX}/", NotThere.as_view()),
]
