"""One spelling of what offices type: full-width signs, dashes and footnote marks made alike."""

from __future__ import annotations

import re
import unicodedata

# Before NFKC, which would turn a footnote's ①, ¹ or ₁ into a digit of the number that it stands at.
_MARKS = re.compile(
    r"[①-⓿❶-➓㈠-㈩㉑-㉟㊀-㊉㊱-㊿¹²³⁰⁴-⁹₀-₉🄀-🄊†‡※*＊﹡∗]"
    r"|[\[［【〔](?:注|[0-9０-９])[0-9０-９]*[\]］】〕]"
)
_DASHES = re.compile(r"[‐‑‒–—―−⸺⸻➖─━ー]")
_WAVES = re.compile(r"[〜〰∼∽⁓]")
_RUNS = re.compile(r"([-~])\1+")
_UNSEEN = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad]+")


def spaced(text: str) -> str:
    """Return a text with its signs half-width and its letters small, a mark as the end of a line.

    So a mark, like any blank, still parts what stands on both sides of it.
    """
    known = unicodedata.normalize("NFKC", _MARKS.sub("\n", text))
    return _WAVES.sub("~", _DASHES.sub("-", known)).casefold()


def plain(text: str) -> str:
    """Return a text without blanks and footnote marks, its signs half-width, its letters small.

    Several dashes are one.
    """
    return _RUNS.sub(r"\1", _UNSEEN.sub("", spaced(text)))
