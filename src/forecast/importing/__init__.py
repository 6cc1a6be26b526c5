"""Files and databases as statistics offices issue them, turned into figures."""

from forecast.importing.figures import ROW_KINDS, Change
from forecast.importing.import_map import USUAL
from forecast.importing.layouts import LAYOUTS
from forecast.importing.run import TABLE, ImportPlan, drafted_map, figures_from, read, write

__all__ = [
    "LAYOUTS",
    "ROW_KINDS",
    "TABLE",
    "USUAL",
    "Change",
    "ImportPlan",
    "drafted_map",
    "figures_from",
    "read",
    "write",
]
