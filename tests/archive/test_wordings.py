"""Targets in words: what is understood, and what is refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.archive.targets import Comparison
from forecast.archive.wordings import worded_target
from forecast.base.errors import ParameterError

SINGLE = {
    "at least 7 %": (Comparison.AT_LEAST, 7.0),
    "At least 7%": (Comparison.AT_LEAST, 7.0),
    "at_least 6": (Comparison.AT_LEAST, 6.0),
    "no less than 6.5 per cent": (Comparison.AT_LEAST, 6.5),
    ">= 7": (Comparison.AT_LEAST, 7.0),
    "≥7％": (Comparison.AT_LEAST, 7.0),
    "7 %": (Comparison.AT_LEAST, 7.0),
    "增长7%": (Comparison.AT_LEAST, 7.0),
    "7%以上": (Comparison.AT_LEAST, 7.0),
    "more than 0": (Comparison.MORE_THAN, 0.0),
    "> -1.5 %": (Comparison.MORE_THAN, -1.5),
    "above −1.5 %": (Comparison.MORE_THAN, -1.5),
    "positive": (Comparison.MORE_THAN, 0.0),
    "正增长": (Comparison.MORE_THAN, 0.0),
    "at most 3 %": (Comparison.AT_MOST, 3.0),
    "<=3": (Comparison.AT_MOST, 3.0),
    "3%以内": (Comparison.AT_MOST, 3.0),
    "about 7 %": (Comparison.ABOUT, 7.0),
    "7%左右": (Comparison.ABOUT, 7.0),
}


@pytest.mark.parametrize("words", SINGLE)
def test_a_comparison_and_a_rate(words: str):
    target = worded_target(words)
    assert (target.comparison, target.rate_pct) == SINGLE[words]
    assert target.wording == words


@pytest.mark.parametrize(
    "words", ["6.5 % ~ 7 %", "6.5%～7%", "6.5 to 7 %", "from 6.5 to 7", "6.5-7", "6.5 – 7 %"]
)
def test_a_range(words: str):
    target = worded_target(words)
    assert target.comparison is Comparison.WITHIN
    assert (target.lower_pct, target.upper_pct) == (6.5, 7.0)


@pytest.mark.parametrize("words", ["between 2 and 4 %", "Between 2 % and 4 %", "介于2%~4%"])
def test_a_band(words: str):
    target = worded_target(words)
    assert target.comparison is Comparison.BETWEEN
    assert (target.lower_pct, target.upper_pct) == (2.0, 4.0)


@pytest.mark.parametrize(
    "words", ["", "fast", "seven", "7 percent points", "at least", "< 7", "7 8"]
)
def test_other_words_are_refused_and_the_message_shows_what_is_allowed(words: str):
    with pytest.raises(ParameterError, match=r"is not a target \(expected as in 'at least 7 %'"):
        worded_target(words)


def test_a_range_that_falls_is_refused():
    with pytest.raises(ParameterError, match=r"'7 ~ 6.5': 7 lies above 6.5"):
        worded_target("7 ~ 6.5")


@given(st.text())
def test_any_text_is_understood_or_refused(words: str):
    with contextlib.suppress(ParameterError):
        assert worded_target(words).wording == words
