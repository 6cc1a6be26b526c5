"""The sections of a page as tables and sentences, drawn from a report alone."""

from forecast.base.texts import in_calendar
from forecast.pages.tables.beside import beside
from forecast.pages.tables.coming import next_sentence, next_terminal
from forecast.pages.tables.commitments import (
    commitments,
    commitments_lead,
    commitments_terminal,
    sentence,
)
from forecast.pages.tables.depth import (
    base_effects,
    contributions,
    depth_headline,
    drivers,
    figures,
    known_growth,
    past_forecasts,
    rest_of_year,
)
from forecast.pages.tables.headline import bulletin, headline, page_title, summary, together
from forecast.pages.tables.judgements import judgements
from forecast.pages.tables.movement import changes, moved_lines, moved_terminal
from forecast.pages.tables.overlay import (
    imported_lines,
    imported_terminal,
    overlay,
    overlay_terminal,
)
from forecast.pages.tables.retrospect import retrospect
from forecast.pages.tables.scenario import scenario, scenario_terminal
from forecast.pages.tables.sections import (
    caveats,
    details,
    known,
    members,
    others,
    provenance,
    quality,
)
from forecast.pages.tables.status import terminal
from forecast.pages.tables.track import (
    backtest_grids,
    backtest_sentences,
    live_sentences,
    live_terminal,
    scoreboard,
    track,
    track_caveats,
    track_headline,
    track_indicators,
    track_scores,
)

__all__ = [
    "backtest_grids",
    "backtest_sentences",
    "base_effects",
    "beside",
    "bulletin",
    "caveats",
    "changes",
    "commitments",
    "commitments_lead",
    "commitments_terminal",
    "contributions",
    "depth_headline",
    "details",
    "drivers",
    "figures",
    "headline",
    "imported_lines",
    "imported_terminal",
    "judgements",
    "known",
    "known_growth",
    "live_sentences",
    "live_terminal",
    "members",
    "moved_lines",
    "moved_terminal",
    "next_sentence",
    "next_terminal",
    "others",
    "overlay",
    "overlay_terminal",
    "page_title",
    "past_forecasts",
    "provenance",
    "quality",
    "rest_of_year",
    "retrospect",
    "scenario",
    "scenario_terminal",
    "scoreboard",
    "sentence",
    "summary",
    "terminal",
    "together",
    "track",
    "track_caveats",
    "track_headline",
    "track_indicators",
    "track_scores",
]

for _name in __all__:  # months are named by the calendar of the report that is drawn
    globals()[_name] = in_calendar(globals()[_name])
