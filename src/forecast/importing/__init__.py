"""Files and databases as bureaux issue them, turned into figures that keep the contract."""

from forecast.importing.mapping import USUAL
from forecast.importing.result import ROW_KINDS
from forecast.importing.revisions import Change
from forecast.importing.run import Reading, read, write
from forecast.importing.unread import Unread

__all__ = ["ROW_KINDS", "USUAL", "Change", "Reading", "Unread", "read", "write"]
