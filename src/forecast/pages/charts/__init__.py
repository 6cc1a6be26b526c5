"""Pictures of a report. They draw what the report holds, and compute nothing."""

from forecast.base.texts import in_calendar
from forecast.pages.charts.coming import coming, curve, curve_figure
from forecast.pages.charts.fan import compared, fan, fan_figure, fans, spark, sparks
from forecast.pages.charts.heat import (
    all_together,
    heat,
    heat_figure,
    joint,
    joint_figure,
    overview,
)
from forecast.pages.charts.members import members, members_figure, strips
from forecast.pages.charts.style import picture
from forecast.pages.charts.timeline import film, history, history_figure
from forecast.pages.charts.track import reliability, scores_by_month, track
from forecast.pages.charts.waterfall import moved, waterfall, waterfall_figure

__all__ = [
    "all_together",
    "coming",
    "compared",
    "curve",
    "curve_figure",
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

for _name in __all__:  # months are named by the calendar of the report that is drawn
    globals()[_name] = in_calendar(globals()[_name])
