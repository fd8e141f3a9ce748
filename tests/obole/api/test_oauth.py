"""The quirks of 2.2: how clients of Flattr's time authorise."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from oauth2_provider.models import AccessToken, Grant, RefreshToken

from accounts.models import Application, User

DONE = "https://player.example/done"
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


@pytest.fixture
def browser(client: Client, ada: User) -> Client:
    """Ada's, signed in."""
    client.force_login(ada)
    return client


def ask(browser: Client, application: Application, path: str = "", **asked: str) -> Any:
    """The consent page, or what is answered instead."""
    asked = {"response_type": "code", "client_id": application.client_id, **asked}
    return browser.get(f"{path or '/oauth/authorize'}?{urlencode(asked)}")


def allow(browser: Client, page: Any, **changed: str) -> Any:
    """Press Allow."""
    fields = {**page.context["form"].initial, "allow": "true", **changed}
    given = {name: value for name, value in fields.items() if value is not None}
    return browser.post("/oauth/authorize", given)


def answer_of(response: Any) -> dict[str, str]:
    """What the application is told in the query or the fragment."""
    parts = urlsplit(response["Location"])
    found = parse_qs(parts.query or parts.fragment)
    return {name: values[0] for name, values in found.items()}


def basic(application: Application, secret: str = "hush") -> dict[str, str]:
    """Credentials in the header."""
    text = base64.b64encode(f"{application.client_id}:{secret}".encode()).decode()
    return {"authorization": f"Basic {text}"}


@pytest.fixture
def code(browser: Client, player: Application) -> Callable[..., str]:
    """A fresh code."""

    def make(application: Application = player, **asked: str) -> str:
        page = ask(browser, application, **asked)
        return answer_of(allow(browser, page))["code"]

    return make


def fetch(application: Application, code: str, **more: Any) -> Any:
    """Exchange a code, as most clients do: a form, Basic at once."""
    fields = {"grant_type": "authorization_code", "code": code, **more}
    return Client().post("/oauth/token", fields, headers=basic(application))


