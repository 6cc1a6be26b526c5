"""The contract that every model keeps, and the guard around those of other packages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from forecast.base.errors import BrokenModel
from forecast.history.levels import FloatArray
from forecast.history.series import History
from forecast.models.shared import Scale, Shared

_WIDEST = 40.0  # scales between the 5 % and the 95 % of December; 8 is usual at most


class Fitted(Protocol):
    """A model fitted to one history."""

    def update(self, history: History) -> Fitted:
        """Return the same parameters on a history with new figures."""
        ...

    def simulate(self, n_paths: int, rng: np.random.Generator) -> FloatArray:
        """Return paths of shape (n_paths, months ahead): YTD growth in %, December last."""
        ...


class Model(Protocol):
    """A way to continue a history to December.

    A model of another package may declare the `quantities` that it serves; without that it is asked
    about growth alone, not about levels of rates and balances.
    """

    name: str

    def can_fit(self, history: History) -> bool:
        """Return whether the history is long and regular enough; False instead of a crash."""
        ...

    def fit(self, history: History, shared: Shared) -> Fitted:
        """Return the model fitted to a history, with parameters shared over indicators."""
        ...


OF_GROWTH = ("amount", "index", "stock")  # quantities whose outcome of the year is growth
QUANTITIES = (*OF_GROWTH, "rate", "balance")


def quantities_of(model: Any) -> tuple[str, ...]:
    """Return the quantities that a model serves: as declared, else those with growth."""
    return tuple(getattr(model, "quantities", OF_GROWTH))


def is_explosive(paths: FloatArray, scale: Scale) -> bool:
    """Return whether paths are not finite, or spread far beyond how the series ever moved.

    Multiplicative models do so on some short or erratic series. What is_explosive is left out.
    """
    if not np.isfinite(paths).all():
        return True
    low, high = np.quantile(paths[:, -1], [0.05, 0.95])
    return bool(high - low > _WIDEST * scale.scale_pp)


@dataclass(eq=False)
class Guarded:
    """A model of another package; each breach of the contract is a BrokenModel that says how."""

    name: str
    model: Any

    def can_fit(self, history: History) -> bool:
        """Return what the model says, False for what it does not serve; raise BrokenModel."""
        if history.indicator.kind not in quantities_of(self.model):
            return False
        return bool(self._kept("can_fit", self.model.can_fit, history))

    def fit(self, history: History, shared: Shared) -> GuardedFit:
        """Return the guarded fit; raise BrokenModel where the model fails."""
        return GuardedFit(self, self._kept("fit", self.model.fit, history, shared), history)

    def _kept(self, part: str, function: Any, *arguments: Any) -> Any:
        try:
            return function(*arguments)
        except Exception as error:  # whatever the other package raises
            raise BrokenModel(
                self.name, f"{part} raised {type(error).__name__}: {error}"
            ) from error


@dataclass(frozen=True)
class GuardedFit:
    """A fit of a guarded model to a history."""

    of: Guarded
    fitted: Any
    history: History

    def update(self, history: History) -> GuardedFit:
        """Return the guarded update; raise BrokenModel where the model fails."""
        return GuardedFit(self.of, self.of._kept("update", self.fitted.update, history), history)

    def simulate(self, n_paths: int, rng: np.random.Generator) -> FloatArray:
        """Return the paths; raise BrokenModel where they are not what the contract says."""
        given = self.of._kept("simulate", self.fitted.simulate, n_paths, rng)
        expected = n_paths, len(self.history.ahead)
        if np.shape(given) != expected:
            why = f"simulate gave the shape {np.shape(given)}; expected {expected}"
            raise BrokenModel(self.of.name, f"{why}, paths by months ahead")
        paths: FloatArray = self.of._kept("simulate", np.asarray, given, float)
        if not np.isfinite(paths).all():
            count = f"{np.count_nonzero(~np.isfinite(paths))} of {paths.size}"
            raise BrokenModel(self.of.name, f"simulate gave {count} numbers that are not finite")
        return paths
