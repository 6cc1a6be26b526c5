"""What number a cell holds: as typed by an office, or as a program stores it."""

from __future__ import annotations

import math
import re
from datetime import date
from decimal import Decimal

from forecast.base.errors import UnreadableCell
from forecast.importing.spelling import plain, spaced

Content = str | int | float | Decimal | bool | date | None

_BLANKS = {
    "",
    "-",
    "...",
    "......",
    "/",
    "n/a",
    "na",
    "无",
    "暂无",
    "未公布",
    "null",
    "none",
}
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_FROM_DIGIT_TO_DIGIT = re.compile(r"\d.*\d", re.DOTALL)
_GROUPED_BY_BLANKS = re.compile(r"\d{1,3}(?: \d{3})+(?:\.\d+)?")
_ZERO_WIDTH = re.compile(r"[\u200b-\u200f\u2060\ufeff]")
_SAID = re.compile(r"(?:同比)?(增长|上升|上涨|增加|下降|下跌|下滑|减少|负增长)?(.+?)(%?)")
_FALLS = ("下降", "下跌", "下滑", "减少", "负增长")
_LEVEL = re.compile(r"(?:与?(?:上年|去年)(?:同期)?|同比)*持平")
_ALLOWED = "allowed: 1234.5 or 1,234.5"
_MOST = Decimal(10) ** 15
_DIGITS = 15  # that a spreadsheet keeps; what a float says beyond them is noise of the binary


class Spoilt(str):
    """What a cell of a workbook shows in place of a number that is not to be read, and why."""

    content: str
    why: str

    def __new__(cls, content: str, why: str) -> Spoilt:
        """Make the text of a cell with `content`; it begins as an error of a spreadsheet does."""
        made = super().__new__(cls, f"#{content}")
        made.content, made.why = content, why
        return made


def is_blank(content: Content) -> bool:
    """Whether a cell says that there is no figure: nothing, a dash, an ellipsis, 暂无."""
    return content is None or (isinstance(content, str) and plain(content) in _BLANKS)


def is_stored_number(content: Content) -> bool:
    """Whether a cell holds a number, not the text of one."""
    return isinstance(content, int | float | Decimal) and not isinstance(content, bool)


def level_said(content: Content) -> Decimal | None:
    """Return the amount in a cell, None where it is blank; raise UnreadableCell."""
    if is_blank(content):
        return None
    if not isinstance(content, str):
        return _stored(content)
    text = _number_text(content)
    if text.endswith("%"):
        raise UnreadableCell(content, "per cent is no level; allowed: a number")
    return _typed(text, content)


def growth_said(content: Content, *, is_share: bool = False) -> Decimal | None:
    """Return growth in per cent, None where the cell is blank; raise UnreadableCell.

    `is_share` says that a stored number is a share of one which is shown as per cent.
    """
    if is_blank(content):
        return None
    if isinstance(content, str):
        growth = _growth_typed(_number_text(content), content)
    else:
        growth = _stored(content) * (100 if is_share else 1)
    if growth <= -100:
        raise UnreadableCell(content, "is no growth; allowed: above -100")
    return growth


def growth_of_index(content: Content, *, is_share: bool = False) -> Decimal | None:
    """Return growth in per cent from an index of which the same months of last year are 100.

    None where the cell is blank; raise UnreadableCell.
    """
    if is_share:
        raise UnreadableCell(content, "is shown as per cent, and is an index; allowed: 101.8")
    index = level_said(content)
    if index is not None and index <= 0:
        raise UnreadableCell(content, "is no index; allowed: above 0, last year's being 100")
    return None if index is None else index - 100


def _number_text(content: str) -> str:
    """Return a text in plain spelling; raise UnreadableCell where blanks or marks part its digits.

    Several dashes are no sign here.
    """
    if isinstance(content, Spoilt):
        raise UnreadableCell(content.content, content.why)
    text = _ZERO_WIDTH.sub("", spaced(content))
    digits = _FROM_DIGIT_TO_DIGIT.search(text)
    if digits and re.search(r"\s", digits[0]) and not _GROUPED_BY_BLANKS.fullmatch(digits[0]):
        why = "has a blank or a mark between its digits; allowed: 1234.5, 1,234.5 or 1 234.5"
        raise UnreadableCell(content, why)
    return "".join(text.split())


def _growth_typed(text: str, content: str) -> Decimal:
    if _LEVEL.fullmatch(text):
        return Decimal(0)
    if text.endswith("百分点"):
        raise UnreadableCell(content, "percentage points are a change of growth; allowed: growth")
    found = _SAID.fullmatch(text)
    if found is None:
        raise UnreadableCell(content, "is no growth; allowed: 6.5, -3.2%, 增长6.5, 下降3.2, 持平")
    word, number, _ = found.groups()
    value = _typed(number, content)
    if word not in _FALLS:
        return value
    if number[0] in "+-":
        raise UnreadableCell(content, "has a word and a sign; allowed: one of them")
    return -value


def _typed(text: str, content: str) -> Decimal:
    if not (_NUMBER.fullmatch(text) or _GROUPED.fullmatch(text)) or not text.isascii():
        raise UnreadableCell(content, f"is no number; {_ALLOWED}")
    return _bounded(Decimal(text.replace(",", "")), content)


def _stored(content: Content) -> Decimal:
    if isinstance(content, bool) or not isinstance(content, int | float | Decimal):
        raise UnreadableCell(content, f"is no number; {_ALLOWED}")
    if not math.isfinite(content):
        raise UnreadableCell(content, f"is no finite number; {_ALLOWED}")
    exact = isinstance(content, int | Decimal)
    return _bounded(Decimal(content) if exact else Decimal(f"{content:.{_DIGITS}g}"), content)


def _bounded(value: Decimal, content: Content) -> Decimal:
    if abs(value) >= _MOST:
        raise UnreadableCell(content, "is too large; allowed: below 10^15")
    return value
