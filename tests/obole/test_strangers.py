"""A stranger gets nothing: every address of the site, asked by those whom it does not concern.

The table of addresses is stranger_pages.py; what they could show is whole_life.py.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from oauth2_provider.models import AccessToken, set_token_value
from pytest_django import Settings
from stranger_pages import BY_LINK, IN_ADAS_NAME, OF_ADA, OPEN, OWN, Asked
from strangers import Rows, Stranger
from whole_life import IBAN, SECRETS, Life, live

from accounts.models import Application, User
from accounts.oauth.scopes import Scope
from obole.api import RESOURCES

STRANGERS = ("nobody", "eve", "ben", "olga")
TABLE = OWN | OF_ADA | OPEN
# Their own tests below; the description of the API is the same for all.
PROGRAMS = ("^rest/v2", "rest/v2", "^oauth/")
NOT_THERE = {404, 405}


@pytest.fixture
def life(db: None, settings: Settings) -> Life:
    settings.PLAY_MONEY = True
    settings.BANK_HOLDER, settings.BANK_IBAN, settings.BANK_BIC = "Obole", IBAN, ""
    return live()


def names(resolver: URLResolver) -> set[str]:
    """What the URL table calls its addresses; those of the admin and of programs apart."""
    found: set[str] = set()
    for pattern in resolver.url_patterns:
        if str(pattern.pattern).startswith(PROGRAMS):
            continue
        if isinstance(pattern, URLPattern):
            found.add(pattern.name or str(pattern.pattern))
        elif not pattern.namespace:
            found |= names(pattern)
    return found


def asked_of(life: Life, asked: Asked) -> list[tuple[str, str, dict[str, str] | None]]:
    """All that is tried at an address."""
    numbers = life.numbers | {"ada": life.ada.pk}
    address = asked.address.format(**numbers)
    forms = [{}, *asked.sent] if asked.sent else [{}]
    filled = [
        {key: text.format(**numbers) for key, text in {**IN_ADAS_NAME, **form}.items()}
        for form in forms
    ]
    return [("GET", address, None), *(("POST", address, form) for form in filled)]


def faults_of(stranger: Stranger, name: str, asked: Asked) -> list[str]:
    found = []
    for method, address, form in asked_of(stranger.life, asked):
        answer = stranger.ask(method, address, form)
        said = f"{method} {address} {form or ''} answers {answer.status_code}"
        if answer.status_code >= 500:
            found.append(said)
        if name in OF_ADA and not _is_shut(stranger, answer):
            found.append(said)
        if name in OWN and stranger.user is None and not _leads_in(answer):
            found.append(said)
        told = set(SECRETS.findall(_without_what_was_said(answer.words, address, form)))
        if told:
            found.append(f"{said}, and tells {told}")
        found += [f"{said}, and changes {row}" for row in answer.changed]
    return found


def _is_shut(stranger: Stranger, answer: Any) -> bool:
    return answer.status_code in NOT_THERE or (stranger.user is None and _leads_in(answer))


def _leads_in(answer: Any) -> bool:
    """Whether nobody is led to the sign-in, or told that this is no such request."""
    where = answer.headers.get("Location", "")
    return answer.status_code == 405 or where == "/" or where.startswith("/sign-in/")


def _without_what_was_said(text: str, address: str, form: dict[str, str] | None) -> str:
    """What a stranger wrote comes back to them; that tells them nothing."""
    for said in (address, *(form or {}).values()):
        if "quokka" in said.lower():
            text = text.replace(said, "")
    return text


def admin_addresses() -> list[str]:
    """Each address of the admin, of the first row of each table and of none."""
    found = []
    for pattern in admin.site.get_urls():
        inner = getattr(pattern, "url_patterns", None)
        for last in inner or [None]:
            route = f"{pattern.pattern}{last.pattern if last else ''}"
            found.append("/admin/" + _filled(route))
    return sorted(set(found) - {"/admin/logout/", "/admin/login/"})


def _filled(route: str) -> str:
    for part, text in {
        "<path:object_id>": "1",
        "<path:content_type_id>": "1",
        "<int:content_type_id>": "1",
        "<slug:deed>": "approve",
        "<id>": "1",
        "<id>/password/": "1/password/",
        "(?P<app_label>accounts|auth|payments|things)": "accounts",
        "(?P<url>.*)$": "nothing",
    }.items():
        route = route.replace(part, text)
    return re.sub(r"<\w+:\w+>", "1", re.sub(r"\(\?P<app_label>(\w+)[^)]*\)", r"\1", route)).strip(
        "^$"
    )


def _admin_faults(stranger: Stranger, method: str, address: str) -> list[str]:
    answer = stranger.ask(method, address, {} if method == "POST" else None)
    said = f"{method} {address} answers {answer.status_code} to {stranger.user}"
    found = [f"{said}, and changes {row}" for row in answer.changed]
    if SECRETS.search(answer.words):
        found.append(f"{said}, and tells a secret")
    staff_pages = {
        "/admin/",
        "/admin/jsi18n/",
        "/admin/password_change/",
        "/admin/password_change/done/",
    }
    shut = {302, 403, 404, 405}
    if answer.status_code not in shut and address not in staff_pages:
        found.append(said)
    return found


def token_of(user: User | None, scopes: str) -> str:
    if user is None:
        return ""
    application = Application.objects.create(
        name="Reader", user=user, client_type="public", authorization_grant_type="implicit"
    )
    token = AccessToken(
        user=user, application=application, scope=scopes, expires=timezone.now() + timedelta(days=1)
    )
    set_token_value(token, f"of {user}")
    token.save()
    return f"of {user}"


def _api_faults(
    stranger: Stranger, method: str, resource: Any, headers: dict[str, str]
) -> list[str]:
    numbers = stranger.life.numbers
    route = resource.route
    for part, text in {
        "<number:thing_id>": str(numbers["draft" if method == "GET" else "song"]),
        "<numbers:thing_ids>": f"{numbers['draft']},{numbers['song']}",
        "<username:username>": "ada",
        "<period:period>": "2010-09",
        "<path:url>": "https://ada.example/quokka",
    }.items():
        route = route.replace(part, text)
    address = f"/rest/v2/{route}"
    asked = f"{address}?period=2010-09&url=https://ada.example/quokka&query=quokka"
    body = json.dumps({"url": "https://ada.example/song", "title": "Mine", "owner": "ada"})
    answer = stranger.ask(
        method, asked, data=body, content_type="application/json", headers=headers
    )
    said = f"{method} {address} answers {answer.status_code}"
    found = [f"{said}, and changes {row}" for row in answer.changed]
    if answer.status_code >= 500:
        found.append(said)
    if SECRETS.search(_without_what_was_said(answer.words, "https://ada.example/quokka", None)):
        found.append(f"{said}, and tells {SECRETS.findall(answer.words)}")
    return found


class TestTable:
    def test_has_every_address(self) -> None:
        assert names(get_resolver()) - BY_LINK == set(TABLE)

    def test_has_none_twice(self) -> None:
        assert len(TABLE) == len(OWN) + len(OF_ADA) + len(OPEN)


class TestStranger:
    @pytest.mark.parametrize("who", STRANGERS)
    @pytest.mark.parametrize("kind", ["own", "of ada", "open"])
    def test_gets_nothing_and_changes_nothing(self, life: Life, who: str, kind: str) -> None:
        stranger = Stranger(life, who)
        table = {"own": OWN, "of ada": OF_ADA, "open": OPEN}[kind]

        faults = [
            fault for name, asked in table.items() for fault in faults_of(stranger, name, asked)
        ]

        assert not faults, "\n".join(faults)

    @pytest.mark.parametrize("who", ["nobody", "eve", "olga"])
    def test_is_not_let_into_the_admin(self, life: Life, who: str) -> None:
        """Nor is who works for the site let to what they have no permission for."""
        stranger = Stranger(life, who)

        faults = [
            fault
            for address in admin_addresses()
            for method in ("GET", "POST")
            for fault in _admin_faults(stranger, method, address)
        ]

        assert not faults, "\n".join(faults)

    @pytest.mark.parametrize("who", ["nobody", "eve", "ben"])
    def test_is_told_nothing_by_the_api(self, life: Life, who: str) -> None:
        stranger = Stranger(life, who)
        scopes = " ".join(Scope)
        headers = {"authorization": f"Bearer {token_of(stranger.user, scopes)}"}
        stranger.rows = Rows()

        faults = [
            fault
            for resource in RESOURCES
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
            for fault in _api_faults(stranger, method, resource, headers if stranger.user else {})
        ]

        assert not faults, "\n".join(faults)

    def test_would_be_told_if_they_were_ada(self, life: Life) -> None:
        """What the walk looks for is there: its owner sees it."""
        ada = Stranger(life, "ada")
        told = {
            name
            for name, asked in (OWN | OF_ADA).items()
            if name != "mfa_add_webauthn"  # Ada's passkey is none that a device would know.
            for method, address, form in asked_of(life, asked)[:1]
            if SECRETS.search(ada.ask(method, address, form).words)
        }

        assert {
            "account_email",
            "applications",
            "billing_settings",
            "budget",
            "creator_month",
            "creator_month_file",
            "creator_months",
            "deposits",
            "fetch_export",
            "giving",
            "giving_month",
            "giving_year_file",
            "payouts",
            "sites",
            "wallet",
        } - told == set()
