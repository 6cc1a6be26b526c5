"""Accounting: growth of a whole is that of its parts and a rest, weighted by their shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from forecast.archive.registry import Registry
from forecast.base.months import month
from forecast.base.texts import Caveat
from forecast.combination.dependence import positive_definite
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.outlook.parts import raw_shares, share_of
from forecast.outlook.value import IndicatorOutlook

_TOLERANCE = 0.02  # levels are rounded, and parts of one year may be of different vintages
_CLOSEST = 0.95  # two forecasts made apart are never taken for one
_STEPS = 30
_LEAST_EIGENVALUE = 1e-3


@dataclass(frozen=True, slots=True)
class Link:
    """A part, a whole of it, and the part's share of the whole's level in the base year."""

    part: str
    whole: str
    share: float


def links(registry: Registry, histories: Mapping[str, History]) -> tuple[Link, ...]:
    """Return a link from each part to each of its wholes of which the share is known.

    `histories` are an area's, by indicator. The links of a part go from the nearest whole on.
    """
    return tuple(
        Link(name, whole, share)
        for name, history in histories.items()
        for whole in registry.wholes_of(history.area, name)
        if whole in histories
        and (share := share_of(history, histories[whole], history.year - 1)) is not None
    )


def nearest(every: Sequence[Link]) -> dict[str, Link]:
    """Return the link of each part to the nearest whole of which its share is known."""
    found: dict[str, Link] = {}
    for link in every:
        found.setdefault(link.part, link)
    return found


def share_caveats(
    registry: Registry, histories: Mapping[str, History], every: Sequence[Link]
) -> dict[str, Caveat]:
    """Return, by indicator, what its levels say that no accounts can: the kinds of such caveats.

    A part that exceeds its whole or is negative has no share; parts that together exceed their
    whole overlap, so each is set against the rest of the whole alone.
    """
    caveats: dict[str, Caveat] = {}
    linked = {(link.part, link.whole) for link in every}
    for name, history in histories.items():
        whole = next(iter(registry.wholes_of(history.area, name)), None)
        if whole is None or whole not in histories or (name, whole) in linked:
            continue
        shares = raw_shares(history, histories[whole], history.year - 1)
        if shares:
            values = {"indicators": whole, "share": f"{100 * shares[0]:.1f}"}
            caveats[name] = Caveat("share_impossible", values)
    for whole, parts in _by_whole(every).items():
        total = sum(link.share for link in parts)
        if total > 1 + _TOLERANCE:
            names = ", ".join(link.part for link in parts)
            caveats[whole] = Caveat(
                "parts_overlap", {"indicators": names, "share": f"{100 * total:.1f}"}
            )
    return caveats


def _by_whole(every: Sequence[Link]) -> dict[str, list[Link]]:
    """Return the links of parts to their nearest wholes, by whole."""
    by_whole: dict[str, list[Link]] = {}
    for link in nearest(every).values():
        by_whole.setdefault(link.whole, []).append(link)
    return by_whole


def contribution(part: IndicatorOutlook, whole: IndicatorOutlook, share: float) -> FloatArray:
    """Return what a part adds to the year's growth of its whole on each path, in points.

    It is the share times growth of the part, as far as growth of the whole is still open. What the
    part did in months that are published of the whole alone is in the whole's growth already:
    there a larger part means a smaller rest.
    """
    december, known = part.december, month(part.history.year, whole.history.months_known)
    if december is None:
        raise ValueError(f"{part.history.series} has no paths")
    if not whole.history.months_known or known not in part.history.ahead or part.paths is None:
        return share * december
    settled = part.history.settled_share(part.history.year, whole.history.months_known)
    return share * (december - settled * part.paths[:, part.history.ahead.index(known)])


def accounted(
    correlation: FloatArray,
    outlooks: Mapping[str, IndicatorOutlook],
    every: Sequence[Link],
    association: float,
) -> FloatArray:
    """Return the correlation of Decembers that shares imply between parts and their wholes.

    `correlation` is that of past errors, in the order of `outlooks`, which all have paths;
    `association` the correlation of a part with the rest. A part moves its whole by its share, as
    far as the two distributions allow. Pairs of others keep their correlation as far as is possible
    beside that, and are brought towards independence given the whole.
    """
    names = list(outlooks)
    of_paths = [k for k in every if k.part in outlooks and k.whole in outlooks]
    if not of_paths:
        return correlation
    tied, implied = correlation.copy(), {}
    for link in of_paths:
        part, whole = outlooks[link.part], outlooks[link.whole]
        implied[link] = _implied(part, whole, link.share, association)
    siblings: dict[tuple[str, str], float] = {}
    for links_of_whole in _by_whole(of_paths).values():
        if abs(sum(k.share for k in links_of_whole) - 1) <= _TOLERANCE:
            _divide(links_of_whole, outlooks, implied, siblings)
    for link, rho in implied.items():
        _put(tied, names, (link.part, link.whole), rho)
    for pair, rho in siblings.items():
        _put(tied, names, pair, rho)
    apart = _independent_given_wholes(correlation, names, nearest(of_paths), implied, siblings)
    return positive_definite(_closest_possible(tied, apart))


def _put(matrix: FloatArray, names: Sequence[str], pair: tuple[str, str], value: float) -> None:
    i, j = (names.index(name) for name in pair)
    matrix[i, j] = matrix[j, i] = value


def _implied(
    part: IndicatorOutlook, whole: IndicatorOutlook, share: float, association: float
) -> float:
    """Return the correlation of a part's December with that of its whole.

    With x the part's contribution in units of the whole's standard deviation, and z that of the
    rest, x^2 + 2 a x z + z^2 = 1 gives z, and the contribution has the correlation x + a z.
    """
    lean, size = _lean_and_size(part, whole, share)
    open_part = max(0.0, 1 - size**2 * (1 - association**2))
    rest = max(0.0, np.sqrt(open_part) - association * size)
    return float(lean * min(_CLOSEST, size + association * rest))


def _lean_and_size(
    part: IndicatorOutlook, whole: IndicatorOutlook, share: float
) -> tuple[float, float]:
    """Return the correlation of a part with its contribution, and how large that one is.

    The size is in units of the whole's standard deviation.
    """
    added = contribution(part, whole, share)
    sizes = [float(np.std(x)) for x in (part.december, added, whole.december) if x is not None]
    if min(sizes) <= 0:
        return 0.0, 0.0
    lean = float(np.corrcoef(np.asarray(part.december), added)[0, 1])
    return lean, sizes[1] / sizes[2]


def _divide(
    parts: Sequence[Link],
    outlooks: Mapping[str, IndicatorOutlook],
    implied: dict[Link, float],
    siblings: dict[tuple[str, str], float],
) -> None:
    """Put in what holds where parts are all of the whole: their sum has its variance.

    The parts have one correlation q with each other, as far as that is possible.
    """
    both = [_lean_and_size(outlooks[k.part], outlooks[k.whole], k.share) for k in parts]
    sizes = np.array([size for _, size in both])
    cross = (sizes.sum() ** 2 - (sizes**2).sum()) / 2
    if len(parts) < 2 or cross <= 0:
        return
    least = -_CLOSEST / (len(parts) - 1)
    q = float(np.clip((1 - (sizes**2).sum()) / (2 * cross), least, _CLOSEST))
    spread = np.sqrt((sizes**2).sum() + 2 * q * cross)
    for link, (lean, size) in zip(parts, both, strict=True):
        implied[link] = float(lean * (size + q * (sizes.sum() - size)) / spread)
    for (one, (a, _)), (other, (b, _)) in combinations(zip(parts, both, strict=True), 2):
        siblings[one.part, other.part] = q * a * b


def _independent_given_wholes(
    correlation: FloatArray,
    names: Sequence[str],
    direct: Mapping[str, Link],
    implied: Mapping[Link, float],
    siblings: Mapping[tuple[str, str], float],
) -> FloatArray:
    """Return the correlations where a part tells of others through its nearest whole alone."""
    matrix = correlation.copy()
    placed = [name for name in names if name not in direct]
    waiting = [name for name in names if name in direct]
    while waiting:
        name = next(n for n in waiting if direct[n].whole in placed)
        link, i = direct[name], names.index(name)
        for other in placed:
            j = names.index(other)
            through = 1.0 if other == link.whole else matrix[names.index(link.whole), j]
            own = siblings.get((name, other), siblings.get((other, name)))
            matrix[i, j] = matrix[j, i] = implied[link] * through if own is None else own
        placed.append(name)
        waiting.remove(name)
    return matrix


def _closest_possible(tied: FloatArray, apart: FloatArray) -> FloatArray:
    """Return the mixture of two matrices nearest to the first that is positive definite."""
    low, high = 0.0, 1.0
    if np.linalg.eigvalsh(tied)[0] >= _LEAST_EIGENVALUE:
        return tied
    for _ in range(_STEPS):
        middle = (low + high) / 2
        possible = np.linalg.eigvalsh((1 - middle) * tied + middle * apart)[0] >= _LEAST_EIGENVALUE
        low, high = (low, middle) if possible else (middle, high)
    return np.asarray((1 - high) * tied + high * apart)
