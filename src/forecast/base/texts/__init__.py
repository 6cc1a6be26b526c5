"""The words and the forms of numbers in reports, in English and Chinese."""

from forecast.base.texts.catalogue import LANGUAGES, placeholders_of, text
from forecast.base.texts.forms import (
    LEVEL_UNITS,
    day,
    digits,
    interval,
    level,
    months,
    number,
    percent,
    percent_points,
    points,
    rate,
    signed,
    signed_number,
    span,
    whole_percent,
)

__all__ = [
    "LANGUAGES",
    "LEVEL_UNITS",
    "day",
    "digits",
    "interval",
    "level",
    "months",
    "number",
    "percent",
    "percent_points",
    "placeholders_of",
    "points",
    "rate",
    "signed",
    "signed_number",
    "span",
    "text",
    "whole_percent",
]
