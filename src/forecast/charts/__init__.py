"""Pictures of a report. They draw what the report holds, and compute nothing."""

from forecast.charts.fan import fan, fan_figure, fans
from forecast.charts.members import members, members_figure, strips
from forecast.charts.months import scores_by_month
from forecast.charts.reliability import reliability
from forecast.charts.style import picture
from forecast.charts.track import track

__all__ = [
    "fan",
    "fan_figure",
    "fans",
    "members",
    "members_figure",
    "picture",
    "reliability",
    "scores_by_month",
    "strips",
    "track",
]
