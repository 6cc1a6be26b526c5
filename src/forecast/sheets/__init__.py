"""Tables as Excel and CSV files, for those who work in them."""

from forecast.sheets.template import write_progress_template

__all__ = ["write_progress_template"]
