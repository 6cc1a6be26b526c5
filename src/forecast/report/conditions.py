"""What a scenario holds as given: growth of one indicator in a span of the year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forecast.base.errors import ConditionError
from forecast.base.months import Span, month_text, parse_month, year_of
from forecast.base.notation import parse_number

MOST_CONDITIONS = 2
REST = "rest"
_YEAR_TO_DATE = "ytd"
_SPANS = f"{REST}, {_YEAR_TO_DATE} YYYY-MM, YYYY-MM or YYYY-MM..YYYY-MM"
_FORM = f"INDICATOR SPAN GROWTH, the span {_SPANS}"


@dataclass(frozen=True, slots=True)
class Condition:
    """Growth in per cent, on the same months a year earlier, of one span of an indicator.

    Without a span it is that of the rest of the year: of all months not yet published together.
    """

    indicator: str
    growth_pct: float
    span: Span | None = None

    def __str__(self) -> str:
        """Return the condition as it is written: `retail_sales rest 9`, `gdp ytd 2019-09 7.1`."""
        where = REST if self.span is None else str(self.span)
        if self.span is not None and self.span.is_year_to_date and self.span.n_months > 1:
            where = f"{_YEAR_TO_DATE} {month_text(self.span.last)}"
        return f"{self.indicator} {where} {self.growth_pct:g}"


def read_conditions(texts: Sequence[str]) -> list[Condition]:
    """Return the conditions that texts spell; raise ConditionError with all that is wrong."""
    problems: list[str] = []
    found = [_parsed(text, problems) for text in texts]
    if problems:
        raise ConditionError(problems)
    return [condition for condition in found if condition is not None]


def _parsed(text: str, problems: list[str]) -> Condition | None:
    """Return the condition that a text spells; None with what is wrong added to `problems`."""
    words = text.split()
    n_words = 4 if words[1:2] == [_YEAR_TO_DATE] else 3
    if len(words) != n_words:
        problems.append(f"{text!r}: {len(words)} words; allowed: {_FORM}")
        return None
    span, growth = _span(words[1:-1]), _growth(words[-1])
    if words[1] != REST and span is None:
        problems.append(f"{text!r}: {' '.join(words[1:-1])!r} is not a span (expected {_SPANS})")
    if growth is None:
        rule = "expected a plain number in per cent, above -100"
        problems.append(f"{text!r}: {words[-1]!r} is not a growth rate ({rule})")
        return None
    return Condition(words[0], growth, span)


def _span(words: list[str]) -> Span | None:
    """Return the span that the middle of a condition names; None for the rest, or for none."""
    first, _, last = words[-1].partition("..")
    if words[0] == _YEAR_TO_DATE:
        end = parse_month(words[-1])
        return None if end is None else Span.parse(f"{year_of(end)}-01", words[-1])
    try:
        return Span.parse(first, last or first)
    except ValueError:
        return None


def _growth(text: str) -> float | None:
    value = parse_number(text)
    return value if value is not None and value > -100 else None
