"""Pictures of a report. They draw what the report holds, and compute nothing."""

from forecast.charts.compared import compared
from forecast.charts.fan import fan, fan_figure, fans
from forecast.charts.heat import heat, heat_figure, overview
from forecast.charts.history import film, history, history_figure
from forecast.charts.joint import all_together, joint, joint_figure
from forecast.charts.members import members, members_figure, strips
from forecast.charts.months import scores_by_month
from forecast.charts.reliability import reliability
from forecast.charts.spark import spark, sparks
from forecast.charts.style import picture
from forecast.charts.track import track
from forecast.charts.waterfall import moved, waterfall, waterfall_figure

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
