"""What all commands of payments share."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from payments.management.presenting import BAD_CALL, FOUND_WRONG, PresentingCommand, found_wrong


class TooWet(Exception):
    """A refusal, for these tests."""


class Swim(PresentingCommand):
    """A command that does what its option says."""

    refusals = (TooWet,)
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.add_argument("weather")

    def handle(self, *_: Any, **options: Any) -> None:
        if options["weather"] == "rain":
            raise TooWet("it rains\nand rains")
        if options["weather"] == "fog":
            raise found_wrong("nothing to be seen")
        if options["weather"] == "storm":
            raise ZeroDivisionError
        with self.stages() as progress:
            progress("out", 0, 2)
            progress("out", 2, 2)
            progress("back", 1, 1)
        self.answer({"lanes": 2, "wo": "Zürich"}, ["two lanes", "in Zürich"])


def _run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str
) -> tuple[object, str, str]:
    """The exit code, stdout and stderr of the command line."""
    monkeypatch.setattr(connections, "close_all", lambda: None)
    code: object = 0
    try:
        Swim().run_from_argv(["manage.py", "swim", *arguments])
    except SystemExit as ended:
        code = ended.code
    return code, *capsys.readouterr()


class TestPresentingCommand:
    def test_answers_people_in_lines(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert _run(capsys, monkeypatch, "sun") == (0, "out\nback\ntwo lanes\nin Zürich\n", "")

    def test_answers_machines_in_one_document(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        code, out, err = _run(capsys, monkeypatch, "sun", "--json")

        assert (code, json.loads(out), err) == (0, {"lanes": 2, "wo": "Zürich"}, "")

    def test_draws_bars_on_a_terminal(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)

        code, out, err = _run(capsys, monkeypatch, "sun")

        assert (code, out) == (0, "two lanes\nin Zürich\n")
        assert "out:   0%" in err
        assert "back:   0%" in err
        assert err.endswith("\r")

    def test_refuses_in_the_words_of_the_refusal(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert _run(capsys, monkeypatch, "rain") == (BAD_CALL, "", "it rains\nand rains\n")

    def test_says_what_it_found(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert _run(capsys, monkeypatch, "fog") == (FOUND_WRONG, "", "nothing to be seen\n")

    def test_calls_a_wrong_call_by_its_name(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        code, out, err = _run(capsys, monkeypatch)

        assert (code, out) == (BAD_CALL, "")
        assert "the following arguments are required: weather" in err

    def test_lets_the_unforeseen_go_up(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with pytest.raises(ZeroDivisionError):
            _run(capsys, monkeypatch, "storm")

    @pytest.mark.parametrize(("weather", "code"), [("rain", BAD_CALL), ("fog", FOUND_WRONG)])
    def test_raises_an_error_where_python_calls_it(self, weather: str, code: int) -> None:
        with pytest.raises(CommandError) as raised:
            call_command(Swim(), weather)

        assert raised.value.returncode == code

    def test_takes_json_from_python(self) -> None:
        out = io.StringIO()

        call_command(Swim(), "sun", json=True, stdout=out)

        assert json.loads(out.getvalue())["lanes"] == 2
