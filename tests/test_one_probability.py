"""The page that derives a probability by hand says what the program computes, step by step."""

import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import t as student

import forecast
from forecast.combination.estimates import Estimates, estimates_of, estimation_day
from forecast.combination.pool import standing
from forecast.models.registry import MODELS
from forecast.outlook.answers import Answer

DOCS = Path(__file__).parents[1] / "docs"
PAGES = [DOCS / "one-probability.md", DOCS / "zh" / "one-probability.md"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def answer() -> Answer:
    return forecast.ask(area="futian", year=2019, as_of="2019-09-30")


@pytest.fixture(scope="module")
def estimates(answer: Answer) -> Estimates:
    day = estimation_day(date(2019, 9, 30))
    return estimates_of(answer.record, answer.outlook.snapshot.registry, day)


def rows(page: Path, head: str) -> list[list[str]]:
    """Return the rows of the first table of a page whose head begins so."""
    lines = page.read_text(encoding="utf-8").splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(f"| {head}"))
    found = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        found.append([cell.strip(" *`") for cell in line.strip("|").split("|")])
    return found


def numbers(cells: list[str]) -> list[float]:
    return [float(cell.replace(",", "").rstrip(" %")) for cell in cells]


@pytest.mark.parametrize("page", PAGES, ids=["en", "zh"])
def test_the_figures_are_those_of_the_data_folder(page: Path, answer: Answer):
    text = page.read_text(encoding="utf-8")
    snapshot = answer.outlook.snapshot
    history = answer.outlook.indicators["gdp"].history
    assert history.at(history.last_published) == 7.2
    assert history.settled_share(2019, 6) == pytest.approx(433777.7 / 936010.1, abs=1e-9)
    assert snapshot.targets("futian", 2019)["gdp"].lower_pct == 6.5
    assert all(number in text for number in ("433,777.7", "936,010.1", "0.4634", "5.80"))
    share = 433777.7 / 936010.1
    assert (6.45 - share * 7.2) / (1 - share) == pytest.approx(5.80, abs=0.005)


def test_the_typical_error_is_that_of_the_record(answer: Answer, estimates: Estimates):
    history, shared = answer.outlook.indicators["gdp"].history, estimates.shared
    assert shared.scales["futian/gdp"] == (pytest.approx(0.2243, abs=5e-5), 3)
    assert shared.scales["china/gdp"] == (pytest.approx(0.2078, abs=5e-5), 13)
    assert shared.area_factor == pytest.approx(2.5205, abs=5e-5)
    by_hand = np.exp((4 * np.log(2.5205 * 0.2078) + 3 * np.log(0.2243)) / 7)
    assert by_hand == pytest.approx(0.3642, abs=5e-4)
    assert shared.scale_of(history).scale_pp == pytest.approx(0.3642, abs=5e-5)
    assert shared.typical_move(history, 6) == pytest.approx(1.7766, abs=5e-5)
    assert pytest.approx(0.6470, abs=5e-4) == 1.7766 * 0.3642
    errors = shared.standard_errors(history, 6)
    assert len(errors) == 237
    assert np.sum(np.abs(errors) > 0.75 / 0.6470) == 63
    assert pytest.approx(0.266, abs=5e-4) == 63 / 237
    members = answer.outlook.indicators["gdp"].members
    assert np.mean(members["pace"][:, -1] >= 6.45) == pytest.approx(0.85, abs=0.01)


@pytest.mark.parametrize("page", PAGES, ids=["en", "zh"])
def test_the_three_views_are_those_of_the_models(page: Path, answer: Answer, estimates: Estimates):
    gdp = answer.outlook.indicators["gdp"]
    head = "model | what" if page.parent.name == "docs" else "模型 | 做法"
    table = {row[0]: numbers(row[2:]) for row in rows(page, head)}
    assert set(table) == set(gdp.members)
    for name in ("drift", "nowcast"):
        fitted = MODELS[name].fit(gdp.history, estimates.shared)
        mean, covariance = fitted.distribution()
        centre, spread = float(mean[-1]), float(np.sqrt(covariance[-1, -1]))
        assert fitted.degrees_of_freedom == 21
        points = centre + spread * student.ppf([0.08, 0.09], 21)
        assert table[name] == pytest.approx([centre, spread, *points], abs=1e-3)
    centre, spread, *points = table["pace"]
    assert (centre, spread) == (7.2, 0.647)
    december = np.sort(gdp.members["pace"][:, -1])
    below = [float(np.mean(december < point)) for point in points]
    assert below == pytest.approx([0.08, 0.09], abs=0.01)  # two errors of 4,000 draws


@pytest.mark.parametrize("page", PAGES, ids=["en", "zh"])
def test_weights_and_average_lead_to_the_printed_probability(
    page: Path, answer: Answer, estimates: Estimates
):
    gdp = answer.outlook.indicators["gdp"]
    is_english = page.parent.name == "docs"
    table = rows(page, "model | mean error" if is_english else "模型 | 平均误差")
    names, errors, powers, shares, weights = zip(*table, strict=True)
    past = standing(estimates.scores, list(gdp.members), 6)
    assert past.logs is not None
    assert numbers(list(errors)) == pytest.approx(np.exp(past.logs), abs=1e-4)
    assert numbers(list(powers)) == pytest.approx(np.exp(-10 * past.logs), rel=1e-3)
    by_hand = np.array(numbers(list(powers)))
    by_hand /= by_hand.sum()
    assert numbers(list(shares)) == pytest.approx(100 * by_hand, abs=0.05)
    assert numbers(list(weights)) == pytest.approx(0.75 * by_hand + 0.25 / 3, abs=1e-4)
    assert numbers(list(weights)) == pytest.approx([gdp.weights[n] for n in names], abs=1e-4)

    views = rows(page, "model | what" if is_english else "模型 | 做法")
    low, high = (
        float(np.dot(numbers(list(weights)), numbers([row[column] for row in views])))
        for column in (4, 5)
    )
    assert (low, high) == pytest.approx((6.427, 6.469), abs=1e-3)
    below = 8 + (6.45 - low) / (high - low)
    assert below == pytest.approx(8.5, abs=0.06)
    counted = 100 * float(np.mean(gdp.december >= 6.45))
    assert counted == pytest.approx(100 - below, abs=1.0)
    text = page.read_text(encoding="utf-8")
    assert round(counted) == 91
    assert re.search(r"\*\*91 ?%\*\*", text)
    assert re.search(r"\*\*91\.5 ?%\*\*", text)
