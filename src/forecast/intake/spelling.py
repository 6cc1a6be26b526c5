"""One spelling of what offices type: full-width signs, dashes and footnote marks made alike."""

from __future__ import annotations

import re
import unicodedata

# Before NFKC, which would turn a footnote's ① or ¹ into a digit of the number that it stands at.
_MARKS = re.compile(
    r"[①-⓿❶-➓㈠-㈩¹²³⁰⁴-⁹†‡※*＊﹡∗]|[\[［【〔](?:注|[0-9０-９])[0-9０-９]*[\]］】〕]"
)
_DASHES = re.compile(r"[‐‑‒–—―−﹣－─━ー]")
_UNSEEN = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad]+")


def plain(text: str) -> str:
    """Return a text without blanks and footnote marks, its signs half-width, its letters small."""
    unmarked = _DASHES.sub("-", _MARKS.sub("", text))
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", unmarked)).casefold()
