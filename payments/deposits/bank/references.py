"""The structured reference by which a bank transfer finds its wallet (ISO 11649).

Everybody has one of their own, made of their number: `RF` and two check digits (ISO 7064,
MOD 97-10), so that a slip of the pen is noticed and not paid into somebody else's wallet.
"""

from __future__ import annotations

import re

from stdnum import iso11649
from stdnum.iso7064 import mod_97_10

from accounts.models import User

# Tells ours from the references that other programs of the same account use.
_MARK = "OB"
_OURS = re.compile(rf"RF[0-9]{{2}}{_MARK}([0-9]{{6,17}})")
# A reference as people and banks write it: in groups of four, or with nothing between.
_WRITTEN = re.compile(r"R\s*F(?:\s*[0-9]){2}\s*O\s*B(?:\s*[0-9]){6,17}", re.IGNORECASE)


def reference_of(user: User) -> str:
    """The reference of a user, without blanks: `RF46OB000042`."""
    body = f"{_MARK}{user.pk:06}"
    return f"RF{mod_97_10.calc_check_digits(f'{body}RF')}{body}"


def format_reference(reference: str) -> str:
    """In groups of four, as it is printed: `RF46 OB00 0042`."""
    return " ".join(reference[start : start + 4] for start in range(0, len(reference), 4))


def user_numbers_in(text: str) -> set[int]:
    """The numbers of the users whose references stand in a text, rightly written."""
    found = (_number_of(match.group()) for match in _WRITTEN.finditer(text))
    return {number for number in found if number is not None}


def _number_of(written: str) -> int | None:
    compact = re.sub(r"\s", "", written).upper()
    # Digits that follow a reference belong to something else: the check digits tell where it ends.
    for end in range(len(compact), 11, -1):
        match = _OURS.fullmatch(compact[:end])
        if match and iso11649.is_valid(compact[:end]):
            return int(match[1])
    return None
