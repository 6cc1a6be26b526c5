"""Which months a text is about: 1-9月, 上半年, 前三季度, 2019年9月, 累计, 本月."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Literal

from forecast.base.errors import UnreadableCell
from forecast.base.months import MONTHS_A_YEAR, Span, month

Reach = Literal["month", "to_date"]
_CHINESE = {c: n for n, c in enumerate("一二三四五六七八九", start=1)} | {
    "十": 10,
    "十一": 11,
    "十二": 12,
}
_N = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_NUMERALS = r"\d〇零○两一二三四五六七八九十"
_YEAR = r"(?<!\d)((?:19|20)\d\d)"
_TO = r"(?:-|~|至|到)"
_ALLOWED = "allowed: one span of months; for other words a line under [words]"
_YEAR_MONTH = rf"{_YEAR}[-./年]?({_N}|0[1-9])月?份?"


@dataclass(frozen=True, slots=True)
class SpanSaid:
    """What a text says of time: a year, months of a year, and whether one or all up to it."""

    year: int | None = None
    months: tuple[int, int] | None = None
    reach: Reach | None = None

    @property
    def says_months(self) -> bool:
        """Whether months are said, or that one or all up to one are meant."""
        return self.months is not None or self.reach is not None

    @property
    def months_text(self) -> str | None:
        """The months as Chinese offices write them, None where none are said."""
        return f"{self.months[0]}-{self.months[1]}月" if self.months else None

    def over(self, other: SpanSaid) -> SpanSaid:
        """Return what this says, and where it is silent what the other does."""
        return SpanSaid(
            other.year if self.year is None else self.year,
            other.months if self.months is None else self.months,
            self.reach or other.reach,
        )

    def span(self) -> Span | str:
        """Return the span that is meant, or what is missing."""
        if self.year is None:
            return "no year is said"
        if self.months is None:
            return "no months are said"
        first, last = self.months
        if self.reach == "to_date":
            first = 1
        elif self.reach == "month" and first == 1 and last == 2:
            return "the single month of 1-2月 is not known"
        elif self.reach == "month":
            first = last
        return Span(month(self.year, first), month(self.year, last))


# None where what is found is no one span.
_Meaning = Callable[[re.Match[str]], SpanSaid | None]


def _number(text: str) -> int:
    return _CHINESE[text] if text in _CHINESE else int(text)


def _range(found: re.Match[str]) -> SpanSaid:
    return SpanSaid(months=(_number(found[1]), _number(found[2])))


def _one_month(found: re.Match[str]) -> SpanSaid:
    return SpanSaid(months=(_number(found[1]), _number(found[1])))


def _first_months(found: re.Match[str]) -> SpanSaid:
    return SpanSaid(months=(1, _number(found[1])))


def _quarters(found: re.Match[str]) -> SpanSaid:
    first, last = found.groups()
    return SpanSaid(months=(3 * _number(first or last) - 2, 3 * _number(last)))


def _first_quarters(found: re.Match[str]) -> SpanSaid:
    return SpanSaid(months=(1, 3 * _number(found[1])))


def _year_alone(found: re.Match[str]) -> SpanSaid:
    return SpanSaid(int(found[1]))


def _year_and_range(found: re.Match[str]) -> SpanSaid:
    return SpanSaid(int(found[1]), (_number(found[2]), _number(found[3])))


def _year_and_month(found: re.Match[str]) -> SpanSaid:
    return SpanSaid(int(found[1]), (_number(found[2]), _number(found[2])))


def _two_ends(found: re.Match[str]) -> SpanSaid:
    first, last = int(found[1]), int(found[3])
    if first != last:
        raise UnreadableCell(found[0], f"is no span of one year; {_ALLOWED}")
    return SpanSaid(first, (_number(found[2]), _number(found[4])))


def _always(said: SpanSaid) -> _Meaning:
    return lambda _: said


_Q = r"[一二三四1-4]"
_END = r"(?:月份?|(?![\d.季个千百万亿元美%]))"  # 2019.9亿元 is an amount
_DAY = r"(?:0[1-9]|[12]\d|3[01])(?!\d)"
_NO_MONTH = r"(?:1[3-9]|2\d|3[01])(?!\d)"  # 2019-1-12 may be twelve months
_SO_FAR = (
    r"(?:自年初|本年|今年|年初以来|1-本月|1至本月|至?本月止)?累计|1[-至]本月|年初以来|本月止"
    r"|(?<![a-z])ytd(?![a-z])"
)
# In this order: what is longer comes before what is a part of it.
_PATTERNS: list[tuple[re.Pattern[str], _Meaning]] = [
    (re.compile(pattern), meaning)
    for pattern, meaning in (
        (rf"{_YEAR_MONTH}(?:\.\.|{_TO}){_YEAR_MONTH}(?!\d)", _two_ends),
        (rf"{_YEAR}(0[1-9]|1[0-2])(?!\d)", _year_and_month),
        (rf"{_YEAR}[./年]({_N}){_TO}({_N}){_END}", _year_and_range),
        (rf"{_YEAR}-({_N}){_TO}({_N})月份?", _year_and_range),
        (rf"{_YEAR}-(0[1-9]|1[0-2])-{_DAY}", _year_and_month),
        (rf"{_YEAR}/({_N})/(?:{_DAY}|[1-9](?!\d))", _year_and_month),
        (rf"{_YEAR}[-./]({_N}){_END}(?:-{_NO_MONTH})?", _year_and_month),
        (rf"{_YEAR}年度?[{_NUMERALS}]{{1,2}}(?![-~.\w])", lambda _: None),
        (rf"{_YEAR}(?:年度?|(?!\d))", _year_alone),
        (rf"前({_Q})个?季度?", _first_quarters),
        (rf"(?<![a-z])q([1-4]){_TO}q?([1-4])(?:季度?|(?![\d.月个]))", _quarters),
        (rf"第?({_Q})(?:季度?)?{_TO}第?({_Q})季度?", _quarters),
        (rf"第?()({_Q})季度?", _quarters),
        (r"(?<![a-z])()q([1-4])(?!\d)", _quarters),
        (rf"(?<!\d)({_N})月?份?{_TO}({_N})月份?", _range),
        (rf"前({_N})个?月", _first_months),
        (rf"(?<!\d)({_N})月份?", _one_month),
        (r"上半年|(?<![a-z])h1(?!\d)", _always(SpanSaid(months=(1, 6)))),
        (r"下半年|(?<![a-z])h2(?!\d)", _always(SpanSaid(months=(7, 12)))),
        (r"全年|年度", _always(SpanSaid(months=(1, MONTHS_A_YEAR)))),
        (_SO_FAR, _always(SpanSaid(reach="to_date"))),
        (r"本月|当月|单月", _always(SpanSaid(reach="month"))),
    )
]


# A numeral beside months tells that they are not all: 1、2月, 1一9月, 2019.9-12, 9月10. In front of
# 2019年9月 or 上半年 it counts paragraphs.
_HERE = "\x01"
_APART = r"\w()\[\]{}【】〔〕《》「」『』:=|\x00-\x1f"
_JOINS = rf"(?:[^{_APART}]|[至到和及与或ㄧㅡ_]){{0,3}}"
_BESIDE = re.compile(
    rf"[{_NUMERALS}]{_JOINS}{_HERE}|{_HERE}{_TO}+\d|{_HERE}{_JOINS}[{_NUMERALS}]+(?![^\W_])"
)
_NOT_COUNTED = tuple("前上下全年h")


def span_said(text: str, whole: str | None = None) -> tuple[SpanSaid, str]:
    """Return what a text in plain spelling says of time, and the rest with `|` in its place.

    Raise UnreadableCell where it says two things of one kind, months in no order, or not all of
    them in one span; it shows `whole`, where the text is only what is left of that.
    """
    said, rest = SpanSaid(), text.replace(_HERE, "|")
    for pattern, meaning in _PATTERNS:
        while (found := pattern.search(rest)) is not None:
            new = meaning(found)
            if new is None or _contradicts(new, said) or _is_backwards(new):
                why = f"is no one span of months: {found[0]!r}; {_ALLOWED}"
                raise UnreadableCell(whole or text, why)
            said = new.over(said)
            rest = f"{rest[: found.start()]}{_place(found, new)}{rest[found.end() :]}"
    if _BESIDE.search(rest):
        raise UnreadableCell(whole or text, f"is no one span of months; {_ALLOWED}")
    return said, rest.replace(f"|{_HERE}", "|").replace(_HERE, "|")


def _place(found: re.Match[str], said: SpanSaid) -> str:
    """Return what stands in the place of a span until all are found."""
    if said.months is None:
        return "|"
    is_alone = said.year is not None or found[0].startswith(_NOT_COUNTED)
    return f"|{_HERE}" if is_alone else _HERE


def _is_backwards(said: SpanSaid) -> bool:
    return said.months is not None and said.months[0] > said.months[1]


def _contradicts(new: SpanSaid, said: SpanSaid) -> bool:
    pairs = [(getattr(new, f.name), getattr(said, f.name)) for f in fields(SpanSaid)]
    return any(None not in pair and pair[0] != pair[1] for pair in pairs)
