"""Forms in which other systems take forecasts: tables, SDMX-CSV, OpenMetrics, a hub, a calendar."""

from __future__ import annotations

from forecast.pages.exchange.calendar import write_calendar
from forecast.pages.exchange.hub import write_hub
from forecast.pages.exchange.tables import FORMS, write_table

__all__ = ["FORMS", "write_calendar", "write_hub", "write_table"]
