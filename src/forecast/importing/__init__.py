"""Files and databases as statistics offices issue them, turned into figures."""

from forecast.importing.figures import ROW_KINDS, Change
from forecast.importing.import_map import USUAL
from forecast.importing.run import ImportPlan, read, write

__all__ = ["ROW_KINDS", "USUAL", "Change", "ImportPlan", "read", "write"]
