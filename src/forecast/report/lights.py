"""The lights and the words that stand for a probability."""

from __future__ import annotations

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
    return next(name for floor, name in WORDS if chance >= floor)


def light(chance: float) -> str:
    """Return `green`, `yellow` or `red` for a probability."""
    return "green" if chance >= GREEN_FROM else "red" if chance < RED_BELOW else "yellow"