class TestAuthorize:
    def test_asks_to_sign_in(self, client: Client, player: Application) -> None:
        response = ask(client, player)

        assert response.status_code == 302
        assert response["Location"].startswith("/sign-in/?next=/oauth/authorize")

    def test_says_that_the_application_may_click(
        self, browser: Client, player: Application
    ) -> None:
        page = ask(browser, player, scope="flattr")

        assert "Player will be able to click for you" in page.content.decode()

    def test_does_not_say_so_where_it_may_not(self, browser: Client, player: Application) -> None:
        page = ask(browser, player, scope="email")

        assert "click" not in re.sub("<header.*</header>", "", page.content.decode(), flags=re.S)

    @pytest.mark.parametrize("path", ["/oauth/authorize", "/oauth/authorize/"])
    @pytest.mark.parametrize(
        "scope",
        [
            "flattr thing email extendedread",
            "flattr,thing,email,extendedread",
            "flattr+thing+email+extendedread",
            "flattr, thing  email,extendedread",
        ],
    )
    def test_reads_scopes_however_they_are_written(
        self, browser: Client, player: Application, path: str, scope: str
    ) -> None:
        page = ask(browser, player, path, scope=scope)

        allow(browser, page)

        assert Grant.objects.get().scope.split() == ["flattr", "thing", "email", "extendedread"]

    def test_gives_the_scope_flattr_where_none_is_asked_for(
        self, browser: Client, player: Application
    ) -> None:
        allow(browser, ask(browser, player))

        assert Grant.objects.get().scope == "flattr"

    def test_refuses_a_scope_that_does_not_exist(
        self, browser: Client, player: Application
    ) -> None:
        response = ask(browser, player, scope="flattr everything", state="s")

        assert answer_of(response) | {"error_description": ""} == {
            "error": "invalid_scope",
            "error_description": "",
            "state": "s",
        }

    @pytest.mark.parametrize("redirect_uri", [{}, {"redirect_uri": DONE}])
    def test_returns_with_code_and_state(
        self, browser: Client, player: Application, redirect_uri: dict[str, str]
    ) -> None:
        response = allow(browser, ask(browser, player, state="a b&c", **redirect_uri))

        assert response["Location"].startswith(f"{DONE}?")
        assert answer_of(response).keys() == {"code", "state"}
        assert answer_of(response)["state"] == "a b&c"

    def test_returns_with_an_error_where_it_is_refused(
        self, browser: Client, player: Application
    ) -> None:
        response = allow(browser, ask(browser, player, state="s"), allow="")

        assert answer_of(response)["error"] == "access_denied"
        assert answer_of(response)["state"] == "s"

    @pytest.mark.parametrize("client_id", ["", "nobody", "a\x00b"])
    def test_answers_400_with_a_page_to_unknown_clients(
        self, browser: Client, client_id: str
    ) -> None:
        query = urlencode({"response_type": "code", "client_id": client_id})

        response = browser.get(f"/oauth/authorize?{query}")

        assert response.status_code == 400
        assert "Bad request (400)" in response.content.decode()

    def test_answers_400_without_a_client(self, browser: Client) -> None:
        assert browser.get("/oauth/authorize?response_type=code").status_code == 400

    @pytest.mark.parametrize(
        "address",
        [
            "flattr4j://de.danoeh.antennapod/authenticate",
            "http://127.0.0.1:8512/back",
            "http://localhost:3000/connect/flattr/callback",
        ],
    )
    def test_returns_to_own_schemes_and_loopback(
        self, browser: Client, player: Application, address: str
    ) -> None:
        Application.objects.update(redirect_uris=address)

        page = ask(browser, player, redirect_uri=address)
        response = allow(browser, page)

        assert response["Location"].startswith(f"{address}?code=")
        assert address.partition(":")[0] in page["Content-Security-Policy"]

    def test_tells_an_own_scheme_of_errors_too(self, browser: Client, player: Application) -> None:
        Application.objects.update(redirect_uris="flattr4j://back")

        response = ask(browser, player, redirect_uri="flattr4j://back", scope="nonsense")

        assert response["Location"].startswith("flattr4j://back?error=invalid_scope")

    @pytest.mark.parametrize("asked", [{}, {"redirect_uri": OUT_OF_BAND}])
    def test_shows_the_code_where_no_address_is_registered(
        self, browser: Client, player: Application, asked: dict[str, str]
    ) -> None:
        Application.objects.update(redirect_uris="")

        shown = allow(browser, ask(browser, player, **asked))

        found = re.search(r"<code>(\w+)</code>", shown.content.decode())
        assert found
        assert fetch(player, found[1]).status_code == 200

    @pytest.mark.parametrize(
        "address",
        [
            "https://eve.example/done",
            "https://player.example/done/more",
            "https://player.example/done?x=1",
            "https://player.example.eve.example/done",
            "https://player.example@eve.example/done",
            "http://player.example/done",
            "//eve.example/done",
            "javascript:alert(1)",
            OUT_OF_BAND,
        ],
    )
    def test_never_returns_to_an_address_that_is_not_registered(
        self, browser: Client, player: Application, address: str
    ) -> None:
        response = ask(browser, player, redirect_uri=address)

        assert response.status_code == 400
        assert "Location" not in response

    def test_checks_the_address_again_when_the_form_comes_back(
        self, browser: Client, player: Application
    ) -> None:
        page = ask(browser, player)

        response = allow(browser, page, redirect_uri="https://eve.example/")

        assert response.status_code == 400
        assert not Grant.objects.exists()

    def test_gives_tokens_at_once_where_the_application_says_so(
        self, browser: Client, player: Application
    ) -> None:
        Application.objects.update(authorization_grant_type=Application.GRANT_IMPLICIT)
        page = ask(browser, player, response_type="token", state="s")

        answer = answer_of(allow(browser, page))

        assert answer["token_type"].lower() == "bearer"
        assert answer["state"] == "s"
        assert AccessToken.objects.get().user.username == "ada"

    def test_refuses_tokens_at_once_elsewhere(self, browser: Client, player: Application) -> None:
        response = ask(browser, player, response_type="token")

        assert answer_of(response)["error"] == "unauthorized_client"


