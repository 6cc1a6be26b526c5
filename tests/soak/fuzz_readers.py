"""Fuzzes the readers of days, months, numbers, spans and units with atheris.

    python tests/soak/fuzz_readers.py -max_total_time=600 tests/soak/corpus

Whatever the text, a reader returns a value or raises what it says it raises. Texts that reached new
code are added to the corpus; what crashes is written beside it.
"""

# What is to be fuzzed is imported while atheris instruments it.

import math
import sys

import atheris

with atheris.instrument_imports(include=["forecast"]):
    from forecast.base import months as spans
    from forecast.base.errors import ForecastError
    from forecast.base.notation import is_name, parse_day, parse_number
    from forecast.importing.cells import (
        growth_pct_of,
        growth_pct_of_index,
        level_of,
        plain,
    )
    from forecast.importing.times import partial_span
    from forecast.importing.units import unit_rule


def read_all(text: str) -> None:
    """Read a text in every way in which a cell of a file is read."""
    month = spans.parse_month(text)
    assert month is None or spans.month_text(month).encode() == text.encode()
    value = parse_number(text)
    assert value is None or math.isfinite(value)
    parse_day(text)
    is_name(text)
    for reader in (growth_pct_of, growth_pct_of_index, level_of, _span, _rule):
        try:
            reader(text)
        except ForecastError:
            continue


def _span(text: str) -> None:
    rest = partial_span(plain(text))[1]
    assert len(rest) <= len(plain(text))


def _rule(text: str) -> None:
    rule = unit_rule(plain(text), "cny_100m", {})
    assert rule.times > 0


def fuzz(raw: bytes) -> None:
    """Read bytes as the text that they spell."""
    read_all(raw.decode("utf-8", errors="replace"))


if __name__ == "__main__":
    atheris.Setup(sys.argv, fuzz)
    atheris.Fuzz()
