"""Unpacking an answer, a piece at a time, so that a small one cannot become a huge one."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from things.fetching.refusals import BadAnswer, TooLarge

# What we say that we understand. A host that sends something else did not listen.
ACCEPTED = "gzip, deflate"

_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


def read_body(chunks: Iterable[bytes], *, encoding: str, most: int) -> bytes:
    """The body, unpacked as its `Content-Encoding` says, of at most so many bytes.

    Raises TooLarge as soon as there is one byte more, BadAnswer for what cannot be unpacked.
    """
    named = encoding.strip().lower()
    if named in {"", "identity"}:
        unpacked: Iterable[bytes] = chunks
    elif named in {"gzip", "x-gzip", "deflate"}:
        unpacked = _unpacked(chunks, most)
    else:
        raise BadAnswer(f"the answer comes as “{named[:40]}”, which was not asked for")
    body = bytearray()
    for piece in unpacked:
        body += piece
        if len(body) > most:
            raise TooLarge(f"the answer is above {most} bytes")
    return bytes(body)


def _unpacked(chunks: Iterable[bytes], most: int) -> Iterable[bytes]:
    """At most `most` bytes and one, whatever the chunks hold; several gzip members follow on."""
    unpacker, budget = zlib.decompressobj(_GZIP_OR_ZLIB), most + 1
    begun = False
    for chunk in chunks:
        waiting = chunk
        while waiting and budget > 0:
            if unpacker.eof:
                unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
            try:
                piece = unpacker.decompress(waiting, budget)
            except zlib.error as refusal:
                # Some hosts leave deflate's two first bytes out.
                if begun:
                    raise BadAnswer(f"the answer cannot be unpacked: {refusal}") from refusal
                unpacker, begun = zlib.decompressobj(-zlib.MAX_WBITS), True
                continue
            begun = True
            budget -= len(piece)
            yield piece
            waiting = unpacker.unconsumed_tail or unpacker.unused_data
    if begun and not unpacker.eof:
        raise BadAnswer("the answer ends in the middle")
