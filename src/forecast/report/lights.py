"""The lights, the words and the ranges that stand for a probability, and the light of a target.

Light and word follow the whole per cent that is printed beside them, so that 66 % is never
yellow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from forecast.base.texts import whole_percent

if TYPE_CHECKING:
    from forecast.outlook.attainment import Attainment
    from forecast.verification.outturn import Outturn

GREEN_FROM, RED_BELOW = 0.66, 0.33
LAMPS = (
    "green", "yellow", "red", "green_blind", "blind", "red_blind", "attained", "missed", "none",
)  # fmt: skip
WORDS = (  # so narrow that a reader of the word alone is within 10 points of the number
    (0.97, "almost_certain"),
    (0.85, "very_likely"),
    (0.66, "likely"),
    (0.56, "better_than_even"),
    (0.45, "about_even"),
    (0.33, "worse_than_even"),
    (0.16, "unlikely"),
    (0.04, "very_unlikely"),
    (0.0, "almost_impossible"),
)
RANGES = (0.90, 0.66, 0.33, 0.10, 0.0)  # wider: each has to hold past forecasts of many years


def word(probability: float) -> str:
    """Return the key of the words for a probability; they are never shown without the number."""
    shown = _printed(probability)
    return next(name for floor, name in WORDS if shown >= floor)


def range_of(probability: float) -> int:
    """Return the place among `RANGES` of the range in which a probability lies as it is printed."""
    shown = _printed(probability)
    return next(i for i, floor in enumerate(RANGES) if shown >= floor)


def ends_of_range(place: int) -> tuple[float, float]:
    """Return the least and the most probability, as printed, of a range by its place."""
    most = round(RANGES[place - 1] - 0.01, 2) if place else 1.0
    return RANGES[place], most


def light(probability: float) -> str:
    """Return `green`, `yellow` or `red` for a probability."""
    shown = _printed(probability)
    return "green" if shown >= GREEN_FROM else "red" if shown < RED_BELOW else "yellow"


def light_of_target(attainment: Attainment | None, outturn: Outturn | None) -> str:
    """Return the light of a target: `attained` or `missed` once it is settled, else its colour.

    Without a forecast it is `none`.
    """
    if outturn is not None and outturn.attained is not None:
        return "attained" if outturn.attained else "missed"
    return "none" if attainment is None else attainment.light


def settled_probability(light: str, probability: float | None) -> float | None:
    """Return the probability of a target with a light: 1 once it is attained, 0 once missed."""
    return {"attained": 1.0, "missed": 0.0}.get(light, probability)


def lamp(light: str, months_known: int) -> str:
    """Return the lamp that shows a light: a hollow one for a colour without a figure of the year.

    Without a figure, even odds mean that little is known, not that the target is close; yellow is
    then `blind`, and green and red are `green_blind` and `red_blind`, until figures bear them out.
    """
    if months_known or light not in ("green", "yellow", "red"):
        return light
    return "blind" if light == "yellow" else f"{light}_blind"


def footing(months_known: int, scale_basis: str) -> str:
    """Return what a probability rests on, in three steps: likelihood is one thing, footing another.

    `own`: figures of the year itself. `course`: none yet, so the course is that of earlier years
    and other series. `width`: neither, and the size of errors is borrowed too.
    """
    if months_known:
        return "own"
    return "course" if scale_basis == "own" else "width"


def _printed(probability: float) -> float:
    return whole_percent(probability) / 100
