"""Made-up figures and histories, and Hypothesis strategies over them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import ArrayLike, NDArray

from forecast.archive.archive import Archive
from forecast.archive.commitments import Commitment, CommitmentComparison
from forecast.archive.figure_files import STATUSES
from forecast.archive.progress import ProgressEntry
from forecast.archive.registry import Indicator, Registry
from forecast.archive.targets import Comparison, Target
from forecast.base.months import Span, month, month_of_year, year_of
from forecast.base.series import Series
from forecast.history.growth import Basis, Growth, Part
from forecast.history.series import History

FIRST_YEAR, LAST_YEAR = 2016, 2018


@dataclass(frozen=True, kw_only=True)
class Release:
    """A made-up figure as a row of an archive."""

    span: Span
    value: float
    released_on: date
    measure: str = "growth_pct"
    unit: str = "pct"
    status: str = "final"
    area: str = "made_up"
    indicator: str = "sales"

    @property
    def key(self) -> tuple[object, ...]:
        return self.area, self.indicator, self.span, self.measure, self.unit

    def row(self) -> dict[str, object]:
        plain = asdict(self)
        del plain["span"]
        rest = {"released_on_basis": "published", "publisher": "", "source": "", "file": "made up"}
        return plain | rest | {"first": self.span.first, "last": self.span.last}


def indicator(**changes: Any) -> Indicator:
    """Return a nominal indicator that accumulates, but for what is given."""
    plain = {"id": "sales", "name_en": "Sales", "name_zh": "销售额", "unit": "cny_100m"}
    return Indicator(**(plain | {"annual_rule": "published_ytd"} | changes))


def archive_of(
    releases: Iterable[Release], *indicators: Indicator, targets: Sequence[Target] = ()
) -> Archive:
    """Return an archive of made-up releases; of no file, so nothing of it is cached."""
    table = pd.DataFrame([r.row() for r in releases])
    table = table.assign(line=range(2, len(table) + 2))
    table["released_on"] = pd.to_datetime(table["released_on"])
    registry = Registry({i.id: i for i in indicators or (indicator(),)}, {}, {})
    return Archive(table, registry, tuple(targets))


def history_of(
    year_to_date: ArrayLike,
    *,
    year: int = 2018,
    shares: ArrayLike | None = None,
    expected: Mapping[int, float] | None = None,
    parts: Sequence[Part] = (),
    entry: Indicator | None = None,
    area: str = "made_up",
    related: Mapping[str, History] | Mapping[Series, History] | None = None,
) -> History:
    """Return a history of published growth, one row a year, the last one the judged year.

    `expected` holds by month what an office expects; shares are equal where none are given.
    """
    settled = np.atleast_2d(np.asarray(year_to_date, dtype=float))
    basis = np.where(np.isnan(settled), Basis.MISSING, Basis.PUBLISHED).astype(np.int8)
    values, first_year = settled.copy(), year - len(settled) + 1
    for when, growth in (expected or {}).items():
        place = year_of(when) - first_year, month_of_year(when) - 1
        values[place], basis[place] = growth, Basis.EXPECTED
    grid = (
        np.full(settled.shape, 1 / 12)
        if shares is None
        else np.broadcast_to(shares, (len(settled), 12))
    )
    return History(
        area,
        replace(entry or indicator(), related=list(map(str, related or {}))),
        date(year, 12, 31),
        year,
        first_year,
        Growth(values, basis, np.full(len(settled), np.nan), tuple(parts)),
        None,
        np.array(grid, dtype=float),
        ("own",) * len(settled),
        None,
        (),
        {Series.parse(str(name)): history for name, history in (related or {}).items()},
    )


def row(**months: float) -> list[float]:
    """Return twelve numbers of a year, NaN but for those given as m1 to m12."""
    return [months.get(f"m{m}", np.nan) for m in range(1, 13)]


def target(
    comparison: Comparison | str = "at_least", rate_pct: float | None = 7.0, **more: Any
) -> Target:
    """Return a made-up target for 2018, announced on 2018-02-01."""
    plain = {"area": "made_up", "year": 2018, "indicator": "sales", "wording": "", "source": ""}
    plain |= {"announced_on": date(2018, 2, 1), "comparison": Comparison(comparison)}
    return Target(**(plain | {"rate_pct": rate_pct} | more))


def days() -> st.SearchStrategy[date]:
    """Days from the first release that `releases` can hold."""
    return st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR + 1, 12, 31))


def spans() -> st.SearchStrategy[Span]:
    """Spans of up to fourteen months: months, quarters, years to date, across years."""
    firsts = st.integers(month(FIRST_YEAR, 1), month(LAST_YEAR, 12))
    any_span = st.builds(lambda first, n: Span(first, first + n), firsts, st.integers(0, 13))
    to_date = st.builds(Span.year_to_date, st.integers(FIRST_YEAR, LAST_YEAR), st.integers(1, 12))
    return to_date | any_span


def rates() -> st.SearchStrategy[float]:
    """Growth in per cent as it is published, to one decimal."""
    return st.integers(-300, 600).map(lambda tenths: tenths / 10)


@st.composite
def release(draw: st.DrawFn) -> Release:
    """A release after its span has begun: growth, or a level in one of two units."""
    span = draw(spans())
    begun = date(year_of(span.first), month_of_year(span.first), 1)
    measure, unit = draw(
        st.sampled_from([("growth_pct", "pct"), ("level", "cny_100m"), ("level", "usd_100m")])
    )
    value = draw(rates() if measure == "growth_pct" else st.integers(1, 99999).map(float))
    return Release(
        span=span,
        measure=measure,
        unit=unit,
        value=value,
        status=draw(st.sampled_from(STATUSES)),
        released_on=draw(st.dates(begun, date(LAST_YEAR + 2, 12, 31))),
    )


def releases() -> st.SearchStrategy[list[Release]]:
    """Releases that keep the contract: one value a day for each key."""
    return st.lists(release(), min_size=1, max_size=25, unique_by=lambda r: (r.key, r.released_on))


def shares() -> st.SearchStrategy[NDArray[np.float64]]:
    """Twelve positive shares of a year, which add up to one."""
    return arrays(float, 12, elements=st.floats(0.2, 5)).map(lambda sizes: sizes / sizes.sum())


def growth_of_months() -> st.SearchStrategy[NDArray[np.float64]]:
    """Twelve months' growth in per cent."""
    return arrays(float, 12, elements=st.floats(-40, 60))


