"""Accounting: what shares imply between a whole, its parts and a rest. Simulated, known answers."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.archive.registry import Registry
from forecast.base.months import Span
from forecast.history.series import History, build_history
from forecast.models.shared import Scale
from forecast.outlook.accounts import Link, accounted, contribution, links, share_caveats
from forecast.outlook.value import IndicatorOutlook
from strategies import Release, archive_of, history_of, indicator, row

SCALE = Scale(1.0, 8.0, "own", 8)
N_PATHS = 20_000


def outlook(name: str, standard_deviation_pp: float, *, known: int = 6) -> IndicatorOutlook:
    """Return an outlook of a year of equal months whose Decembers are spread so about 6 %."""
    months = np.arange(known + 1, 13)
    rng = np.random.default_rng(len(name) + known)
    december = 6 + standard_deviation_pp * rng.standard_normal(N_PATHS)
    rest = (12 * december - 6.0 * known) / (12 - known)
    paths = (6.0 * known + np.outer(rest, months - known)) / months
    figures = {f"m{known}": 6.0} if known else {}
    history = history_of(row(**figures), entry=indicator(id=name))
    return IndicatorOutlook(history, None, "forecast", SCALE, paths=paths)


def correlations(
    outlooks: Mapping[str, IndicatorOutlook], *every: Link, association: float = 0.0
) -> np.ndarray:
    return accounted(np.eye(len(outlooks)), outlooks, every, association)


def test_a_part_moves_its_whole_by_its_share():
    """A part of a quarter with 2 points adds 0.5 to a whole with 1: a correlation of a half."""
    both = {"output": outlook("output", 1.0), "finance": outlook("finance", 2.0)}
    found = correlations(both, Link("finance", "output", 0.25))
    assert found[0, 1] == pytest.approx(0.5, abs=0.01)
    assert found[0, 1] * 1.0 / 2.0 == pytest.approx(0.25, abs=0.005)  # the slope is the share


def test_a_rest_that_goes_with_its_part_adds_to_what_the_share_moves():
    """0.5^2 + 2 x 0.3 x 0.5 z + z^2 = 1 gives z = 0.729, and 0.5 + 0.3 z = 0.719."""
    both = {"output": outlook("output", 1.0), "finance": outlook("finance", 2.0)}
    found = correlations(both, Link("finance", "output", 0.25), association=0.3)
    assert found[0, 1] == pytest.approx(0.719, abs=0.01)


def test_a_part_that_is_too_uncertain_moves_its_whole_as_far_as_the_whole_can_move():
    both = {"output": outlook("output", 0.5), "finance": outlook("finance", 8.0)}
    found = correlations(both, Link("finance", "output", 0.5))
    assert found[0, 1] == pytest.approx(0.95)


def test_what_a_part_did_in_months_that_its_whole_has_published_moves_only_the_rest():
    """Growth of the rest of a path is even, so half of the year's error lies after June."""
    part, whole = outlook("finance", 2.0, known=0), outlook("output", 1.0)
    added = contribution(part, whole, 0.25)
    assert np.std(added) == pytest.approx(0.25, abs=0.005)
    assert contribution(whole, part, 1.0) == pytest.approx(whole.december)


def test_pairs_that_share_no_accounts_keep_their_correlation():
    three = {n: outlook(n, s) for n, s in [("output", 1.0), ("finance", 2.0), ("sales", 3.0)]}
    before = np.array([[1, 0.2, 0.3], [0.2, 1, 0.1], [0.3, 0.1, 1]])
    found = accounted(before, three, [Link("finance", "output", 0.25)], 0.0)
    assert found[0, 1] == pytest.approx(0.5, abs=0.01)
    assert (found[0, 2], found[1, 2]) == pytest.approx((0.3, 0.1))


