"""Six characters that stand for a user in public, for good: Flattr's `id` and `fid`.

A bijection between the first 36⁶ (two thousand million) keys and all texts of six digits and
small letters, so nothing needs to be stored. It hides no secret, only the order of arrival.
"""

from __future__ import annotations

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_LENGTH = 6
_SPACE = len(_ALPHABET) ** _LENGTH
# No common factor with 36⁶. Never change these: clients keep the identifiers.
_FACTOR = 1_367_130_551
_OFFSET = 514_229
_INVERSE = pow(_FACTOR, -1, _SPACE)


def public_id(key: int) -> str:
    """The six characters of a user's primary key."""
    number = (key * _FACTOR + _OFFSET) % _SPACE
    characters = []
    for _ in range(_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        characters.append(_ALPHABET[digit])
    return "".join(reversed(characters))


def key_of(identifier: str) -> int | None:
    """The primary key that six characters stand for; None if they are no such identifier."""
    if len(identifier) != _LENGTH or not set(identifier) <= set(_ALPHABET):
        return None
    return int((int(identifier, 36) - _OFFSET) * _INVERSE % _SPACE)
