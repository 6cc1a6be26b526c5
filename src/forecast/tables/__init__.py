"""The sections of a page as tables and sentences, drawn from a report alone."""

from forecast.tables.headline import headline, summary, title, together
from forecast.tables.scoreboard import scoreboard
from forecast.tables.sections import caveats, details, known, members, others, provenance
from forecast.tables.terminal import terminal
from forecast.tables.track import (
    track,
    track_caveats,
    track_headline,
    track_indicators,
    track_scores,
)

__all__ = [
    "caveats",
    "details",
    "headline",
    "known",
    "members",
    "others",
    "provenance",
    "scoreboard",
    "summary",
    "terminal",
    "title",
    "together",
    "track",
    "track_caveats",
    "track_headline",
    "track_indicators",
    "track_scores",
]
