"""The class that all views of the API are made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.access import PUBLIC, Access, DeclaredAccess
from accounts.api.authentication import BearerToken
from accounts.api.bodies import Form, JsonObject, MultiPart, refuse_unstorable
from accounts.api.errors import Error, Refused, explain
from accounts.api.formats import Json, Jsonp, Negotiation, Xml, Yaml, is_callback
from accounts.api.schema import Schema
from accounts.api.throttling import HourlyLimit
from accounts.models import User

# Past this an address is an attack or a mistake; things have at most 2048 bytes, encoded thrice.
LONGEST_ADDRESS = 8192


class ApiView(APIView):
    """A resource. `access` says for each of its methods who may call it."""

    access: ClassVar[Mapping[str, Access]] = {}

    authentication_classes = [BearerToken]
    permission_classes = [DeclaredAccess]
    throttle_classes = [HourlyLimit]
    renderer_classes = [Json, Xml, Yaml]
    parser_classes = [JsonObject, Form, MultiPart]
    content_negotiation_class = Negotiation
    schema = Schema()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what no resource can answer, then what this one may not."""
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            raise Refused(Error.UNAUTHORIZED, "Requires ssl")
        if len(request.get_full_path()) > LONGEST_ADDRESS:
            raise Refused(Error.INVALID_REQUEST, "The address is too long")
        if "jsonp" in request.query_params and not is_callback(request.query_params["jsonp"]):
            raise Refused(Error.INVALID_PARAMETERS, "jsonp must name a JavaScript function")
        refuse_unstorable(request.query_params)
        super().initial(request, *args, **kwargs)

    def check_permissions(self, request: Request) -> None:
        """HEAD is refused with the status that Flattr gave it; what is not there, as that."""
        if request.method == "HEAD":
            raise Refused(Error.INVALID_REQUEST, "HEAD is not supported")
        if request.method == "OPTIONS":
            return
        if request.method not in self.access:
            self.http_method_not_allowed(request)
        super().check_permissions(request)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Add the rate's headers. A script cannot read another status than 200."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        rate = getattr(request, "api_rate", None)
        if rate is not None:
            for name, value in rate.headers.items():
                answer.headers[name] = value
        if isinstance(getattr(answer, "accepted_renderer", None), Jsonp):
            answer.status_code = 200
        return answer

    def get_exception_handler(self) -> Any:
        """Errors in Flattr's form."""
        return explain

    @property
    def viewer(self) -> User | None:
        """Whose token the request has."""
        user = self.request.user
        return user if isinstance(user, User) else None

    @property
    def subscriber(self) -> User:
        """Whose token the request has, where one is needed."""
        viewer = self.viewer
        if viewer is None:
            raise Refused(Error.UNAUTHORIZED)
        return viewer

    @property
    def full(self) -> bool:
        """Whether embedded objects are wanted whole: any value says so but what means no."""
        wanted = self.request.query_params.get("full")
        return wanted is not None and wanted.lower() not in {"false", "0", "no"}

    @property
    def presenting(self) -> dict[str, Any]:
        """What serializers need to know of the request."""
        return {"request": self.request, "full": self.full}


class NotThere(ApiView):
    """An address under `/rest/v2` at which there is nothing."""

    access = dict.fromkeys(["GET", "POST", "PUT", "PATCH", "DELETE"], PUBLIC)

    def get(self, request: Request, **_parts: str) -> Response:
        """404."""
        raise Refused(Error.NOT_FOUND)

    post = put = patch = delete = get
