"""Scripts and styles of the button, as they travel."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from things.button import assets
from things.button.assets import NoSuchAsset, asset

FILES = Path(assets.__file__).parent / "files"
SCRIPTS = sorted(path.name for path in FILES.glob("*.js"))

_NAME = re.compile(r"(?<![\w$.-])[A-Za-z_$][\w$]*")
_NEVER_SENT_OR_TEXT = re.compile(r"""^\s*//.*$|"[^"]*"|'[^']*'""", re.MULTILINE)


def shorts(name: str) -> dict[str, str]:
    lines = re.findall(r"^// short: (.*)$", (FILES / name).read_text(), re.MULTILINE)
    return dict(pair.split("=") for pair in " ".join(lines).split())


class TestShortNames:
    """A name that travels as a letter must not meet another that is called so."""

    @pytest.mark.parametrize("script", SCRIPTS)
    def test_are_each_their_own(self, script: str) -> None:
        written = _NEVER_SENT_OR_TEXT.sub("", (FILES / script).read_text())
        pairs = shorts(script)

        assert set(_NAME.findall(written)) & set(pairs.values()) == set()
        assert len(set(pairs.values())) == len(pairs)
        assert [name for name in pairs if not re.search(rf"\b{name}\b", written)] == []


class TestAsset:
    def test_travels_without_comments_and_long_names(self) -> None:
        sent = asset("frame.fr.js").content.decode()

        assert "// " not in sent
        assert "GIVEN" not in sent
        assert '"Donné"' in sent

    def test_has_an_address_that_names_its_content(self) -> None:
        assert asset("frame.en.js").path != asset("frame.fr.js").path
        assert asset("frame.css").digest in asset("frame.css").path

    def test_unknown_is_refused(self) -> None:
        with pytest.raises(NoSuchAsset):
            asset("frame.xx.js")
