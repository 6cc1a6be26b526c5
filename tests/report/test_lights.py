"""Lights and words follow the whole per cent that is printed beside them."""

from datetime import date

import pytest

from forecast.outlook.attainment import Attainment, Probability
from forecast.report.lights import lamp, light, light_of_target, word
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
        ("green", 0, "green"),
        ("red", 0, "red"),
        ("missed", 0, "missed"),
    ],
)
def test_only_a_yellow_light_without_a_figure_of_the_year_is_blind(
    colour: str, months_known: int, shown: str
):
    assert lamp(colour, months_known) == shown