def test_parts_that_are_all_of_the_whole_leave_no_rest():
    """0.6^2 + 0.6^2 + 2 q 0.6^2 = 1 gives q = 0.389; each goes with the sum by 0.833."""
    three = {n: outlook(n, s) for n, s in [("trade", 1.0), ("exports", 1.2), ("imports", 1.2)]}
    found = correlations(three, Link("exports", "trade", 0.5), Link("imports", "trade", 0.5))
    assert found[1, 2] == pytest.approx(0.389, abs=0.02)
    assert found[0, 1] == pytest.approx(0.833, abs=0.01)
    weights = np.array([1.0, -0.6, -0.6])
    assert weights @ found @ weights == pytest.approx(0.0, abs=0.01)


def test_a_part_of_a_part_goes_with_both():
    three = {n: outlook(n, s) for n, s in [("output", 1.0), ("services", 1.2), ("finance", 2.0)]}
    found = correlations(
        three,
        Link("finance", "services", 0.4),
        Link("finance", "output", 0.2),
        Link("services", "output", 0.5),
    )
    assert found[2, 1] == pytest.approx(0.4 * 2.0 / 1.2, abs=0.02)
    assert found[1, 0] == pytest.approx(0.6, abs=0.01)


@given(
    st.lists(st.floats(0.1, 20), min_size=4, max_size=4),
    st.lists(st.floats(0.01, 0.99), min_size=3, max_size=3),
    st.floats(-0.5, 0.9),
)
def test_whatever_the_shares_the_correlations_are_possible_together(spreads, shares, association):
    names = ["output", "services", "finance", "industry"]
    four = {n: outlook(n, s) for n, s in zip(names, spreads, strict=True)}
    every = [Link(n, "output", s) for n, s in zip(names[1:], shares, strict=True)]
    found = correlations(four, *every, association=association)
    assert np.linalg.eigvalsh(found)[0] > 0
    assert np.diag(found) == pytest.approx(np.ones(4))


# What the levels say ------------------------------------------------------------------------------


def levels(**amounts: float) -> dict[str, History]:
    """Return the histories of 2018 of indicators with such levels in 2017; parts of output."""
    span, on = Span.year_to_date(2017, 12), date(2018, 1, 20)
    said = [
        Release(
            span=span, value=v, released_on=on, measure="level", unit="cny_100m", indicator=name
        )
        for name, v in amounts.items()
    ]
    entries = [
        indicator(id=name, part_of=None if name == "output" else "output") for name in amounts
    ]
    archive = archive_of(said, *entries)
    snapshot = archive.as_of(date(2018, 12, 1))
    return {name: build_history(snapshot, "made_up", name, 2018) for name in amounts}


def registry_of(histories: Mapping[str, History]) -> Registry:
    return Registry({name: h.indicator for name, h in histories.items()}, {}, {})


def codes(**amounts: float) -> dict[str, tuple[str, str]]:
    histories = levels(**amounts)
    registry = registry_of(histories)
    found = share_caveats(registry, histories, links(registry, histories))
    return {name: (c.code, c.values["share"]) for name, c in found.items()}


def test_shares_are_those_of_the_base_year():
    histories = levels(output=100.0, services=60.0, industry=30.0)
    assert links(registry_of(histories), histories) == (
        Link("services", "output", 0.6),
        Link("industry", "output", 0.3),
    )
    assert codes(output=100.0, services=60.0, industry=30.0) == {}


def test_parts_that_exceed_their_whole_together_overlap():
    assert codes(output=100.0, services=90.0, finance=40.0) == {
        "output": ("parts_overlap", "130.0")
    }


@pytest.mark.parametrize(("amount", "share"), [(120.0, "120.0"), (-20.0, "-20.0")])
def test_a_part_that_exceeds_its_whole_or_is_negative_has_no_share(amount: float, share: str):
    histories = levels(output=100.0, balance=amount)
    assert links(registry_of(histories), histories) == ()
    assert codes(output=100.0, balance=amount) == {"balance": ("share_impossible", share)}


def test_a_part_without_levels_has_no_share_and_that_is_no_fault():
    histories = levels(output=100.0, services=60.0)
    bare = history_of([7.0] * 12, entry=indicator(id="finance", part_of="output"))
    every = histories | {"finance": bare}
    registry = registry_of(every)
    assert links(registry, every) == (Link("services", "output", 0.6),)
    assert share_caveats(registry, every, links(registry, every)) == {}
