"""Output in any encoding: no text that a command prints makes it fail."""

from __future__ import annotations

import codecs
import os
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

import click

NEAREST = "forecast-nearest"  # the name of the handler below, as codecs know it
_ASCII = "forecast-ascii"  # click sees that a stream is ASCII, and would write UTF-8 into it
_NEAREST = {
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "─": "-", "━": "-", "│": "|",
    "‘": "'", "’": "'", "“": '"', "”": '"', "…": ".", "×": "x", "·": ".", "•": "*", "→": ">",
    "≥": ">=", "≤": "<=", "≈": "~", "±": "+-", "●": "*", "○": "o", "▲": "^", "△": "^", "◆": "!",
    "█": "#", "▏": "|", "。": ".", "、": ",", "《": "<", "》": ">",
}  # fmt: skip
_unknown: set[str] = set()


def nearest(error: UnicodeError) -> tuple[str, int]:
    """Return the nearest signs that an encoding has, and where to go on; a handler of codecs.

    Question marks stand for a sign without any, as wide as the sign. A part of a file's name that
    is not text is escaped.
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    return "".join(map(_nearest, signs)), error.end


def _nearest(sign: str) -> str:
    if "\ud800" <= sign <= "\udfff":
        return f"\\x{ord(sign) - 0xDC00:02x}" if sign >= "\udc80" else "?"
    plain = unicodedata.normalize("NFKD", _NEAREST.get(sign, sign))
    found = "".join(c for c in plain if not unicodedata.combining(c))
    if found.isascii():
        return found
    _unknown.add(sign)
    return "??" if unicodedata.east_asian_width(sign) in "WF" else "?"


@contextmanager
def any_encoding() -> Iterator[None]:
    """Let this process print every text, whatever the encoding of its output lacks.

    At the end a line on standard error says so where signs are missing.
    """
    codecs.register_error(NEAREST, nearest)
    codecs.register(_ascii)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # whoever starts this process may have closed it
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        _adapt(getattr(sys, name))
    _unknown.clear()
    try:
        yield
    finally:
        if _unknown:
            lacking = f"{len(_unknown)} signs that the encoding of the output lacks are shown as ?"
            click.echo(f"forecast: {lacking}; with PYTHONIOENCODING=utf-8 none is", err=True)


def give_up_output() -> None:
    """Write no more to standard output, which failed: not even what is left when this ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _adapt(stream: TextIO | Any) -> None:
    if not hasattr(stream, "reconfigure"):
        return
    is_ascii = codecs.lookup(stream.encoding).name == "ascii"
    stream.reconfigure(encoding=_ASCII if is_ascii else stream.encoding, errors=NEAREST)


def _ascii(name: str) -> codecs.CodecInfo | None:
    """Return ASCII under a name of its own."""
    if name != _ASCII.replace("-", "_"):
        return None
    plain = codecs.lookup("ascii")
    return codecs.CodecInfo(
        plain.encode, plain.decode, name=_ASCII,
        incrementalencoder=plain.incrementalencoder, incrementaldecoder=plain.incrementaldecoder,
        streamreader=plain.streamreader, streamwriter=plain.streamwriter,
    )  # fmt: skip


def print_data(text: str) -> None:
    """Print JSON or CSV; a sign that the encoding of the output lacks is escaped as in JSON."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = "".join(map(_escaped, text))
    click.echo(text, nl=False)


def _escaped(sign: str) -> str:
    try:
        sign.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        units = sign.encode("utf-16-be", "surrogatepass").hex()
        return "".join(f"\\u{units[n : n + 4]}" for n in range(0, len(units), 4))
    return sign
