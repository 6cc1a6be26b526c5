"""The table of `forecast status`: a value that is kept, so that a second look costs no computing.

Only what a kept table needs is imported here; `made` imports all that computes.
"""

from forecast.status.earlier import moved_since_reports
from forecast.status.kept import statuses
from forecast.status.value import Line, Promise, Status, csv_of, json_of

__all__ = [
    "Line",
    "Promise",
    "Status",
    "csv_of",
    "json_of",
    "moved_since_reports",
    "statuses",
]
