"""Judgements of simulated bureaux over eight years: skill helps, and its lack does no harm."""

import numpy as np
import pytest

from combination.test_judgement import FLAT, POOL_NOW, POOL_SD, TOWN, YEARS, entered, record
from forecast.combination.judgement import judgement_weight
from forecast.verification.scores import crps


def crps_to_pool(kind: str, *, n_runs: int) -> float:
    """Return the CRPS with the bureau's judgement to the pool's, in the ninth year."""
    rng = np.random.default_rng(20190201)
    before, after = [], []
    for _ in range(n_runs):
        miss = POOL_SD * rng.standard_normal(9)
        judged = {
            "skilled": 7 + miss + 1.0 * rng.standard_normal(9),
            "biased": 7 + miss + 3.0 + 5.0 * rng.standard_normal(9),
            "useless": 7 + 2.0 * rng.standard_normal(9),
        }[kind]
        years = [*YEARS, 2018]
        outturns = dict(zip(years, 7 + miss, strict=True))
        judgements = [entered(y, g) for y, g in zip(years, judged, strict=True)]
        weight = judgement_weight(judgements, TOWN, 2018, record(FLAT, outturns), POOL_NOW)
        paths = POOL_NOW if weight is None else weight.moved(POOL_NOW)
        before.append(crps(POOL_NOW[None, ::20], [outturns[2018]])[0])
        after.append(crps(paths[None, ::20], [outturns[2018]])[0])
    return float(np.mean(after) / np.mean(before))


@pytest.mark.parametrize(("kind", "most"), [("skilled", 0.95), ("biased", 1.01), ("useless", 1.01)])
def test_after_eight_years_skill_helps_and_its_lack_does_no_harm(kind: str, most: float):
    assert crps_to_pool(kind, n_runs=4000) <= most
