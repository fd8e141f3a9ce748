"""The addresses of the API: each app's resources below `/rest/v2`, and the description."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from accounts.api import resources as people
from accounts.api.resources import Hello
from accounts.api.routes import Resource
from accounts.api.views import NotThere
from accounts.oauth.views import Authorize, Token
from payments.budgets import api as budgets
from payments.clicking import api as clicking
from payments.earnings import api as earnings
from payments.giving import api as giving
from things.api import resources as things

PREFIX = "rest/v2"

RESOURCES: list[Resource] = [
    *people.RESOURCES,
    *things.RESOURCES,
    *clicking.RESOURCES,
    *budgets.RESOURCES,
    *giving.RESOURCES,
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

# After the description's own addresses: whatever else is asked for is not there.
nothing_else: list[URLPattern] = [re_path(rf"^{PREFIX}/", NotThere.as_view())]
