"""An expectation that has shown skill moves the forecast; bureau and record are simulated."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from forecast.archive.archive import Archive, Fingerprints
from forecast.archive.judgements import Author, Judgement, Judgements
from forecast.outlook.annual import annual_outlook
from forecast.outlook.value import IndicatorOutlook
from forecast.outlook.vintages import Question, _keyed, vintage
from forecast.report.indicator import judgement_caveats
from forecast.verification.record import DENSITY_COLUMNS, Record

DAY, YEARS = date(2019, 7, 31), range(2011, 2019)
BUREAU = Author(id="commerce", name_en="Bureau of Commerce", name_zh="商务局", role="bureau")
MISSES = np.array([0.6, -0.6, 0.4, -0.4, 0.8, -0.8, 0.5, -0.5])


def judgements(this_year: float) -> Judgements:
    growth = dict(zip(YEARS, 10 + MISSES, strict=True)) | {2019: this_year}
    every = [
        Judgement(
            area="china", indicator="retail_sales", year=year, author="commerce",
            entered_on=date(year, 7, 20), growth_pct=float(value),
        )
        for year, value in growth.items()
    ]  # fmt: skip
    return Judgements(tuple(every), {"commerce": BUREAU})


def record() -> Record:
    """Return a record on which the pool always said 10 and the bureau was always right."""
    rows = pd.DataFrame(
        {
            "area": "china", "indicator": "retail_sales", "model": "pool",
            "outturn_status": "final", "year": list(YEARS), "mean_pct": 10.0,
            "lower80_pct": 9.0, "upper80_pct": 11.0, "outturn_pct": 10 + MISSES,
            "as_of": [pd.Timestamp(year, 7, 15) for year in YEARS],
            "settled_on": [pd.Timestamp(year + 1, 1, 20) for year in YEARS],
            "months_known": 6, "pit": 0.5, "crps": 0.3, "scale_pp": 0.5, "seconds": 0.0,
        }
    )  # fmt: skip
    empty = Record.empty()
    densities = rows.reindex(columns=list(DENSITY_COLUMNS)).astype(DENSITY_COLUMNS)
    return Record(empty.points, densities)


def retail_sales(archive: Archive) -> IndicatorOutlook:
    outlook = annual_outlook(
        archive.as_of(DAY), "china", 2019, record=record(), seed=1, n_paths=400,
        indicators=["retail_sales"],
    )  # fmt: skip
    return outlook.indicators["retail_sales"]


@pytest.fixture(scope="module")
def judged(real_archive: Archive) -> IndicatorOutlook:
    return retail_sales(replace(real_archive, judgements=judgements(12.0)))


def test_the_forecast_moves_towards_a_bureau_that_was_always_right(
    judged: IndicatorOutlook, real_archive: Archive
):
    alone = retail_sales(real_archive)
    assert judged.judgement is not None
    assert judged.judgement.n_years == 8
    part = judged.judgement.weight
    assert judged.december.mean() == pytest.approx((1 - part) * alone.december.mean() + part * 12.0)
    assert np.sort(judged.judgement.without(judged.december)) == pytest.approx(
        np.sort(alone.december)
    )
    assert alone.judgement is None


def test_the_months_known_stay_as_they_are(judged: IndicatorOutlook):
    assert judged.paths.shape[1] == 6  # July to December; June is published


def test_a_judgement_of_tomorrow_counts_for_nothing_today(real_archive: Archive):
    late = judgements(12.0)
    every = tuple(
        replace(j, entered_on=date(2019, 8, 1)) if j.year == 2019 else j for j in late.every
    )
    archive = replace(real_archive, judgements=replace(late, every=every))
    assert retail_sales(archive).judgement is None


def test_the_report_says_what_the_judgement_did_and_what_it_would_be_without(
    judged: IndicatorOutlook,
):
    (caveat,) = judgement_caveats(judged, judgements(12.0))
    said, alone = dict(caveat.values), np.median(judged.judgement.without(judged.december))
    assert caveat.code == "judgement_counts"
    assert said["author_zh"] == "商务局"
    assert said["growth"] == "12.0"
    assert said["weight"] == f"{100 * judged.judgement.weight:.0f}"
    assert said["without"] == f"{alone:.1f}"


def test_an_earlier_day_is_forecast_anew_once_a_judgement_of_it_is_entered(real_archive: Archive):
    keys = []
    for archive in (real_archive, replace(real_archive, judgements=judgements(12.0))):
        question = Question(archive.as_of(DAY), "china", 2019, 1, 400)
        then = replace(vintage(question, DAY), targets={"retail_sales": None})
        keys += [key for key, _ in _keyed(question, [(then, "retail_sales")])]
    assert keys[0] != keys[1]
    assert replace(then, targets={}).snapshot().archive.judgements.known_on(DAY)


def test_a_judgement_is_known_from_its_day_on_and_in_its_area_alone(real_archive: Archive):
    with_it = replace(real_archive, judgements=judgements(12.0))
    entered = date(2019, 7, 20)
    before, on_it = (
        [Fingerprints(archive).on(day, area) for archive in (real_archive, with_it)]
        for day, area in ((date(2011, 7, 19), "china"), (entered, "china"))
    )
    elsewhere = [Fingerprints(archive).on(entered, "futian") for archive in (real_archive, with_it)]
    assert before[0] == before[1]
    assert on_it[0] != on_it[1]
    assert elsewhere[0] == elsewhere[1]
