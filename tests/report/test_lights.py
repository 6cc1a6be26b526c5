"""Lights and words follow the whole per cent that is printed beside them."""

import pytest

from forecast.report.lights import light, word


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
