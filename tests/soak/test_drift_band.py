"""Bands of the drift model over 4,000 simulated years."""

import pytest

from models.test_drift import share_within_the_band


@pytest.mark.parametrize("known", [0, 6, 9])
def test_four_fifths_of_simulated_years_end_within_the_band_of_four_fifths(known: int):
    assert abs(share_within_the_band(known, 4000) - 0.8) < 0.03
