"""How the figures of a row were issued: their status and the day of their release."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import NamedTuple

from forecast.archive.figures import STATUSES
from forecast.base.errors import UnreadableCell
from forecast.base.notation import parse_day
from forecast.importing.numbers import Content
from forecast.importing.spelling import plain

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d\d)(\d\d)")


class Issued(NamedTuple):
    """Status and day of release of the figures of a row; the day is `usual` where lags tell it."""

    status: str
    released_on: date | str | None


def status_said(content: Content) -> str:
    """Return the status in a cell; raise UnreadableCell."""
    status = plain(str(content))
    if status not in STATUSES:
        raise UnreadableCell(content, f"is no status; allowed: {', '.join(STATUSES)}")
    return status


def day_said(content: Content) -> date:
    """Return the day in a cell; raise UnreadableCell."""
    if isinstance(content, datetime):
        return content.date()
    if isinstance(content, date):
        return content
    text = plain(str(content))
    parts = _DAY.fullmatch(text)
    numbers = [part for part in parts.groups() if part] if parts else []
    day = parse_day("-".join(number.zfill(2) for number in numbers))
    if day is None:
        rule = "expected 2019-10-25, 2019/10/25 or 2019年10月25日"
        raise UnreadableCell(content, f"is not a date ({rule})")
    return day
