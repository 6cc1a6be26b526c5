"""What a cell holds: a number as offices type it or programs store it, a day, a status."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from string import ascii_uppercase

from forecast.archive.figure_files import STATUSES
from forecast.base.errors import UnreadableCell
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
    return _REPEATED_DASHES.sub(r"\1", _INVISIBLE.sub("", half_width(text)))


BETWEEN_WORDS = "\x02"  # stands where blanks separate two words of Latin letters or digits
_BETWEEN_WORDS = re.compile(r"(?<=[a-z0-9])\s+(?=[a-z0-9])")


def plain_words(text: str) -> str:
    """Return a text in plain spelling in which Latin words are still apart."""
    marked = _BETWEEN_WORDS.sub(BETWEEN_WORDS, half_width(text))
    return _REPEATED_DASHES.sub(r"\1", _INVISIBLE.sub("", marked))


def half_width(text: str) -> str:
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
    text = _ZERO_WIDTH.sub("", half_width(content))
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
