"""Files and databases as bureaux issue them, turned into figures that keep the contract."""

from forecast.intake.mapping import USUAL
from forecast.intake.reading import Reading, read, write
from forecast.intake.revisions import Change
from forecast.intake.understood import ROW_KINDS
from forecast.intake.unread import Unread

__all__ = ["ROW_KINDS", "USUAL", "Change", "Reading", "Unread", "read", "write"]
