"""How probable it is that announced growth targets will be attained.

`attain` judges a forecast of anybody's own, without a data folder. `ask` answers a question;
`news_of`, `scenario_of` and `report_of` say more of its answer; `report_for` makes the report that
pages are drawn from, by `forecast.pages`; `figures_from` makes figures of a data frame. Names are
imported when they are first used, so that `import forecast` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from forecast.base.package import VERSION

if TYPE_CHECKING:
    from forecast.archive.folder import new_data_folder, read_archive
    from forecast.backtest.replay import Plan, replay
    from forecast.base.errors import ForecastError
    from forecast.base.package import data_folder
    from forecast.history.series import History, build_history
    from forecast.importing.run import figures_from
    from forecast.models.registry import MODELS
    from forecast.outlook.answers import Answer, ask
    from forecast.outlook.attain import attain
    from forecast.outlook.news import news_of
    from forecast.report.report import report_by_model, report_for, report_of
    from forecast.report.result import save_result
    from forecast.report.scenario import scenario_of
    from forecast.report.value import Report

__version__ = VERSION

__all__ = [
    "MODELS",
    "Answer",
    "ForecastError",
    "History",
    "Plan",
    "Report",
    "ask",
    "attain",
    "build_history",
    "data_folder",
    "figures_from",
    "new_data_folder",
    "news_of",
    "read_archive",
    "replay",
    "report_by_model",
    "report_for",
    "report_of",
    "save_result",
    "scenario_of",
]

_MODULES = {
    "MODELS": "models.registry",
    "Answer": "outlook.answers",
    "ForecastError": "base.errors",
    "History": "history.series",
    "Plan": "backtest.replay",
    "Report": "report.value",
    "ask": "outlook.answers",
    "attain": "outlook.attain",
    "build_history": "history.series",
    "data_folder": "base.package",
    "figures_from": "importing.run",
    "new_data_folder": "archive.folder",
    "news_of": "outlook.news",
    "read_archive": "archive.folder",
    "replay": "backtest.replay",
    "report_by_model": "report.report",
    "report_for": "report.report",
    "report_of": "report.report",
    "save_result": "report.result",
    "scenario_of": "report.scenario",
}


def __getattr__(name: str) -> Any:
    """Return a public name from the module that defines it, imported on first use."""
    if name in _MODULES:
        return getattr(import_module(f"forecast.{_MODULES[name]}"), name)
    if name == "importing":  # a room that is used by its name: importing.read, importing.write
        return import_module("forecast.importing")
    raise AttributeError(f"module 'forecast' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names, for completion."""
    return __all__
