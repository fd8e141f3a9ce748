"""The profile, and the language and time zone that it sets."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone, translation

from accounts.models import User

PROFILE = "/settings/profile"
FRENCH = {"display_name": "Ada", "language": "fr", "time_zone": "Europe/Paris"}


@pytest.fixture
def ada(client: Client, db: None) -> User:
    user = User.objects.create_user("ada")
    client.force_login(user)
    return user


class TestProfile:
    def test_is_saved(self, client: Client, ada: User) -> None:
        response = client.post(PROFILE, FRENCH, follow=True)

        ada.refresh_from_db()
        assert (ada.display_name, ada.language, ada.time_zone) == ("Ada", "fr", "Europe/Paris")
        assert "Votre profil est enregistré." in response.content.decode()

    @pytest.mark.parametrize("wrong", [{"language": "xx"}, {"time_zone": "Mars/Olympus"}])
    def test_refuses_what_there_is_not(
        self, client: Client, ada: User, wrong: dict[str, str]
    ) -> None:
        response = client.post(PROFILE, FRENCH | wrong)

        assert response.status_code == 400
        ada.refresh_from_db()
        assert ada.display_name == ""

    def test_keeps_a_zone_that_is_not_offered(self, client: Client, ada: User) -> None:
        User.objects.filter(pk=ada.pk).update(time_zone="Etc/GMT+3")

        response = client.post(PROFILE, FRENCH | {"time_zone": "Etc/GMT+3"})

        assert response.status_code == 302

    def test_is_for_the_signed_in(self, client: Client) -> None:
        assert client.get(PROFILE).headers["Location"] == f"/sign-in/?next={PROFILE}"

    def test_marks_its_place_among_the_settings(self, client: Client, ada: User) -> None:
        page = client.get(PROFILE).content.decode()

        assert f'<a href="{PROFILE}" aria-current="page">Profile</a>' in page
        assert '<a href="/settings/applications">Applications</a>' in page


class TestLanguage:
    def test_of_the_user_comes_before_the_browsers(self, client: Client, ada: User) -> None:
        User.objects.filter(pk=ada.pk).update(language="fr")

        response = client.get("/", headers={"Accept-Language": "en"})

        assert response.headers["Content-Language"] == "fr"

    def test_is_the_browsers_for_a_visitor(self, client: Client, db: None) -> None:
        response = client.get("/", headers={"Accept-Language": "fr"})

        assert response.headers["Content-Language"] == "fr"

    def test_switched_at_the_foot_is_kept(self, client: Client, ada: User) -> None:
        client.post("/language/setlang/", {"language": "fr", "next": "/"})

        ada.refresh_from_db()
        assert ada.language == "fr"

    def test_that_the_site_has_not_changes_nothing(self, client: Client, ada: User) -> None:
        client.post("/language/setlang/", {"language": "xx", "next": "/"})

        ada.refresh_from_db()
        assert ada.language == "en"

    def test_is_remembered_by_the_browser_for_the_time_after(
        self, client: Client, ada: User
    ) -> None:
        client.post(PROFILE, FRENCH)
        client.post("/sign-out/")

        assert client.get("/").headers["Content-Language"] == "fr"

    def test_does_not_reach_the_next_request(self, client: Client, ada: User) -> None:
        User.objects.filter(pk=ada.pk).update(language="fr", time_zone="Asia/Tokyo")
        client.get("/")

        assert Client().get("/").headers["Content-Language"] == "en"
        assert timezone.get_current_timezone_name() == settings.TIME_ZONE
        translation.deactivate()


class TestTimeZone:
    def test_is_that_of_the_user(self, client: Client, ada: User) -> None:
        from django.http import HttpRequest, HttpResponse

        from accounts.profile.middleware import personal_settings

        ada.time_zone = "Asia/Tokyo"
        request = HttpRequest()
        request.COOKIES[settings.SESSION_COOKIE_NAME] = "x"
        request.user = ada
        seen = []

        def view(_request: HttpRequest) -> HttpResponse:
            seen.append(timezone.get_current_timezone_name())
            return HttpResponse()

        personal_settings(view)(request)
        translation.deactivate()

        assert seen == ["Asia/Tokyo"]
