"""Lights and words follow the whole per cent that is printed beside them."""

from datetime import date

import pytest

from forecast.base.texts import text
from forecast.outlook.attainment import Attainment, Probability
from forecast.report.lights import footing, lamp, light, light_of_target, word
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
        (1.0, "nearly_certain"),
        (0.895, "nearly_certain"),  # printed as 90 %
        (0.8949, "likely"),
        (0.655, "likely"),
        (0.6549, "uncertain"),
        (0.325, "uncertain"),
        (0.3249, "unlikely"),
        (0.095, "unlikely"),
        (0.0949, "remote"),
        (0.0, "remote"),
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


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["very likely", "likely", "about even", "unlikely", "very unlikely"]),
        ("zh", ["很有可能", "较有可能", "五成上下", "不大可能", "很不可能"]),
    ],
)
def test_each_range_has_one_word_of_likelihood_in_each_language(lang: str, words: list[str]):
    """None of them is a word of confidence, such as uncertain or 基本确定."""
    found = [text(f"word.{word(p)}", lang) for p in (0.95, 0.75, 0.5, 0.2, 0.05)]
    assert found == words
