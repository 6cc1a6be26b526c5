"""Tables as Excel and CSV files, for those who work in them."""

from forecast.pages.excel.commitments import write_progress_template
from forecast.pages.excel.plan_table import write_plan_table

__all__ = ["write_plan_table", "write_progress_template"]
