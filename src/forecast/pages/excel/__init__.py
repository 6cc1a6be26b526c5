"""Tables as Excel and CSV files, for those who work in them."""

from forecast.pages.excel.plan_table import write_plan_table
from forecast.pages.excel.template import write_progress_template

__all__ = ["write_plan_table", "write_progress_template"]
