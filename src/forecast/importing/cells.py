"""What a cell holds: a number as offices type it or programs store it, a day, a span, a status."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from string import ascii_uppercase
from typing import Literal

from forecast.archive.figure_files import STATUSES
from forecast.base.errors import UnreadableCell
from forecast.base.months import MONTHS_A_YEAR, Span, month
from forecast.base.notation import parse_day

Content = str | int | float | Decimal | bool | date | None

# Removed before NFKC, which would turn a footnote's ①, ¹ or ₁ into a digit of the number beside it.
_FOOTNOTE_MARKS = re.compile(
    r"[①-⓿❶-➓㈠-㈩㉑-㉟㊀-㊉㊱-㊿¹²³⁰⁴-⁹₀-₉🄀-🄊†‡※*＊﹡∗]"
    r"|[\[［【〔](?:注|[0-9０-９])[0-9０-９]*[\]］】〕]"
)
_DASHES = re.compile(r"[‐‑‒–—―−⸺⸻➖─━ー]")
_WAVES = re.compile(r"[〜〰∼∽⁓]")
_REPEATED_DASHES = re.compile(r"([-~])\1+")
_ZERO_WIDTH = re.compile(r"[\u200b-\u200f\u2060\ufeff]")
_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad]+")
_BLANKS = frozenset(
    ("", "-", "...", "......", "/", "n/a", "na", "无", "暂无", "未公布", "null", "none")
)
YEAR = r"(?:19|20)\d\d"  # the years that are read, wherever they stand
_YEAR = re.compile(YEAR)
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d\d)(\d\d)")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)")
_NUMBER_WITH_COMMAS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_NUMBER_WITH_BLANKS = re.compile(r"\d{1,3}(?: \d{3})+(?:\.\d+)?")
_FROM_DIGIT_TO_DIGIT = re.compile(r"\d.*\d", re.DOTALL)
_GROWTH = re.compile(r"(?:同比)?(增长|上升|上涨|增加|下降|下跌|下滑|减少|负增长)?(.+?)(%?)")
_FALLS = ("下降", "下跌", "下滑", "减少", "负增长")
_NO_CHANGE = re.compile(r"(?:与?(?:上年|去年)(?:同期)?|同比)*持平")
_NUMBERS_ALLOWED = "allowed: 1234.5 or 1,234.5"
_UPPER_BOUND = Decimal(10) ** 15
_DIGITS = 15  # a spreadsheet keeps as many; further digits of a float are binary noise


@dataclass(frozen=True, slots=True)
class UnreadCell:
    """A cell that could not be read: its sheet and address, its content, and why."""

    address: str
    content: Content
    why: str

    @property
    def row(self) -> str:
        """The row of the cell: `Sheet!7` of `Sheet!C7`."""
        sheet, mark, cell = self.address.rpartition("!")
        return f"{sheet}{mark}{cell.lstrip(ascii_uppercase)}"


class SpoiltNumber(str):
    """What a workbook's cell shows in place of a number that must not be read, and why."""

    content: str
    why: str

    def __new__(cls, content: str, why: str) -> SpoiltNumber:
        """Build the text of a cell with `content`; like a spreadsheet's errors it begins with #."""
        number = super().__new__(cls, f"#{content}")
        number.content, number.why = content, why
        return number


def plain(text: str) -> str:
    """Return a text in one spelling: half-width, lower case, without blanks and footnote marks.

    Dashes of all kinds are `-`, and several in a row are one.
    """
    return _REPEATED_DASHES.sub(r"\1", _INVISIBLE.sub("", _half_width(text)))


def _half_width(text: str) -> str:
    """Return a text with half-width signs and in lower case, each footnote mark as a line break.

    So a mark, like any blank, still separates what stands on both sides of it.
    """
    normal = unicodedata.normalize("NFKC", _FOOTNOTE_MARKS.sub("\n", text))
    return _WAVES.sub("~", _DASHES.sub("-", normal)).casefold()


def is_blank(content: Content) -> bool:
    """Whether a cell says that there is no figure: nothing, a dash, an ellipsis, 暂无."""
    return content is None or (isinstance(content, str) and plain(content) in _BLANKS)


def is_stored_number(content: Content) -> bool:
    """Whether a cell holds a number, not the text of one."""
    return isinstance(content, int | float | Decimal) and not isinstance(content, bool)


def is_year(content: Content) -> bool:
    """Whether a cell holds nothing but a year from 1900 to 2099."""
    return _YEAR.fullmatch(str(content)) is not None


def level_of(content: Content) -> Decimal | None:
    """Return the amount in a cell, None where it is blank; raise UnreadableCell."""
    if is_blank(content):
        return None
    if not isinstance(content, str):
        return _stored_number(content)
    text = _number_text(content)
    if text.endswith("%"):
        raise UnreadableCell(content, "is in per cent, not a level; allowed: a number")
    return _typed_number(text, content)


def growth_pct_of(content: Content, *, is_share: bool = False) -> Decimal | None:
    """Return growth in per cent, None where the cell is blank; raise UnreadableCell.

    `is_share` says that a stored number is a share of one that is shown as per cent.
    """
    if is_blank(content):
        return None
    if isinstance(content, str):
        growth = _typed_growth_pct(_number_text(content), content)
    else:
        growth = _stored_number(content) * (100 if is_share else 1)
    if growth <= -100:
        raise UnreadableCell(content, "is not a growth rate; allowed: above -100")
    return growth


