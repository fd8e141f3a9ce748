"""schemathesis against the description, over WSGI and authenticated.

No answer is a 5xx, and none has a status, content type or body that the description does not
allow. `OBOLE_FUZZ_EXAMPLES` says how many requests an operation gets: `make test-fuzz` 500.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from oauth2_provider.models import AccessToken, set_token_value
from schemathesis import openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import Application, User
from accounts.oauth.scopes import Scope
from obole.api import described
from obole.wsgi import application
from things.models import Thing

EXAMPLES = int(os.environ.get("OBOLE_FUZZ_EXAMPLES", "6"))
TOKEN = "fuzz"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]

schema = openapi.from_dict(
    SchemaGenerator(patterns=described).get_schema(request=None, public=True)
)
schema.app = application


@pytest.fixture(autouse=True)
def _world(
    db: None, ada: User, ben: User, song: Thing, secret: Thing, funded: Any
) -> Iterator[None]:
    """Ada with money and a token for everything; Ben with things."""
    funded(ada)
    player = Application.objects.create(
        user=ben, client_type="confidential", authorization_grant_type="authorization-code"
    )
    token = AccessToken(
        user=ada,
        application=player,
        scope=" ".join(Scope),
        expires=timezone.now() + timedelta(days=1),
    )
    set_token_value(token, TOKEN)
    token.save()
    # Else each request would close the connection that holds the test's transaction.
    for moment in (request_started, request_finished):
        moment.disconnect(close_old_connections)
    yield
    for moment in (request_started, request_finished):
        moment.connect(close_old_connections)


@schema.parametrize()
@hypothesis.settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
    derandomize=EXAMPLES < 100,
    database=None,
)
def test_every_answer_is_described(case: schemathesis.Case, settings: Any) -> None:
    settings.API_REQUESTS_AN_HOUR = 10**9

    case.call_and_validate(headers={"Authorization": f"Bearer {TOKEN}"}, checks=CHECKS)
