"""The lights and the words that stand for a probability.

Both follow the whole per cent that is printed beside them, so that 66 % never stands by yellow.
"""

from __future__ import annotations

from forecast.base.texts import whole_percent

GREEN_FROM, RED_BELOW = 0.66, 0.33
WORDS = (
    (0.90, "nearly_certain"),
    (0.66, "likely"),
    (0.33, "uncertain"),
    (0.10, "unlikely"),
    (0.0, "remote"),
)


def word(chance: float) -> str:
    """Return the key of the words for a probability; they never stand without the number."""
    return next(name for floor, name in WORDS if _printed(chance) >= floor)


def light(chance: float) -> str:
    """Return `green`, `yellow` or `red` for a probability."""
    shown = _printed(chance)
    return "green" if shown >= GREEN_FROM else "red" if shown < RED_BELOW else "yellow"


def _printed(chance: float) -> float:
    return whole_percent(chance) / 100
