"""The translations are complete, and compiled from what the translators wrote."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext, ngettext

PROJECT = Path(__file__).resolve().parents[2]


class TestMessages:
    def test_are_complete_and_compiled(self) -> None:
        check = subprocess.run(
            [sys.executable, ".ci/messages.py", "--check"],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )

        assert (check.stderr, check.returncode) == ("", 0)

    def test_reach_the_site(self) -> None:
        with translation.override("fr"):
            assert gettext("Sign out") == "Se déconnecter"
            one, two = "%(count)d user changed.", "%(count)d users changed."
            assert ngettext(one, two, 0) == "%(count)d utilisateur modifié."
