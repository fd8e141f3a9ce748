"""The settings as a whole: a development site and a public one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]

PUBLIC = {
    "OBOLE_PRODUCTION": "1",
    "OBOLE_SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "OBOLE_SITE_URL": "https://obole.example",
    "DATABASE_URL": "postgres://obole:hidden@db.example/obole",
    "REDIS_URL": "redis://redis.example/0",
    "OBOLE_SMTP_URL": "smtps://obole:hidden@mail.example",
}


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the checkout with these variables and no other of ours."""
    ours = ("OBOLE_", "DATABASE_URL", "REDIS_URL", "CELERY_", "DJANGO_")
    others = {name: text for name, text in os.environ.items() if not name.startswith(ours)}
    return subprocess.run(
        [sys.executable, *arguments],
        check=False,
        cwd=ROOT,
        env={**others, **variables},
        capture_output=True,
        text=True,
    )


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return run("manage.py", *arguments, **variables)


def setting(expression: str, **variables: str) -> str:
    """What an expression over `settings` prints in a process with these variables."""
    return run("-c", f"from obole import settings; print({expression})", **variables).stdout.strip()


class TestProduction:
    def test_passes_djangos_checks(self) -> None:
        checked = manage("check", "--deploy", "--fail-level", "WARNING", **PUBLIC)

        assert checked.returncode == 0, checked.stderr
        assert "no issues" in checked.stdout

    @pytest.mark.parametrize("name", sorted(set(PUBLIC) - {"OBOLE_PRODUCTION"}))
    def test_names_a_variable_that_is_missing(self, name: str) -> None:
        given = {key: value for key, value in PUBLIC.items() if key != name}

        checked = manage("check", **given)

        assert checked.returncode == 2
        assert checked.stderr.startswith(f"manage.py: {name} must be set in production: ")
        assert checked.stderr.count("\n") == 1

    def test_refuses_the_pages_for_developers(self) -> None:
        checked = manage("check", **PUBLIC, OBOLE_DEBUG="1")

        assert checked.returncode == 2
        assert checked.stderr.startswith("manage.py: OBOLE_DEBUG must be 0 in production")

    def test_refuses_staff_without_a_second_factor(self) -> None:
        checked = manage("check", **PUBLIC, OBOLE_STAFF_SECOND_FACTOR="0")

        assert checked.returncode == 2
        assert checked.stderr.startswith("manage.py: OBOLE_STAFF_SECOND_FACTOR must be 1")

    def test_answers_to_the_host_of_its_address_only(self) -> None:
        assert setting("settings.ALLOWED_HOSTS", **PUBLIC) == "['obole.example']"

    def test_keeps_queues_out_of_the_cache(self) -> None:
        assert setting("settings.CELERY_BROKER_URL", **PUBLIC) == "redis://redis.example/1"


CARDS = {
    "OBOLE_STRIPE_PUBLISHABLE_KEY": "pk_live_x",
    "OBOLE_STRIPE_SECRET_KEY": "sk_live_y",
    "OBOLE_STRIPE_WEBHOOK_SECRETS": "whsec_z",
}


class TestCards:
    def test_are_taken_with_all_keys_of_stripe(self) -> None:
        checked = manage("check", **PUBLIC, **CARDS)

        assert checked.returncode == 0, checked.stderr

    @pytest.mark.parametrize("name", sorted(CARDS))
    def test_are_not_taken_with_half_of_them(self, name: str) -> None:
        given = {key: value for key, value in CARDS.items() if key != name}

        checked = manage("check", **PUBLIC, **given)

        assert checked.returncode == 2
        assert checked.stderr.startswith(f"manage.py: {name} must be set too")
        assert checked.stderr.count("\n") == 1

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"OBOLE_STRIPE_SECRET_KEY": "pk_live_y"}, "must begin with sk_test_"),
            ({"OBOLE_STRIPE_WEBHOOK_SECRETS": "whsec_z,we_1"}, "must begin with whsec_"),
            ({"OBOLE_STRIPE_SECRET_KEY": "sk_test_y"}, "same mode"),
            (
                {
                    "OBOLE_STRIPE_SECRET_KEY": "sk_test_y",
                    "OBOLE_STRIPE_PUBLISHABLE_KEY": "pk_test_x",
                },
                "test cards are not money",
            ),
            ({"OBOLE_STRIPE_API_URL": "http://localhost:8420"}, "not be set in production"),
        ],
    )
    def test_are_not_taken_with_wrong_keys(self, changed: dict[str, str], words: str) -> None:
        checked = manage("check", **PUBLIC, **(CARDS | changed))

        assert checked.returncode == 2
        assert words in checked.stderr
        assert "_y" not in checked.stderr

    def test_can_be_test_cards_in_development(self) -> None:
        keys = {name: value.replace("live", "test") for name, value in CARDS.items()}

        assert manage("check", **keys).returncode == 0


class TestBadValue:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("OBOLE_FEE_BASIS_POINTS", "10001"),
            ("OBOLE_TIME_ZONE", "Mars/Olympus"),
            ("OBOLE_CURRENCIES", "EURO"),
            ("OBOLE_LANGUAGE", "tlh"),
            ("OBOLE_LOG_LEVEL", "LOUD"),
            ("OBOLE_REDELIVERY_SECONDS", "0"),
        ],
    )
    def test_is_named_in_one_line(self, name: str, value: str) -> None:
        checked = manage("check", **{name: value})

        assert checked.returncode == 2
        assert checked.stderr.startswith(f"manage.py: {name} must be ")
        assert repr(value) in checked.stderr
        assert checked.stderr.count("\n") == 1

    def test_is_named_where_the_database_is_no_postgresql(self) -> None:
        checked = manage("check", DATABASE_URL="sqlite:///obole.sqlite3")

        assert checked.returncode == 2
        assert "DATABASE_URL must be a postgres:// URL" in checked.stderr


class TestReadme:
    def test_lists_every_variable(self) -> None:
        written = (ROOT / "README.md").read_text()
        package = ROOT / "platform" / "obole"
        sources = "".join(source.read_text() for source in package.rglob("*.py"))
        used = set(re.findall(r'"(OBOLE_[A-Z_]+|[A-Z]+_URL|CELERY_BROKER_URL)"', sources))

        assert used
        assert sorted(name for name in used if f"`{name}`" not in written) == []


class TestHeaders:
    def test_let_a_page_load_from_this_site_only(self, client, db) -> None:
        answer = client.get("/sign-in/")

        assert answer.status_code == 200
        assert "default-src 'self'" in answer["Content-Security-Policy"]
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["X-Content-Type-Options"] == "nosniff"


class TestPasswords:
    def test_are_hashed_by_argon2_first(self) -> None:
        assert "Argon2" in setting("settings.PASSWORD_HASHERS[0]")

    def test_are_hashed_fast_in_tests(self) -> None:
        assert "MD5" in settings.PASSWORD_HASHERS[0]
