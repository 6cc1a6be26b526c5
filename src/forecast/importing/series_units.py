"""What the unit, the transformation and the names of a series say of its numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from forecast.importing.cells import half_width, plain
from forecast.importing.units import PER_CENT_WORDS, is_index_unit, money_of
from forecast.importing.vocabulary import other_change

Change = Literal["on a year earlier", "other"]
# Codes of Eurostat, the OECD, the ECB and the BIS, and the words of their labels.
_ON_A_YEAR = re.compile(
    r"(?:clv_)?pch_sm(?:_.*)?|pch_(?:m12|q4)(?:_.*)?|rch_a|gy|gysa|pc_chgpy|anr|yoy|771|pc1|annual%"
)
_OTHER = re.compile(
    r".*pch_(?:pre|m1|m3|q1)(?:_.*)?|rch_m|rch_mv12.*|rch_a_avg|g1|goy|mom|qoq|gpsa|pc_chgpp|mor|avr"
    r"|pch|pca|chg|ch1|cch|cca|log|nbd\d*"  # of FRED, after the code of a series
)
_ON_A_YEAR_IN_WORDS = re.compile(
    r"year[- ](?:on|over)[- ]year|on (?:a|the) (?:year|same \w+ a year) earlier|over (?:1|one) year"
    r"|same (?:period|month|quarter) (?:of|in) (?:the )?previous year|annual rate of change"
    r"|(?<![a-z])[mqt]/[mqt]-(?:12|4)|vorjahr|(?:12|twelve)[- ]months? (?:percent|% |rate)"
    r"|(?:percent(?:age)?|%) change (?:from|on|over) (?:a )?year ago"
)
_SINCE_PERIOD = re.compile(
    r"(?<![a-z])[mqt]/[mqt]-[13](?!\d)|period on period|over 1 period"
    r"|(?:percent(?:age)?|%) change"  # on what, is not said
)
_IN_BRACKETS = re.compile(r"[(（]([^()（）]*)[)）]")
_MONEY_AT_END = re.compile(r"[£€$¥]\s?(?:m|mn|bn|million|billion|thousand)?\s*$")
_BASE = re.compile(r"(?:19|20)\d\d ?= ?100")
_SHARE_OF = re.compile(r"%of.*|(?:pc|pct)_.+|percent(?:age)?of.*")


def change_of(text: str) -> Change | None:
    """Return what a unit or a transformation, `CODE` or `CODE: label`, says numbers change on."""
    code, _, label = text.partition(":")
    if _ON_A_YEAR.fullmatch(plain(code)):
        return "on a year earlier"
    if _OTHER.fullmatch(plain(code)):
        return "other"
    return change_in_words(label or text)


def change_in_words(text: str) -> Change | None:
    """Return what a label, a title or a name says that its numbers change on."""
    words = " ".join(half_width(text).split())
    if _ON_A_YEAR_IN_WORDS.search(words):
        return "on a year earlier"
    return "other" if _SINCE_PERIOD.search(words) or other_change(words) else None


def unit_in_names(names: Iterable[str]) -> str:
    """Return the unit that a name gives, in its last brackets or at its end, empty without one."""
    for name in names:
        if base := _BASE.search(half_width(name)):
            return base[0].replace(" ", "")
        for text in reversed([*_IN_BRACKETS.findall(name), *_MONEY_AT_END.findall(name)]):
            words = plain(text)
            is_unit = "%" in words or "lcu" in words or is_index_unit(text)
            if is_unit or "$" in words or money_of(half_width(text)) is not None:
                return str(text).strip().removeprefix("current ")
    return ""


def is_per_cent(unit: str) -> bool:
    """Whether a unit is per cent, of whatever."""
    text = plain(unit)
    return text in (*PER_CENT_WORDS, "pc", "pct.") or text.startswith("%") or is_share(unit)


def is_share(unit: str) -> bool:
    """Whether a unit is per cent of something else: PC_GDP, % of GDP. So it is not growth."""
    return _SHARE_OF.fullmatch(plain(unit)) is not None
