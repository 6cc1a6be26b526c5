"""Reports as files: notebooks run with strict parameters, their pages, manifest and place."""

from forecast.ledger import MANIFEST, RESULT
from forecast.runner.kinds import Page, notebook_path
from forecast.runner.notebooks import check_parameters, run_notebook
from forecast.runner.publication import Publication, publish

__all__ = [
    "MANIFEST",
    "RESULT",
    "Page",
    "Publication",
    "check_parameters",
    "notebook_path",
    "publish",
    "run_notebook",
]
