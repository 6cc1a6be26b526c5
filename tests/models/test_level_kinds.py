"""Levels that growth says nothing of: zero, through zero, tiny, negative. All are simulated."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from forecast.archive.archive import Archive
from forecast.base.months import Span, month
from forecast.history.levels import FloatArray
from forecast.history.series import History, build_history
from forecast.models.registry import MODELS
from forecast.models.shared import Shared
from strategies import Release, archive_of, indicator

MONTHS = np.arange(12 * 8 + 8)
NOISE = 0.5 * np.random.default_rng(1).standard_normal(len(MONTHS))
KINDS: dict[str, Callable[[], FloatArray]] = {
    "zero base": lambda: np.where(MONTHS < 84, 0.0, 5.0 + NOISE),
    "sign change": lambda: 3 * np.sin(MONTHS / 14) + NOISE,
    "tiny base": lambda: np.where(MONTHS < 84, 1e-6, 5.0 + NOISE),
    "all negative": lambda: -20 + NOISE,
}
ENTRIES = {
    "amount": indicator(annual_rule="sum_of_months"),
    "balance": indicator(annual_rule="sum_of_months", quantity="balance"),
    "stock": indicator(annual_rule="end_of_year"),
    "rate": indicator(annual_rule="mean_of_months", quantity="rate", unit="pct"),
}


def archive(kind: str, quantity: str) -> Archive:
    releases = []
    for place, value in enumerate(KINDS[kind]()):
        last = month(2010, 1) + place
        out = date(2010 + (place + 1) // 12, (place + 1) % 12 + 1, 20)
        entry = ENTRIES[quantity]
        releases.append(
            Release(
                span=Span(last, last),
                value=float(value),
                released_on=out,
                measure="level",
                unit=entry.unit,
            )
        )
    return archive_of(releases, ENTRIES[quantity])


def history(kind: str, quantity: str) -> History:
    return build_history(archive(kind, quantity).as_of(date(2018, 9, 30)), "made_up", "sales", 2018)


@pytest.mark.parametrize("quantity", ENTRIES)
@pytest.mark.parametrize("kind", KINDS)
def test_models_forecast_such_levels_or_say_that_they_cannot(kind: str, quantity: str):
    found = history(kind, quantity)
    fitted = []
    for name, model in MODELS.items():
        if name in ("prophet", "structural", "sarima") or not model.can_fit(found):
            continue
        paths = model.fit(found, Shared()).simulate(20, np.random.default_rng(1))
        assert paths.shape == (20, 4)
        assert np.isfinite(paths).all(), name
        fitted.append(name)
    if quantity in ("balance", "rate"):
        assert {"pace", "drift"} <= set(fitted)


@pytest.mark.parametrize("kind", ["zero base", "sign change", "all negative"])
def test_growth_of_levels_of_zero_or_less_is_known_to_mean_nothing(kind: str):
    assert history(kind, "amount").newest_without_growth is not None
    assert history(kind, "balance").newest_without_growth is None
