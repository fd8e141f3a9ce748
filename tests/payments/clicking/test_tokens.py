"""Tokens and codes: once, of one session, for one subject, not too fast; beside a naive one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import signing

from payments.clicking.tokens import (
    CODE_LIFE,
    CONFIRM_LIFE,
    TOO_YOUNG,
    TokenRefused,
    TokenTooYoung,
    confirm_token,
    connect_code,
    spend_confirm_token,
    spend_connect_code,
)

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=2)


class Naive:
    """A signed text and nothing else: replayed and borrowed at will."""

    @staticmethod
    def token(subject: str) -> str:
        return signing.dumps(subject)

    @staticmethod
    def spend(token: str) -> str:
        subject: str = signing.loads(token)
        return subject


class TestConfirmToken:
    def test_confirms_its_subject_once_where_a_naive_one_does_so_twice(self) -> None:
        weak = Naive.token("12")
        token = confirm_token(session="ada", subject="12", at=NOON)

        assert [Naive.spend(weak), Naive.spend(weak)] == ["12", "12"]
        spend_confirm_token(token, session="ada", subject="12", at=LATER)
        with pytest.raises(TokenRefused, match="before"):
            spend_confirm_token(token, session="ada", subject="12", at=LATER)

    def test_is_refused_in_another_session(self) -> None:
        token = confirm_token(session="eve", subject="12", at=NOON)

        with pytest.raises(TokenRefused, match="session"):
            spend_confirm_token(token, session="ada", subject="12", at=LATER)

    def test_is_refused_for_another_subject(self) -> None:
        token = confirm_token(session="ada", subject="12", at=NOON)

        with pytest.raises(TokenRefused, match="subject"):
            spend_confirm_token(token, session="ada", subject="13", at=LATER)

    def test_is_refused_when_forged(self) -> None:
        for forged in ("", "12", Naive.token("12"), connect_code(subscriber=1, site=1)):
            with pytest.raises(TokenRefused, match="forged"):
                spend_confirm_token(forged, session="ada", subject="12", at=LATER)

    def test_is_too_young_at_first_and_not_spent_by_that(self) -> None:
        token = confirm_token(session="ada", subject="12", at=NOON)
        almost = TOO_YOUNG - timedelta(milliseconds=1)

        with pytest.raises(TokenTooYoung):
            spend_confirm_token(token, session="ada", subject="12", at=NOON + almost)

        spend_confirm_token(token, session="ada", subject="12", at=NOON + TOO_YOUNG)

    def test_is_refused_when_too_old(self) -> None:
        token = confirm_token(session="ada", subject="12", at=NOON)

        with pytest.raises(TokenRefused, match="too old"):
            spend_confirm_token(
                token, session="ada", subject="12", at=NOON + CONFIRM_LIFE + timedelta(seconds=1)
            )


class TestConnectCode:
    def test_is_good_once(self) -> None:
        code = connect_code(subscriber=7, site=8)

        assert spend_connect_code(code) == (7, 8)
        with pytest.raises(TokenRefused, match="before"):
            spend_connect_code(code)

    def test_is_refused_after_its_life(self) -> None:
        with time_machine.travel(NOON, tick=False):
            code = connect_code(subscriber=7, site=8)

        after = NOON + CODE_LIFE + timedelta(seconds=1)
        with time_machine.travel(after, tick=False), pytest.raises(TokenRefused, match="too old"):
            spend_connect_code(code)
