"""Headings between the rows of a grid, and what they say of the rows below them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from forecast.base.errors import UnreadableCell
from forecast.importing.spans import SpanSaid
from forecast.importing.vocabulary import OF_GROWTH, Said, of_others

_RULE = "allowed: a line under [words]"


@dataclass(frozen=True, slots=True)
class Section:
    """What the headings above a row say.

    `frame` holds for all rows below them until another heading says otherwise, `about` is what the
    newest heading that names an indicator says. Below an `unknown` heading a row has to name its
    indicator; below a `lost` one, or another head of columns, no row can be placed.
    """

    frame: Said = field(default_factory=Said)
    about: Said = field(default_factory=Said)
    unknown: str = ""
    lost: str = ""
    other_head: str = ""

    def below(self, heading: Said, text: str) -> Section:
        """Return the section below one more heading."""
        if heading.unknown:
            has_measure = self.frame.measure is not None or self.about.measure is not None
            is_lost = (
                has_measure or not heading.says_nothing or any(map(of_others, heading.unknown))
            )
            return replace(self, lost=text) if is_lost else replace(self, unknown=text)
        if heading.is_skipped or heading.says_nothing:
            return self
        if heading.indicator is not None:
            return replace(self, about=heading, unknown="", lost="")
        return replace(self, frame=_over(heading, self.frame), lost="")

    def of(self, near: Said) -> Said:
        """Return what holds for a row that, with its column, says what is near.

        Raise UnreadableCell where that cannot be told.
        """
        if self.other_head:
            why = "stands above it and begins another table; allowed: one table in a sheet"
            raise UnreadableCell(self.other_head, why)
        if self.lost:
            raise UnreadableCell(self.lost, f"stands above it and is not understood; {_RULE}")
        if self.unknown and near.indicator is None:
            why = "stands above it and is not understood, and the row names no indicator"
            raise UnreadableCell(self.unknown, f"{why}; {_RULE}")
        if near.indicator in (None, self.about.indicator):
            return _over(self.about, self.frame)
        if more := _said_more(self.about, near):
            why = f"is said by the heading above it, which is of {self.about.indicator}"
            raise UnreadableCell(more, f"{why}; allowed: its own, at the row or the column")
        return self.frame


def _over(near: Said, far: Said) -> Said:
    """Return what a nearer heading says over a farther one; what months it says are all."""
    time = near.time.over(far.time)
    if near.time.says_months:
        time = SpanSaid(time.year, near.time.months, near.time.reach)
    return replace(near.over(far), time=time)


def _said_more(heading: Said, near: Said) -> str:
    """Return the first thing of need to a figure that a heading says, and what is near does not."""
    has_unit = bool(near.unit) or near.is_per_cent or near.measure in OF_GROWTH
    pairs = (
        (heading.area, near.area),
        (heading.time.year, near.time.year),
        (heading.time.months_text or heading.time.reach, near.time.says_months or None),
        (heading.measure, near.measure),
        (heading.unit or ("%" if heading.is_per_cent else None), has_unit or None),
    )
    return next((str(said) for said, own in pairs if said is not None and own is None), "")
