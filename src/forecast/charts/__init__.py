"""Pictures of a report. They draw what the report holds, and compute nothing."""

from forecast.charts.compared import compared
from forecast.charts.fan import fan, fan_figure, fans
from forecast.charts.history import film, history, history_figure
from forecast.charts.members import members, members_figure, strips
from forecast.charts.months import scores_by_month
from forecast.charts.reliability import reliability
from forecast.charts.spark import spark, sparks
from forecast.charts.style import picture
from forecast.charts.track import track
from forecast.charts.waterfall import moved, waterfall, waterfall_figure

__all__ = [
    "compared",
    "fan",
    "fan_figure",
    "fans",
    "film",
    "history",
    "history_figure",
    "members",
    "members_figure",
    "moved",
    "picture",
    "reliability",
    "scores_by_month",
    "spark",
    "sparks",
    "strips",
    "track",
    "waterfall",
    "waterfall_figure",
]