class TestToken:
    def test_answers_with_exactly_two_keys(
        self, code: Callable[..., str], player: Application
    ) -> None:
        response = fetch(player, code(), redirect_uri=DONE)

        assert response.json() == {
            "access_token": response.json()["access_token"],
            "token_type": "bearer",
        }
        assert len(response.json()["access_token"]) == 32
        assert response["Content-Type"] == "application/json; charset=utf-8"
        assert (response["Cache-Control"], response["Pragma"]) == ("no-store", "no-cache")

    def test_stores_tokens_and_secrets_hashed(
        self, code: Callable[..., str], player: Application
    ) -> None:
        text = fetch(player, code()).json()["access_token"]

        stored = AccessToken.objects.get()
        player.refresh_from_db()
        assert stored.token == ""
        assert stored.token_checksum == hashlib.sha256(text.encode()).hexdigest()
        assert "hush" not in player.client_secret
        assert not RefreshToken.objects.exists()

    @pytest.mark.parametrize("path", ["/oauth/token", "/oauth/token/"])
    @pytest.mark.parametrize("redirect_uri", [{}, {"redirect_uri": DONE}])
    @pytest.mark.parametrize("how", ["basic", "body"])
    @pytest.mark.parametrize("form", ["form", "json"])
    def test_takes_each_spelling(
        self,
        code: Callable[..., str],
        player: Application,
        path: str,
        redirect_uri: dict[str, str],
        how: str,
        form: str,
    ) -> None:
        fields = {"grant_type": "authorization_code", "code": code(), **redirect_uri}
        headers = basic(player) if how == "basic" else {}
        if how == "body":
            fields |= {"client_id": player.client_id, "client_secret": "hush"}
        if form == "json":
            body, kind = json.dumps(fields), "application/json"
        else:
            body, kind = urlencode(fields), "application/x-www-form-urlencoded"

        response = Client().post(path, body, content_type=kind, headers=headers)

        assert (response.status_code, response.json().get("token_type")) == (200, "bearer")

    @pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
    def test_asks_for_basic_where_no_credentials_come(
        self, code: Callable[..., str], player: Application, kind: str
    ) -> None:
        fields = {"grant_type": "authorization_code", "code": code()}
        body = json.dumps(fields) if kind.endswith("json") else urlencode(fields)

        first = Client().post("/oauth/token", body, content_type=kind)
        second = Client().post("/oauth/token", body, content_type=kind, headers=basic(player))

        assert (first.status_code, first["WWW-Authenticate"]) == (401, 'Basic realm="OAuth"')
        assert second.status_code == 200

    def test_finds_the_address_itself_where_several_are_registered(
        self, browser: Client, player: Application
    ) -> None:
        Application.objects.update(redirect_uris=f"https://player.example/other {DONE}")
        page = ask(browser, player, redirect_uri=DONE)
        code = answer_of(allow(browser, page))["code"]

        assert fetch(player, code).status_code == 200

    @pytest.mark.parametrize(
        "body", ["", "[]", '"x"', '{"code": 1}', '{"code": "\\u0000"}', "{", "\x00", "%"]
    )
    def test_answers_nonsense_with_an_error(self, player: Application, body: str) -> None:
        for kind in ("application/json", "application/x-www-form-urlencoded", "text/xml"):
            response = Client().post("/oauth/token", body, content_type=kind, headers=basic(player))
            assert response.status_code in (400, 401)
            assert "error" in response.json()


class TestCodes:
    def test_revokes_the_token_of_a_code_that_is_used_again(
        self, code: Callable[..., str], player: Application
    ) -> None:
        text = code()
        token = fetch(player, text).json()["access_token"]

        again = fetch(player, text)

        assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
        headers = {"authorization": f"Bearer {token}"}
        assert Client().get("/rest/v2/user", headers=headers).status_code == 401

    def test_refuses_a_code_of_another_client(
        self, code: Callable[..., str], player: Application, eve: User
    ) -> None:
        other = Application.objects.create(
            user=eve,
            client_type="confidential",
            authorization_grant_type="authorization-code",
            redirect_uris=DONE,
            client_secret="hush",
        )

        response = fetch(other, code())

        assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")
        assert not AccessToken.objects.exists()

    def test_refuses_another_address(self, code: Callable[..., str], player: Application) -> None:
        response = fetch(player, code(), redirect_uri="https://player.example/other")

        assert response.status_code == 400
        assert not AccessToken.objects.exists()

    def test_refuses_a_wrong_secret(self, code: Callable[..., str], player: Application) -> None:
        fields = {"grant_type": "authorization_code", "code": code()}

        response = Client().post("/oauth/token", fields, headers=basic(player, "guessed"))

        assert (response.status_code, response.json()["error"]) == (401, "invalid_client")

    def test_refuses_a_code_of_somebody_who_was_shut_out(
        self, code: Callable[..., str], player: Application
    ) -> None:
        text = code()
        User.objects.filter(username="ada").update(is_active=False)

        assert fetch(player, text).status_code == 400


