"""What a text says of time: a year, months of it, and whether one or all up to them are meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from forecast.base.errors import UnreadableCell
from forecast.base.months import MONTHS_A_YEAR, Span, month
from forecast.importing.cells import YEAR

Reach = Literal["month", "quarter", "to_date"]
# What the same text may mean instead: 2009-10 April 2009 to March 2010, 4/1/2019 the fourth of
# January, 2019-1 the first quarter. Only the whole column tells.
OtherReading = Literal["", "fiscal year", "day", "quarter", "first day", "last day"]
DateOrder = Literal["dmy", "mdy"]
_DAY_OF_AN_ORDER = re.compile(rf"(?<!\d)(\d{{1,2}})[./-](\d{{1,2}})[./-]({YEAR})(?!\d)")
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
    other_reading: OtherReading = ""

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
            self.other_reading or other.other_reading,
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
        elif self.reach == "quarter":
            quarter = quarter_of(first, last)
            if quarter is None:
                return f"{self.months_text} are not a quarter"
            first, last = quarter
        return Span(month(self.year, first), month(self.year, last))


def quarter_of(first: int, last: int) -> tuple[int, int] | None:
    """Return the months of the quarter that a span of months, or its first or last month, names."""
    begins = first if (first - 1) % 3 == 0 else first - 2 if first == last else 0
    is_quarter = begins >= 1 and (begins - 1) % 3 == 0 and last in (first, begins + 2)
    return (begins, begins + 2) if is_quarter else None


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


def _year_month_dash(match: re.Match[str]) -> PartialSpan:
    """Return the month of 2009-10 or 2019-1, which may be a fiscal year or a quarter instead."""
    year, number = int(match[1]), _number(match[2])
    other: OtherReading = ""
    if match[0].endswith(match[2]) and match[2].isdecimal():
        is_fiscal = number == (year + 1) % 100 and len(match[2]) == 2
        is_quarter = number <= 4 and len(match[2]) == 1
        other = "fiscal year" if is_fiscal else "quarter" if is_quarter else ""
    return PartialSpan(year, (number, number), other_reading=other)


def _day_of_year(match: re.Match[str]) -> PartialSpan:
    """Return the month whose first or last day is named; raise UnreadableCell for other days."""
    year, month_number, day, *clock = match.groups()
    if clock and clock[0] and not _MIDNIGHT.fullmatch(clock[0]):
        rule = "allowed: a day, or a time of 00:00"
        raise UnreadableCell(match[0], f"has a time, so its day depends on the time zone; {rule}")
    return span_of_day(_date(match[0], int(year), int(month_number), int(day)))


def _day_before_year(match: re.Match[str]) -> PartialSpan:
    """Return the month of 30.04.2019 or 04/30/2019, of which only one reading can be its end."""
    one, mark, other, year = int(match[1]), match[2], int(match[3]), int(match[4])
    orders = [(one, other)] if mark == "." else [(one, other), (other, one)]
    spans = set()
    for day, month_number in orders:
        try:
            spans.add(span_of_day(_date(match[0], year, month_number, day)))
        except UnreadableCell:
            continue
    if len(spans) != 1:
        raise UnreadableCell(match[0], _NOT_AN_END)
    is_open = mark != "." and max(one, other) <= MONTHS_A_YEAR and one != other
    return replace(spans.pop(), other_reading="day") if is_open else spans.pop()


def iso_days(text: str, order: DateOrder | None) -> str:
    """Return a text whose days of a declared order are written year first."""
    if order is None:
        return text

    def _year_first(match: re.Match[str]) -> str:
        numbers = (match[1], match[2]) if order == "mdy" else (match[2], match[1])
        return f"{match[3]}-{int(numbers[0]):02d}-{int(numbers[1]):02d}"

    return _DAY_OF_AN_ORDER.sub(_year_first, text)


def _date(text: str, year: int, month_number: int, day: int) -> date:
    try:
        return date(year, month_number, day)
    except ValueError:
        raise UnreadableCell(text, f"is not a date; {_ALLOWED}") from None


DAY_INSIDE_A_MONTH = "is a day inside a month"
_NOT_AN_END = (
    f"{DAY_INSIDE_A_MONTH}; allowed: the first or the last of a month, "
    "or a column of days of release (发布日期)"
)


def span_of_day(day: date) -> PartialSpan:
    """Return the month whose first or last day this is; raise UnreadableCell for other days."""
    if day.day != 1 and (day + timedelta(days=1)).day != 1:
        raise UnreadableCell(day, _NOT_AN_END)
    end: OtherReading = "first day" if day.day == 1 else "last day"
    return PartialSpan(day.year, (day.month, day.month), other_reading=end)


def _short_year(text: str) -> int:
    """Return the year of 19 or 2019; two digits from 50 on are of the last century."""
    number = int(text)
    return number if number > 99 else number + (1900 if number >= 50 else 2000)


def _named_months(match: re.Match[str]) -> PartialSpan:
    """Return the months from one name to another, with the year where it is given."""
    groups = match.groupdict()
    year = groups.get("before") or groups.get("after")
    first = MONTH_NAMES[match["first"]]
    last = MONTH_NAMES[groups.get("last") or match["first"]]
    return PartialSpan(None if year is None else _short_year(year), (first, last))


def _day_of_named_month(match: re.Match[str]) -> PartialSpan:
    """Return the month of 30 April 2019 or April 30, 2019; raise UnreadableCell."""
    month_number, day = MONTH_NAMES[match["first"]], int(match["day"])
    return span_of_day(_date(match[0], int(match["after"]), month_number, day))


def _quarter_of_year(match: re.Match[str]) -> PartialSpan:
    """Return the quarter of a year, whichever of the two stands first."""
    groups = match.groupdict()
    last = 3 * int(groups.get("quarter") or groups["numeral"])
    return PartialSpan(_short_year(match["year"]), (last - 2, last))


def _half_of_year(match: re.Match[str]) -> PartialSpan:
    last = 6 * int(match["half"])
    return PartialSpan(int(match["year"]), (last - 5, last))


def _month_before_year(match: re.Match[str]) -> PartialSpan:
    return PartialSpan(int(match[2]), (int(match[1]), int(match[1])))


def _two_ends(match: re.Match[str]) -> PartialSpan:
    first, last = int(match[1]), int(match[3])
    if first != last:
        raise UnreadableCell(match[0], f"is not a span within one year; {_ALLOWED}")
    return PartialSpan(first, _months(match[2], match[4]))


def _constant(meaning: PartialSpan) -> _Meaning:
    return lambda _: meaning


_NAMES_OF_MONTHS = (
    "jan january januar jänner janvier janv enero ene janeiro gennaio gen",
    "feb february februar février févr fév fevrier febrero fevereiro fev febbraio",
    "mar march märz mär mrz mars marzo março",
    "apr april avril avr abril abr aprile",
    "may mai mayo maio maggio mag",
    "jun june juni juin junio junho giugno giu",
    "jul july juli juillet juil julio julho luglio lug",
    "aug august août aout agosto ago",
    "sep sept september septembre septiembre setembro set settembre",
    "oct october oktober okt octobre octubre outubro out ottobre ott",
    "nov november novembre noviembre novembro",
    "dec december dezember dez décembre déc decembre diciembre dic dezembro dicembre",
)
MONTH_NAMES = {
    name: number for number, names in enumerate(_NAMES_OF_MONTHS, 1) for name in names.split()
}
_NAME = "(?:" + "|".join(sorted(map(re.escape, MONTH_NAMES), key=len, reverse=True)) + ")"
_NOT_IN_WORD, _NO_WORD_AFTER = r"(?<![^\W\d_])", r"(?![^\W\d_])"
_JOIN = r"[-./',]?"
_CLOCK = r"(?:t?(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?:z|[+-]\d\d:?\d\d)?)?"
_MIDNIGHT = re.compile(r"00:00(?::00(?:\.0+)?)?")
_Q = r"[一二三四1-4]"
_END = r"(?:月份?|(?![\d.季个千百万亿元美%]))"  # 2019.9亿元 is an amount
_DAY_OF_MONTH = r"(0[1-9]|[12]\d|3[01])"
_YEAR_TO_DATE = (
    r"(?:季度|季)累计值?|(?:自年初|本年|今年|年初以来|1-本月|1至本月|至?本月止)?累计|1[-至]本月|年初以来|本月止"
    r"|(?<![a-z])(?:ytd|yeartodate|sincejanuary|cumulative(?:quarters?)?)(?![a-z])"
)
_ONE_QUARTER = (
    r"[当本单]季度?|(?<![a-z])quarter(?:ly|s)?(?![a-z])|(?<![\d一二三四五六七八九十])季度"
)
# In this order: a longer pattern comes before one that matches a part of it.
_PATTERNS: list[tuple[re.Pattern[str], _Meaning]] = [
    (re.compile(pattern), meaning)
    for pattern, meaning in (
        (rf"{_YEAR_MONTH}(?:\.\.|{_TO}){_YEAR_MONTH}(?!\d)", _two_ends),
        (rf"(?<!\d)(\d{{1,2}})([./-])(\d{{1,2}})\2({YEAR})(?!\d)", _day_before_year),
        (
            rf"{_YEAR_OF_SPAN}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)",
            _day_of_year,
        ),
        (
            rf"(?:(?<!\d)(?P<before>{YEAR}){_JOIN})?{_NOT_IN_WORD}(?P<first>{_NAME})\.?"
            rf"(?:{_TO}|to|bis)(?P<last>{_NAME}){_NO_WORD_AFTER}(?:{_JOIN}(?P<after>{YEAR}))?",
            _named_months,
        ),
        (
            rf"(?<!\d)(?P<day>\d{{1,2}})[-.]?(?P<first>{_NAME})\.?{_JOIN}(?P<after>{YEAR})(?!\d)",
            _day_of_named_month,
        ),
        (
            rf"{_NOT_IN_WORD}(?P<first>{_NAME})\.?(?P<day>\d{{1,2}}),?(?P<after>{YEAR})(?!\d)",
            _day_of_named_month,
        ),
        (rf"(?<!\d)(?P<before>{YEAR}){_JOIN}(?P<first>{_NAME}){_NO_WORD_AFTER}", _named_months),
        (
            rf"{_NOT_IN_WORD}(?P<first>{_NAME})\.?{_JOIN}(?P<after>{YEAR}|\d\d)(?!\d)",
            _named_months,
        ),
        (rf"{_YEAR_OF_SPAN}(?:[-:]?m(?=\d)|:(?=[01]\d))(0?[1-9]|1[0-2])(?!\d)", _year_and_months),
        (
            rf"(?P<year>(?<!\d){YEAR})[-./:]?(?:q|t(?:rim)?)(?P<quarter>[1-4])(?!\d|{_TO})",
            _quarter_of_year,
        ),
        (
            rf"(?:(?<![a-z])q(?P<quarter>[1-4])|(?<!\d)(?P<numeral>[1-4])\.?(?:q|quartal|trimestre))"
            rf"[-./]?(?P<year>{YEAR})(?!\d)",
            _quarter_of_year,
        ),
        (r"(?<![\da-z])(?P<quarter>[1-4])q(?P<year>\d\d)(?!\d)", _quarter_of_year),
        (r"(?<![a-z])q(?P<quarter>[1-4])[-/'](?P<year>\d\d)(?!\d)", _quarter_of_year),
        (rf"(?P<year>(?<!\d){YEAR})[-./]?[sh](?P<half>[12])(?!\d)", _half_of_year),
        (rf"(?<![a-z])[sh](?P<half>[12])[-./]?(?P<year>{YEAR})(?!\d)", _half_of_year),
        (rf"(?<![\d.,~-])(0?[1-9]|1[0-2])[./-]({YEAR})(?![\d年])", _month_before_year),
        (rf"{_YEAR_OF_SPAN}(0[1-9]|1[0-2])(?!\d)", _year_and_months),
        (rf"{_YEAR_OF_SPAN}[./年]({_N}){_TO}({_N}){_END}", _year_and_months),
        (rf"{_YEAR_OF_SPAN}-({_N}){_TO}({_N})月份?", _year_and_months),
        (rf"{_YEAR_OF_SPAN}-(0[1-9]|1[0-2])-{_DAY_OF_MONTH}(?:{_CLOCK})(?!\d)", _day_of_year),
        (
            rf"{_YEAR_OF_SPAN}/({_N})/(0[1-9]|[12]\d|3[01]|[1-9](?!\d))(?:{_CLOCK})(?!\d)",
            _day_of_year,
        ),
        (rf"{_YEAR_OF_SPAN}年({_N})月(\d{{1,2}})日", _day_of_year),
        (rf"{_YEAR_OF_SPAN}-({_N})-(1[3-9]|2\d|3[01])(?!\d)", _day_of_year),
        (rf"{_YEAR_OF_SPAN}[-/]({_N}){_END}", _year_month_dash),
        (rf"{_YEAR_OF_SPAN}\.({_N}){_END}", _year_month_dash),
        (rf"{_YEAR_OF_SPAN}年度?[{_NUMERALS}]{{1,2}}(?![-~.\w])", lambda _: None),
        (rf"{_YEAR_OF_SPAN}(?:年度?|(?!\d))", lambda match: PartialSpan(int(match[1]))),
        (rf"前({_Q})个?季度?", lambda match: PartialSpan(months=(1, 3 * _number(match[1])))),
        (rf"(?<![a-z])q([1-4]){_TO}q?([1-4])(?:季度?|(?![\d.月个]))", _quarters),
        (rf"第?({_Q})(?:季度?)?{_TO}第?({_Q})季度?", _quarters),
        (rf"第?()({_Q})季度?", _quarters),
        (r"(?<![a-z])()q([1-4])(?!\d)", _quarters),
        (rf"{_NOT_IN_WORD}(?P<first>{_NAME}){_NO_WORD_AFTER}", _named_months),
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
        (r"本月|当月|单月|期末", _constant(PartialSpan(reach="month"))),
        (_ONE_QUARTER, _constant(PartialSpan(reach="quarter"))),
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
    pairs = ((new.year, time.year), (new.months, time.months), (new.reach, time.reach))
    return any(None not in pair and pair[0] != pair[1] for pair in pairs)
