"""`/oauth/authorize`, where a person lets an application act, and `/oauth/token`."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from oauth2_provider.exceptions import OAuthToolkitError
from oauth2_provider.views import AuthorizationView, TokenView

from accounts.oauth.models import OUT_OF_BAND, Application
from accounts.oauth.scopes import CONSEQUENCES, MEANINGS, Scope

_POLICY = (
    "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; img-src 'self' data:;"
    " object-src 'none'; form-action 'self' {}"
)


@method_decorator(never_cache, name="dispatch")
class Authorize(AuthorizationView):
    """Ask a signed-in person whether an application may act for them."""

    template_name = "accounts/oauth/authorize.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        """The application, and in words what it asks for."""
        asked = [Scope(name) for name in context.get("scopes", [])]
        return super().get_context_data(
            **context,
            asked=[(MEANINGS[scope], CONSEQUENCES.get(scope, "")) for scope in asked],
            may_click=Scope.FLATTR in asked,
        )

    def render_to_response(self, context: dict[str, Any], **arguments: Any) -> HttpResponse:
        """The page, from which a browser may go where the answer is sent."""
        if "error" in context:
            return render(self.request, "accounts/oauth/refused.html", context, **arguments)
        response: HttpResponse = super().render_to_response(context, **arguments)
        response["Content-Security-Policy"] = _POLICY.format(_origin(context["redirect_uri"]))
        return response

    def error_response(
        self, error: OAuthToolkitError, application: Application | None, **context: Any
    ) -> HttpResponse:
        """Back to the application with the error; a page if it cannot be told who asks."""
        if application is None:
            client_id = error.oauthlib_error.client_id or ""
            application = Application.objects.filter(client_id=client_id.replace("\0", "")).first()
        response: HttpResponse = super().error_response(error, application, **context)
        return response

    def redirect(self, redirect_to: str, application: Application | None) -> HttpResponse:
        """Back to the application; out of band, a page that shows the code."""
        if not redirect_to.startswith(OUT_OF_BAND):
            response: HttpResponse = super().redirect(redirect_to, application)
            return response
        answer = parse_qs(urlsplit(redirect_to).query)
        code = answer.get("code", [""])[0]
        context = {"application": application, "code": code}
        return render(self.request, "accounts/oauth/out_of_band.html", context)


class Token(TokenView):
    """Exchange a code for a token; the answer is exactly `access_token` and `token_type`."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The token, or the error of RFC 6749 with its status."""
        response: HttpResponse = self.authorization_flow_token_response(request)
        response["Content-Type"] = "application/json; charset=utf-8"
        response["Cache-Control"] = "no-store"
        response["Pragma"] = "no-cache"
        if response.status_code == 200:
            token = json.loads(response.content)["access_token"]
            response.content = json.dumps({"access_token": token, "token_type": "bearer"})
        if response.status_code == 401:
            # Some clients send their secret only when they are asked for it.
            response["WWW-Authenticate"] = 'Basic realm="OAuth"'
        return response


def _origin(address: str) -> str:
    """A place as a content policy names it: an origin, or an application's own scheme."""
    parts = urlsplit(address)
    if parts.scheme in {"http", "https"}:
        return f"{parts.scheme}://{parts.netloc}"
    return "" if address == OUT_OF_BAND else f"{parts.scheme}:"