class TestPkce:
    VERIFIER = "a" * 43
    CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode()
    ASKED = {"code_challenge": CHALLENGE.rstrip("="), "code_challenge_method": "S256"}

    @pytest.fixture
    def program(self, player: Application) -> Application:
        """An application without a secret."""
        Application.objects.update(client_type=Application.CLIENT_PUBLIC)
        player.refresh_from_db()
        return player

    def exchange(self, program: Application, code: str, **more: str) -> Any:
        fields = {"grant_type": "authorization_code", "code": code, "client_id": program.client_id}
        return Client().post("/oauth/token", fields | more)

    def test_is_required_of_public_clients(self, browser: Client, program: Application) -> None:
        response = ask(browser, program)

        assert answer_of(response)["error"] == "invalid_request"

    def test_proves_who_asked(self, code: Callable[..., str], program: Application) -> None:
        text = code(program, **self.ASKED)

        assert self.exchange(program, text, code_verifier=self.VERIFIER).status_code == 200

    @pytest.mark.parametrize("proof", [{}, {"code_verifier": "b" * 43}])
    def test_refuses_without_the_proof(
        self, code: Callable[..., str], program: Application, proof: dict[str, str]
    ) -> None:
        text = code(program, **self.ASKED)

        assert self.exchange(program, text, **proof).status_code == 400

    def test_is_taken_from_clients_with_a_secret(
        self, code: Callable[..., str], player: Application
    ) -> None:
        text = code(player, **self.ASKED)

        assert fetch(player, text).status_code == 400
        assert fetch(player, text, code_verifier=self.VERIFIER).status_code == 200


class TestPages:
    def test_register_an_application_and_show_its_secret_once(self, browser: Client) -> None:
        fields = {
            "name": "Pod",
            "kind": "server",
            "redirect_uris": "flattr4j://a/b\r\nhttp://127.0.0.1/",
        }

        page = browser.post("/apps/new", fields)

        application = Application.objects.get()
        assert page.context["secret"] in page.content.decode()
        assert application.user.username == "ada"
        assert application.redirect_uris.split() == ["flattr4j://a/b", "http://127.0.0.1/"]
        assert application.client_secret != page.context["secret"]
        assert application.client_id in browser.get("/apps/").content.decode()

    @pytest.mark.parametrize(
        "address",
        [
            "javascript:alert(1)",
            "data:text/html,x",
            "http://pod.example/",
            "/done",
            "https://",
            "https://pod.example/#x",
            "https://a@pod.example/",
        ],
    )
    def test_refuse_addresses_that_a_code_must_not_go_to(
        self, browser: Client, address: str
    ) -> None:
        fields = {"name": "Pod", "kind": "server", "redirect_uris": address}

        page = browser.post("/apps/new", fields)

        assert page.context["form"].errors.keys() == {"redirect_uris"}
        assert not Application.objects.exists()

    def test_show_and_revoke_what_may_act(
        self, browser: Client, ada: User, player: Application, token_for: Callable[..., str]
    ) -> None:
        token = token_for(ada, "flattr money")
        assert "Player" in browser.get("/settings/applications").content.decode()

        browser.post(f"/settings/applications/{player.pk}/revoke")

        headers = {"authorization": f"Bearer {token}"}
        assert Client().get("/rest/v2/user", headers=headers).status_code == 401

    def test_revoke_nothing_of_others(
        self, browser: Client, eve: User, player: Application, token_for: Callable[..., str]
    ) -> None:
        token_for(eve)

        browser.post(f"/settings/applications/{player.pk}/revoke")
        response = browser.post(f"/apps/{player.pk}/delete")

        assert AccessToken.objects.filter(user=eve).exists()
        assert response.status_code == 404
