"""Reading the environment: what is taken, and how a bad value is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ImproperlyConfigured

from obole import environment


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return lambda value: monkeypatch.setenv("OBOLE_X", value)


class TestFlag:
    @pytest.mark.parametrize(
        ("value", "meaning"),
        [("1", True), ("yes", True), ("TRUE", True), ("0", False), ("off", False), ("", True)],
    )
    def test_reads(self, given: Callable[[str], None], value: str, meaning: bool) -> None:
        given(value)

        assert environment.flag("OBOLE_X", default=True) is meaning

    def test_names_what_is_neither(self, given: Callable[[str], None]) -> None:
        given("maybe")

        with pytest.raises(ImproperlyConfigured, match=r"^OBOLE_X must be 1 or 0, not 'maybe'$"):
            environment.flag("OBOLE_X", default=True)


class TestWholeNumber:
    def test_reads_both_bounds(self, given: Callable[[str], None]) -> None:
        given("0")
        assert environment.whole_number("OBOLE_X", 5, lowest=0, highest=10) == 0
        given("10")
        assert environment.whole_number("OBOLE_X", 5, lowest=0, highest=10) == 10

    @pytest.mark.parametrize("value", ["11", "-1", "ten", "1.0", "1e1", " 1", "٣", "0x1"])
    def test_names_what_is_none(self, given: Callable[[str], None], value: str) -> None:
        given(value)

        with pytest.raises(ImproperlyConfigured) as refused:
            environment.whole_number("OBOLE_X", 5, lowest=0, highest=10)

        assert str(refused.value) == f"OBOLE_X must be a whole number from 0 to 10, not {value!r}"


class TestIban:
    def test_reads_it_without_blanks(self, given: Callable[[str], None]) -> None:
        given("DE89 3704 0044 0532 0130 00")

        assert environment.iban("OBOLE_X") == "DE89370400440532013000"

    def test_is_empty_where_none_is_set(self, given: Callable[[str], None]) -> None:
        given("")

        assert environment.iban("OBOLE_X") == ""

    def test_names_wrong_check_digits(self, given: Callable[[str], None]) -> None:
        given("DE88370400440532013000")

        with pytest.raises(ImproperlyConfigured, match="OBOLE_X must be an IBAN with right"):
            environment.iban("OBOLE_X")


class TestWords:
    def test_reads_with_blanks_around(self, given: Callable[[str], None]) -> None:
        given("a.example, b.example")

        assert environment.words("OBOLE_X", []) == ["a.example", "b.example"]

    @pytest.mark.parametrize("value", [",", "a,,b", "a,"])
    def test_names_an_empty_word(self, given: Callable[[str], None], value: str) -> None:
        given(value)

        with pytest.raises(ImproperlyConfigured, match=r"^OBOLE_X must be words between commas"):
            environment.words("OBOLE_X", [])


class TestTimeZone:
    def test_reads(self, given: Callable[[str], None]) -> None:
        given("Europe/Stockholm")

        assert environment.time_zone("OBOLE_X", "UTC") == "Europe/Stockholm"

    @pytest.mark.parametrize("value", ["Mars/Olympus", "../etc/passwd", "Europe", "/etc/passwd"])
    def test_names_what_is_none(self, given: Callable[[str], None], value: str) -> None:
        given(value)

        with pytest.raises(ImproperlyConfigured, match=r"^OBOLE_X must be a time zone such as"):
            environment.time_zone("OBOLE_X", "UTC")


class TestCurrencies:
    def test_reads(self, given: Callable[[str], None]) -> None:
        given("SEK, EUR")

        assert environment.currencies("OBOLE_X", ["EUR"]) == ["SEK", "EUR"]

    @pytest.mark.parametrize("value", ["eur", "EURO", "EU", "EUR,USD,EUR", "ÉUR", "EU1"])
    def test_names_what_is_none(self, given: Callable[[str], None], value: str) -> None:
        given(value)

        with pytest.raises(ImproperlyConfigured, match=r"^OBOLE_X must"):
            environment.currencies("OBOLE_X", ["EUR"])


class TestSiteUrl:
    def test_reads_without_a_slash_at_its_end(self, given: Callable[[str], None]) -> None:
        given("https://obole.example:8443/")

        assert environment.site_url("OBOLE_X", "") == "https://obole.example:8443"

    @pytest.mark.parametrize(
        "value",
        [
            "obole.example",
            "ftp://obole.example",
            "https://obole.example/a",
            "https://",
            "https://a@b",
        ],
    )
    def test_names_what_is_none(self, given: Callable[[str], None], value: str) -> None:
        given(value)

        with pytest.raises(ImproperlyConfigured, match=r"^OBOLE_X must be an address such as"):
            environment.site_url("OBOLE_X", "")


class TestDatabase:
    def test_reads_each_part(self, given: Callable[[str], None]) -> None:
        given("postgres://ada:a%2Fb%40c@db.example:5433/obole?sslmode=require")

        assert environment.database("OBOLE_X") == {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "obole",
            "USER": "ada",
            "PASSWORD": "a/b@c",
            "HOST": "db.example",
            "PORT": "5433",
            "OPTIONS": {"sslmode": "require"},
        }

    @pytest.mark.parametrize(
        "url", ["postgres://ada@/obole?host=/run/pg", "postgresql://ada@%2Frun%2Fpg/obole"]
    )
    def test_reads_the_folder_of_a_socket(self, given: Callable[[str], None], url: str) -> None:
        given(url)

        found = environment.database("OBOLE_X")

        assert found["HOST"] == "/run/pg"
        assert found["OPTIONS"] == {}

    def test_refuses_what_is_not_postgresql(self, given: Callable[[str], None]) -> None:
        given("mysql://ada:secret@db.example/obole")

        with pytest.raises(ImproperlyConfigured) as refused:
            environment.database("OBOLE_X")

        assert str(refused.value) == (
            "OBOLE_X must be a postgres:// URL, since Obole runs on PostgreSQL only; "
            "its scheme is 'mysql'"
        )

    @pytest.mark.parametrize(
        ("url", "rule"),
        [
            ("postgres://ada:secret@db.example:none/obole", "the port must be a number"),
            ("postgres://ada:secret@db.example", "must end in the name of a database"),
            ("postgres://ada:secret@[db.example/obole", "is not a URL"),
        ],
    )
    def test_names_a_bad_part_and_no_password(
        self, given: Callable[[str], None], url: str, rule: str
    ) -> None:
        given(url)

        with pytest.raises(ImproperlyConfigured, match=rule) as refused:
            environment.database("OBOLE_X")

        assert "secret" not in str(refused.value)


class TestRedis:
    @pytest.mark.parametrize(
        ("cache", "queues"),
        [
            ("redis://h", "redis://h/1"),
            ("redis://:pw@h:6380/3", "redis://:pw@h:6380/4"),
            ("rediss://h/0?ssl_cert_reqs=required", "rediss://h/1?ssl_cert_reqs=required"),
            ("unix:///run/redis?db=2", "redis+socket:///run/redis?virtual_host=3"),
            ("unix:///run/a%20b", "redis+socket:///run/a%20b?virtual_host=1"),
        ],
    )
    def test_puts_queues_beside_the_cache(self, cache: str, queues: str) -> None:
        assert environment.queues_beside(cache) == queues

    @pytest.mark.parametrize(
        ("url", "rule"),
        [
            ("memcached://:secret@h", "its scheme is 'memcached'"),
            ("redis://:secret@h/cache", "the database must be a number"),
            ("unix:///run/secret?db=x", "the database must be a number"),
        ],
    )
    def test_names_a_bad_url_and_no_password(
        self, given: Callable[[str], None], url: str, rule: str
    ) -> None:
        given(url)

        with pytest.raises(ImproperlyConfigured, match=rule) as refused:
            environment.redis("OBOLE_X")

        assert "secret" not in str(refused.value)
