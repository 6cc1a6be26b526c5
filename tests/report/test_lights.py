"""Lights and words follow the whole per cent that is printed beside them."""

from datetime import date

import pytest

from forecast.base.texts import text
from forecast.outlook.attainment import Attainment, Probability
from forecast.report.lights import (
    ends_of_range,
    footing,
    lamp,
    light,
    light_of_target,
    range_of,
    word,
)
from forecast.verification.outturn import Outturn

LIKELY = Attainment(
    probability=Probability(0.7, 0.01), word="likely", light="green", planner_light=None
)


@pytest.mark.parametrize(
    ("probability", "colour"),
    [
        (1.0, "green"),
        (0.66, "green"),
        (0.655, "green"),  # printed as 66 %
        (0.6549, "yellow"),  # printed as 65 %
        (0.5, "yellow"),
        (0.33, "yellow"),
        (0.325, "yellow"),  # printed as 33 %
        (0.3249, "red"),  # printed as 32 %
        (0.0, "red"),
    ],
)
def test_the_light_changes_where_the_printed_per_cent_does(probability: float, colour: str):
    assert light(probability) == colour


@pytest.mark.parametrize(
    ("probability", "key"),
    [
        (1.0, "almost_certain"),
        (0.965, "almost_certain"),  # printed as 97 %
        (0.9649, "very_likely"),
        (0.845, "very_likely"),
        (0.8449, "likely"),
        (0.655, "likely"),
        (0.6549, "better_than_even"),
        (0.555, "better_than_even"),
        (0.5549, "about_even"),
        (0.445, "about_even"),
        (0.4449, "worse_than_even"),
        (0.325, "worse_than_even"),
        (0.3249, "unlikely"),
        (0.155, "unlikely"),
        (0.1549, "very_unlikely"),
        (0.035, "very_unlikely"),
        (0.0349, "almost_impossible"),
        (0.0, "almost_impossible"),
    ],
)
def test_the_words_change_where_the_printed_per_cent_does(probability: float, key: str):
    assert word(probability) == key


def outturn(attained: bool | None) -> Outturn:
    return Outturn(7.0, date(2019, 1, 20), "final", "", attained)


@pytest.mark.parametrize(
    ("attainment", "settled", "shown"),
    [
        (LIKELY, outturn(True), "attained"),
        (LIKELY, outturn(False), "missed"),
        (None, outturn(True), "attained"),
        (None, outturn(False), "missed"),
        (LIKELY, outturn(None), "green"),
        (LIKELY, None, "green"),
        (None, outturn(None), "none"),
        (None, None, "none"),
    ],
)
def test_a_settled_target_shows_what_came_of_it_and_an_open_one_its_colour(
    attainment: Attainment | None, settled: Outturn | None, shown: str
):
    assert light_of_target(attainment, settled) == shown


@pytest.mark.parametrize(
    ("colour", "months_known", "shown"),
    [
        ("yellow", 0, "blind"),
        ("yellow", 1, "yellow"),
        ("green", 0, "green_blind"),
        ("green", 1, "green"),
        ("red", 0, "red_blind"),
        ("red", 3, "red"),
        ("missed", 0, "missed"),
        ("attained", 0, "attained"),
        ("none", 0, "none"),
    ],
)
def test_a_light_without_a_figure_of_the_year_shows_it_in_each_colour(
    colour: str, months_known: int, shown: str
):
    assert lamp(colour, months_known) == shown


@pytest.mark.parametrize(
    ("months_known", "scale_basis", "step"),
    [(1, "own", "own"), (9, "pooled", "own"), (0, "own", "course"), (0, "pooled", "width")],
)
def test_what_a_probability_rests_on_has_three_steps(
    months_known: int, scale_basis: str, step: str
):
    assert footing(months_known, scale_basis) == step


SURER, LESS_SURE = (0.99, 0.9, 0.75, 0.6, 0.5), (0.01, 0.1, 0.25, 0.4, 0.5)


@pytest.mark.parametrize(
    ("lang", "shares", "words"),
    [
        ("en", SURER, "almost certain, very likely, likely, better than even, about even"),
        (
            "en",
            LESS_SURE,
            "almost impossible, very unlikely, unlikely, worse than even, about even",
        ),
        ("zh", SURER, "几乎肯定, 九成上下, 七八成, 六成上下, 五成上下"),
        ("zh", LESS_SURE, "几乎不可能, 一成上下, 两三成, 四成上下, 五成上下"),
    ],
)
def test_each_range_has_one_word_of_likelihood_in_each_language(
    lang: str, shares: tuple[float, ...], words: str
):
    """None of them is a word of confidence, such as uncertain or 基本确定."""
    assert ", ".join(text(f"word.{word(p)}", lang) for p in shares) == words


def test_a_word_stands_for_numbers_so_close_that_its_middle_is_within_ten_points_of_each():
    """And its light is that of all of them: a word never stands beside two lights."""
    by_word: dict[str, list[int]] = {}
    for percent in range(101):
        by_word.setdefault(word(percent / 100), []).append(percent)
    assert max(percents[-1] - percents[0] for percents in by_word.values()) <= 20
    assert all(light(p[0] / 100) == light(p[-1] / 100) for p in by_word.values())


@pytest.mark.parametrize(
    ("probability", "ends"),
    [(1.0, (0.9, 1.0)), (0.895, (0.9, 1.0)), (0.8949, (0.66, 0.89)), (0.0949, (0.0, 0.09))],
)
def test_past_forecasts_are_counted_in_five_wider_ranges(
    probability: float, ends: tuple[float, float]
):
    assert ends_of_range(range_of(probability)) == ends