@st.composite
def growth_paths(draw: st.DrawFn, n_paths: int = 40) -> NDArray[np.float64]:
    """Paths of YTD growth in per cent, of shape (n_paths, months ahead), ties among them."""
    n_months = draw(st.integers(1, 6))
    return draw(arrays(float, (n_paths, n_months), elements=rates() | st.floats(-30, 60)))


def commitment(**changes: Any) -> Commitment:
    """Return a made-up commitment to 400 beds within 2018, but for what is given."""
    plain = {
        "id": "beds", "area": "made_up", "year": 2018, "name_en": "New beds", "name_zh": "新增床位",
        "amount": 400.0, "unit_en": "beds", "unit_zh": "张", "comparison": "exactly",
        "wording": "新增床位400张", "source": "made up", "announced_on": date(2018, 2, 1),
    } | changes  # fmt: skip
    return Commitment(**(plain | {"comparison": CommitmentComparison(plain["comparison"])}))


def entry(day: str, done: float, *, released_on: str = "", of: str = "beds") -> ProgressEntry:
    """Return a made-up progress entry, known on its day unless told otherwise."""
    return ProgressEntry(
        id=of,
        day=date.fromisoformat(day),
        done=done,
        source="made up",
        released_on=date.fromisoformat(released_on or day),
        decimals=0 if done == int(done) else 1,
    )
