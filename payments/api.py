"""What the resources about money share: how they ask for a period."""

from __future__ import annotations

from rest_framework.request import Request

from accounts.api.describing import parameter
from accounts.api.errors import Error, Refused
from things.periods import NotAPeriod, Period

PERIOD = parameter("period", "A month as `YYYY-MM`", required=True)


def period_asked(request: Request) -> Period:
    """The period in the query. Refuses as `invalid_parameters` what is none."""
    try:
        return Period.parse(request.query_params.get("period", ""))
    except NotAPeriod as refusal:
        raise Refused(Error.INVALID_PARAMETERS, str(refusal)) from refusal