def growth_pct_of_index(content: Content, *, is_share: bool = False) -> Decimal | None:
    """Return growth in per cent from an index whose value a year earlier is 100.

    None where the cell is blank; raise UnreadableCell.
    """
    if is_share:
        raise UnreadableCell(content, "is shown as per cent, but is an index; allowed: 101.8")
    index = level_of(content)
    if index is not None and index <= 0:
        raise UnreadableCell(content, "is not an index; allowed: above 0, a year earlier being 100")
    return None if index is None else index - 100


def status_of(content: Content) -> str:
    """Return the status in a cell; raise UnreadableCell."""
    status = plain(str(content))
    if status not in STATUSES:
        raise UnreadableCell(content, f"is not a status; allowed: {', '.join(STATUSES)}")
    return status


def release_day_of(content: Content) -> date:
    """Return the day in a cell; raise UnreadableCell."""
    if isinstance(content, datetime):
        return content.date()
    if isinstance(content, date):
        return content
    parts = _DAY.fullmatch(plain(str(content)))
    numbers = [part for part in parts.groups() if part] if parts else []
    day = parse_day("-".join(number.zfill(2) for number in numbers))
    if day is None:
        rule = "expected 2019-10-25, 2019/10/25 or 2019年10月25日"
        raise UnreadableCell(content, f"is not a date ({rule})")
    return day


def _number_text(content: str) -> str:
    """Return a text in plain spelling, except that several dashes stay several.

    Raise UnreadableCell where blanks or marks stand between its digits.
    """
    if isinstance(content, SpoiltNumber):
        raise UnreadableCell(content.content, content.why)
    text = _ZERO_WIDTH.sub("", _half_width(content))
    digits = _FROM_DIGIT_TO_DIGIT.search(text)
    if digits and re.search(r"\s", digits[0]) and not _NUMBER_WITH_BLANKS.fullmatch(digits[0]):
        why = "has a blank or a mark between its digits; allowed: 1234.5, 1,234.5 or 1 234.5"
        raise UnreadableCell(content, why)
    return "".join(text.split())


def _typed_growth_pct(text: str, content: str) -> Decimal:
    if _NO_CHANGE.fullmatch(text):
        return Decimal(0)
    if text.endswith("百分点"):
        raise UnreadableCell(content, "percentage points are a change of growth; allowed: growth")
    parts = _GROWTH.fullmatch(text)
    if parts is None:
        why = "is not a growth rate; allowed: 6.5, -3.2%, 增长6.5, 下降3.2, 持平"
        raise UnreadableCell(content, why)
    word, number, _ = parts.groups()
    value = _typed_number(number, content)
    if word not in _FALLS:
        return value
    if number[0] in "+-":
        raise UnreadableCell(content, "has a word and a sign; allowed: one of them")
    return -value


def _typed_number(text: str, content: str) -> Decimal:
    if not (_NUMBER.fullmatch(text) or _NUMBER_WITH_COMMAS.fullmatch(text)) or not text.isascii():
        raise UnreadableCell(content, f"is not a number; {_NUMBERS_ALLOWED}")
    return _bounded(Decimal(text.replace(",", "")), content)


def _stored_number(content: Content) -> Decimal:
    if isinstance(content, bool) or not isinstance(content, int | float | Decimal):
        raise UnreadableCell(content, f"is not a number; {_NUMBERS_ALLOWED}")
    if not math.isfinite(content):
        raise UnreadableCell(content, f"is not a finite number; {_NUMBERS_ALLOWED}")
    is_exact = isinstance(content, int | Decimal)
    number = Decimal(content) if is_exact else Decimal(f"{content:.{_DIGITS}g}")
    return _bounded(number, content)


def _bounded(value: Decimal, content: Content) -> Decimal:
    if abs(value) >= _UPPER_BOUND:
        raise UnreadableCell(content, "is too large; allowed: below 10^15")
    return value


Reach = Literal["month", "to_date"]
_CHINESE = {c: n for n, c in enumerate("一二三四五六七八九", start=1)} | {
    "十": 10,
    "十一": 11,
    "十二": 12,
}
_N = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_NUMERALS = r"\d〇零○两一二三四五六七八九十"
_YEAR_OF_SPAN = rf"(?<!\d)({YEAR})"
_TO = r"(?:-|~|至|到)"
_ALLOWED = "allowed: one span of months; for other words a line under [words]"
_YEAR_MONTH = rf"{_YEAR_OF_SPAN}[-./年]?({_N}|0[1-9])月?份?"


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
_DAY_OF_MONTH = r"(?:0[1-9]|[12]\d|3[01])(?!\d)"
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
        (rf"{_YEAR_OF_SPAN}(0[1-9]|1[0-2])(?!\d)", _year_and_months),
        (rf"{_YEAR_OF_SPAN}[./年]({_N}){_TO}({_N}){_END}", _year_and_months),
        (rf"{_YEAR_OF_SPAN}-({_N}){_TO}({_N})月份?", _year_and_months),
        (rf"{_YEAR_OF_SPAN}-(0[1-9]|1[0-2])-{_DAY_OF_MONTH}", _year_and_months),
        (rf"{_YEAR_OF_SPAN}/({_N})/(?:{_DAY_OF_MONTH}|[1-9](?!\d))", _year_and_months),
        (rf"{_YEAR_OF_SPAN}[-./]({_N}){_END}(?:-{_NO_MONTH})?", _year_and_months),
        (rf"{_YEAR_OF_SPAN}年度?[{_NUMERALS}]{{1,2}}(?![-~.\w])", lambda _: None),
        (rf"{_YEAR_OF_SPAN}(?:年度?|(?!\d))", lambda match: PartialSpan(int(match[1]))),
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
