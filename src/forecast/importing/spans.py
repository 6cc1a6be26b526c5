"""The months that a text names: 1-9月, 上半年, 前三季度, 2019年9月, 累计, 本月."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Literal

from forecast.base.errors import UnreadableCell
from forecast.base.months import MONTHS_A_YEAR, Span, month
from forecast.importing.cells import YEAR

Reach = Literal["month", "to_date"]
_CHINESE = {c: n for n, c in enumerate("一二三四五六七八九", start=1)} | {
    "十": 10,
    "十一": 11,
    "十二": 12,
}
_N = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_NUMERALS = r"\d〇零○两一二三四五六七八九十"
_YEAR = rf"(?<!\d)({YEAR})"
_TO = r"(?:-|~|至|到)"
_ALLOWED = "allowed: one span of months; for other words a line under [words]"
_YEAR_MONTH = rf"{_YEAR}[-./年]?({_N}|0[1-9])月?份?"


@dataclass(frozen=True, slots=True)
class PartialSpan:
    """What a text says of time: a year, months of a year, and whether one or all up to it."""

    year: int | None = None
    months: tuple[int, int] | None = None
    reach: Reach | None = None

    @property
    def names_months(self) -> bool:
        """Whether the text names months, or says that one month or all up to it are meant."""
        return self.months is not None or self.reach is not None

    @property
    def months_text(self) -> str | None:
        """The months as Chinese offices write them, None where there are none."""
        return f"{self.months[0]}-{self.months[1]}月" if self.months else None

    def over(self, other: PartialSpan) -> PartialSpan:
        """Return this span with what it leaves open taken from the other."""
        return PartialSpan(
            other.year if self.year is None else self.year,
            other.months if self.months is None else self.months,
            self.reach or other.reach,
        )

    def span(self) -> Span | str:
        """Return the span that is meant, or a text that says what is missing."""
        if self.year is None:
            return "no year is given"
        if self.months is None:
            return "no months are given"
        first, last = self.months
        if self.reach == "to_date":
            first = 1
        elif self.reach == "month" and first == 1 and last == 2:
            return "the single month of 1-2月 is not known"
        elif self.reach == "month":
            first = last
        return Span(month(self.year, first), month(self.year, last))


# None where the text matches but is not a single span.
_Meaning = Callable[[re.Match[str]], PartialSpan | None]


def _number(text: str) -> int:
    return _CHINESE[text] if text in _CHINESE else int(text)


def _months(first: str, last: str) -> tuple[int, int]:
    return _number(first), _number(last)


def _quarters(match: re.Match[str]) -> PartialSpan:
    first, last = match.groups()
    return PartialSpan(months=(3 * _number(first or last) - 2, 3 * _number(last)))


def _year_and_months(match: re.Match[str]) -> PartialSpan:
    """Return the span of a year, a first and perhaps a last month."""
    year, first, *last = match.groups()
    return PartialSpan(int(year), _months(first, *(last or [first])))


def _two_ends(match: re.Match[str]) -> PartialSpan:
    first, last = int(match[1]), int(match[3])
    if first != last:
        raise UnreadableCell(match[0], f"is not a span within one year; {_ALLOWED}")
    return PartialSpan(first, _months(match[2], match[4]))


def _constant(meaning: PartialSpan) -> _Meaning:
    return lambda _: meaning


_Q = r"[一二三四1-4]"
_END = r"(?:月份?|(?![\d.季个千百万亿元美%]))"  # 2019.9亿元 is an amount
_DAY = r"(?:0[1-9]|[12]\d|3[01])(?!\d)"
_NO_MONTH = r"(?:1[3-9]|2\d|3[01])(?!\d)"  # 2019-1-12 may be twelve months
_YEAR_TO_DATE = (
    r"(?:自年初|本年|今年|年初以来|1-本月|1至本月|至?本月止)?累计|1[-至]本月|年初以来|本月止"
    r"|(?<![a-z])ytd(?![a-z])"
)
# In this order: a longer pattern comes before one that matches a part of it.
_PATTERNS: list[tuple[re.Pattern[str], _Meaning]] = [
    (re.compile(pattern), meaning)
    for pattern, meaning in (
        (rf"{_YEAR_MONTH}(?:\.\.|{_TO}){_YEAR_MONTH}(?!\d)", _two_ends),
        (rf"{_YEAR}(0[1-9]|1[0-2])(?!\d)", _year_and_months),
        (rf"{_YEAR}[./年]({_N}){_TO}({_N}){_END}", _year_and_months),
        (rf"{_YEAR}-({_N}){_TO}({_N})月份?", _year_and_months),
        (rf"{_YEAR}-(0[1-9]|1[0-2])-{_DAY}", _year_and_months),
        (rf"{_YEAR}/({_N})/(?:{_DAY}|[1-9](?!\d))", _year_and_months),
        (rf"{_YEAR}[-./]({_N}){_END}(?:-{_NO_MONTH})?", _year_and_months),
        (rf"{_YEAR}年度?[{_NUMERALS}]{{1,2}}(?![-~.\w])", lambda _: None),
        (rf"{_YEAR}(?:年度?|(?!\d))", lambda match: PartialSpan(int(match[1]))),
        (rf"前({_Q})个?季度?", lambda match: PartialSpan(months=(1, 3 * _number(match[1])))),
        (rf"(?<![a-z])q([1-4]){_TO}q?([1-4])(?:季度?|(?![\d.月个]))", _quarters),
        (rf"第?({_Q})(?:季度?)?{_TO}第?({_Q})季度?", _quarters),
        (rf"第?()({_Q})季度?", _quarters),
        (r"(?<![a-z])()q([1-4])(?!\d)", _quarters),
        (
            rf"(?<!\d)({_N})月?份?{_TO}({_N})月份?",
            lambda match: PartialSpan(months=_months(match[1], match[2])),
        ),
        (rf"前({_N})个?月", lambda match: PartialSpan(months=(1, _number(match[1])))),
        (rf"(?<!\d)({_N})月份?", lambda match: PartialSpan(months=_months(match[1], match[1]))),
        (r"上半年|(?<![a-z])h1(?!\d)", _constant(PartialSpan(months=(1, 6)))),
        (r"下半年|(?<![a-z])h2(?!\d)", _constant(PartialSpan(months=(7, 12)))),
        (r"全年|年度", _constant(PartialSpan(months=(1, MONTHS_A_YEAR)))),
        (_YEAR_TO_DATE, _constant(PartialSpan(reach="to_date"))),
        (r"本月|当月|单月", _constant(PartialSpan(reach="month"))),
    )
]


# A numeral beside months shows that they are not all: 1、2月, 1一9月, 2019.9-12, 9月10. Before
# 2019年9月 or 上半年 a numeral counts paragraphs.
_HERE = "\x01"
_APART = r"\w()\[\]{}【】〔〕《》「」『』:=|\x00-\x1f"
_JOINS = rf"(?:[^{_APART}]|[至到和及与或ㄧㅡ_]){{0,3}}"
_BESIDE = re.compile(
    rf"[{_NUMERALS}]{_JOINS}{_HERE}|{_HERE}{_TO}+\d|{_HERE}{_JOINS}[{_NUMERALS}]+(?![^\W_])"
)
_NOT_COUNTED = tuple("前上下全年h")


def partial_span(text: str, whole: str | None = None) -> tuple[PartialSpan, str]:
    """Return what a text in plain spelling says of time, and the text with `|` in its place.

    Raise UnreadableCell where it says two things of one kind, months out of order, or several
    spans; the message shows `whole` where the text is only a part of that.
    """
    time, rest = PartialSpan(), text.replace(_HERE, "|")
    for pattern, meaning in _PATTERNS:
        while (match := pattern.search(rest)) is not None:
            new = meaning(match)
            if new is None or _contradicts(new, time) or _is_backwards(new):
                why = f"is not one span of months: {match[0]!r}; {_ALLOWED}"
                raise UnreadableCell(whole or text, why)
            time = new.over(time)
            rest = f"{rest[: match.start()]}{_placeholder(match, new)}{rest[match.end() :]}"
    if _BESIDE.search(rest):
        raise UnreadableCell(whole or text, f"is not one span of months; {_ALLOWED}")
    return time, rest.replace(f"|{_HERE}", "|").replace(_HERE, "|")


def _placeholder(match: re.Match[str], time: PartialSpan) -> str:
    """Return what stands in the place of a span until all spans of the text are found."""
    if time.months is None:
        return "|"
    is_alone = time.year is not None or match[0].startswith(_NOT_COUNTED)
    return f"|{_HERE}" if is_alone else _HERE


def _is_backwards(time: PartialSpan) -> bool:
    return time.months is not None and time.months[0] > time.months[1]


def _contradicts(new: PartialSpan, time: PartialSpan) -> bool:
    pairs = [(getattr(new, f.name), getattr(time, f.name)) for f in fields(PartialSpan)]
    return any(None not in pair and pair[0] != pair[1] for pair in pairs)
