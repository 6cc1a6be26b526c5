"""What in an area's published figures deserves a second look, from what was known on a day."""

from forecast.quality.finding import KINDS, Finding
from forecast.quality.looking import MOST_OF_A_KIND, counted, findings, foremost

__all__ = ["KINDS", "MOST_OF_A_KIND", "Finding", "counted", "findings", "foremost"]
