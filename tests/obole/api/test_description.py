"""The OpenAPI description, and the page on which people read it."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client
from drf_spectacular.validation import validate_schema

from accounts.oauth.scopes import Scope
from obole.api import RESOURCES


@pytest.fixture
def description(client: Client, db: None) -> dict:
    """What the site serves."""
    return json.loads(client.get("/rest/v2/openapi.json").content)


class TestDescription:
    def test_is_valid_openapi_3_1(self, description: dict) -> None:
        assert description["openapi"] == "3.1.0"
        validate_schema(description)

    def test_names_each_operation_with_its_scopes_and_errors(self, description: dict) -> None:
        described = {
            (path.removeprefix("/rest/v2/"), method.upper()): operation
            for path, operations in description["paths"].items()
            for method, operation in operations.items()
        }
        for resource in RESOURCES:
            if re.search("<(path|numbers):", resource.route):
                continue
            address = re.sub(r"<\w+:(\w+)>", r"{\1}", resource.route)
            for method, access in resource.view.access.items():
                operation = described[address, method]
                assert operation["x-scopes"] == sorted(access.scopes)
                assert {"400", "401", "403", "404", "406"} <= operation["responses"].keys()

    def test_names_all_scopes(self, description: dict) -> None:
        scheme = description["components"]["securitySchemes"]["oauth2"]

        assert scheme["flows"]["authorizationCode"]["scopes"].keys() == set(Scope)


class TestBrowse:
    def test_is_served_from_the_site_itself(self, client: Client, db: None) -> None:
        page = client.get("/rest/v2/docs")

        links = re.findall(r'(?:src|href)="([^"]+)"', page.content.decode())
        assert links
        assert all(link.startswith("/") and not link.startswith("//") for link in links)
        assert "default-src 'self'" in page["Content-Security-Policy"]
        assert "<script>" not in page.content.decode()
