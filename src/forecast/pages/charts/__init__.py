"""Pictures of a report. They draw what the report holds, and compute nothing."""

from forecast.pages.charts.compared import compared
from forecast.pages.charts.fan import fan, fan_figure, fans
from forecast.pages.charts.heat import heat, heat_figure, overview
from forecast.pages.charts.history import film, history, history_figure
from forecast.pages.charts.joint import all_together, joint, joint_figure
from forecast.pages.charts.members import members, members_figure, strips
from forecast.pages.charts.months import scores_by_month
from forecast.pages.charts.reliability import reliability
from forecast.pages.charts.spark import spark, sparks
from forecast.pages.charts.style import picture
from forecast.pages.charts.track import track
from forecast.pages.charts.waterfall import moved, waterfall, waterfall_figure

__all__ = [
    "all_together",
    "compared",
    "fan",
    "fan_figure",
    "fans",
    "film",
    "heat",
    "heat_figure",
    "history",
    "history_figure",
    "joint",
    "joint_figure",
    "members",
    "members_figure",
    "moved",
    "overview",
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
