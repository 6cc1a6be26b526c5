"""A target in a line of words, such as `at least 7 %`, `6.5 % ~ 7 %` or `7%左右`."""

from __future__ import annotations

import re
from datetime import date

from forecast.archive.targets import Comparison, Target
from forecast.base.errors import ParameterError

EXAMPLES = (
    "'at least 7 %', 'more than 0', 'at most 3 %', 'about 7 %', '6.5 % ~ 7 %', 'between 2 and 4 %'"
)
_NUMBER = r"([+-]?\d+(?:\.\d+)?)(?:\s*(?:%|per\s?cent))?"
_TO = r"\s*(?:~|-|to|and|up to|\.\.)\s*"
_BAND = re.compile(r"between\b|介于")
_BEFORE = {
    Comparison.AT_LEAST: r"at[ _]least|no less than|not less than|>=|不低于|不少于|增长",
    Comparison.MORE_THAN: r"more[ _]than|above|over|>|高于|超过|大于",
    Comparison.AT_MOST: r"at[ _]most|no more than|not more than|<=|不高于|不超过",
    Comparison.ABOUT: r"about|around|约",
}
_AFTER = {
    Comparison.AT_LEAST: r"or more|以上",
    Comparison.AT_MOST: r"or less|以内|以下",
    Comparison.ABOUT: r"左右",
}
_ALIKE = str.maketrans({"％": "%", "−": "-", "–": "-", "—": "-", "～": "~", "≥": ">=", "≤": "<="})


def worded_target(words: str, *, area: str = "", year: int = 0, indicator: str = "") -> Target:
    """Return the target on growth in per cent that words state; it was announced by nobody.

    A number alone is at least that much. Raise ParameterError for other words.
    """
    text = " ".join(words.translate(_ALIKE).lower().split())
    bounds = _range(text)
    ranged = Comparison.BETWEEN if _BAND.match(text) else Comparison.WITHIN
    comparison, rate = (ranged, None) if bounds else _single(text)
    if comparison is None:
        raise ParameterError([f"target: {words!r} is not a target (expected as in {EXAMPLES})"])
    lower, upper = bounds or (None, None)
    if lower is not None and upper is not None and lower > upper:
        raise ParameterError([f"target: {words!r}: {lower:g} lies above {upper:g}"])
    return Target(
        area=area,
        year=year,
        indicator=indicator,
        comparison=comparison,
        rate_pct=rate,
        lower_pct=lower,
        upper_pct=upper,
        announced_on=date.min,
        wording=words,
        source="",
    )


def _range(text: str) -> tuple[float, float] | None:
    match = re.fullmatch(rf"(?:within|between|介于|from)?\s*{_NUMBER}{_TO}{_NUMBER}", text)
    return (float(match[1]), float(match[2])) if match else None


def _single(text: str) -> tuple[Comparison | None, float | None]:
    if text in ("positive", "positive growth", "正增长"):
        return Comparison.MORE_THAN, 0.0
    forms = [(kind, rf"(?:{words})\s*{_NUMBER}") for kind, words in _BEFORE.items()]
    forms += [(kind, rf"{_NUMBER}\s*(?:{words})") for kind, words in _AFTER.items()]
    for comparison, form in [*forms, (Comparison.AT_LEAST, _NUMBER)]:
        if match := re.fullmatch(form, text):
            return comparison, float(match[1])
    return None, None
