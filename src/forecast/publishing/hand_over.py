"""What the pages of a run tell, computed once and handed over to the kernel that draws them."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from forecast.archive.archive import Snapshot
from forecast.base.parallel import progress_bar, worker_count
from forecast.base.parameters import Parameters
from forecast.outlook.answers import record_of
from forecast.outlook.timeline import rehearse
from forecast.outlook.vintages import Question
from forecast.publishing.ledger import RESULT
from forecast.report.report import handed_name, report_on
from forecast.report.result import write_result

_SECONDS_WITHOUT_BAR = 2.0


def hand_over(
    parameters: Parameters,
    snapshot: Snapshot,
    folder: Path,
    *,
    earlier: Path | None,
    show_progress: bool,
) -> None:
    """Write a question's report where its kernel finds it; that of an earlier run is taken over."""
    handed = folder / handed_name(parameters)
    if earlier is not None:
        shutil.copyfile(earlier / RESULT, handed)
        return
    _learn(snapshot, show_progress=show_progress)
    _rehearse(parameters, snapshot, show_progress=show_progress)
    write_result(report_on(parameters), handed)


def _learn(snapshot: Snapshot, *, show_progress: bool) -> None:
    """Build the record of past calls on all processors where no earlier report has kept it."""
    advance = progress_bar("Replaying past calls", show=show_progress)
    record_of(snapshot, n_workers=worker_count(), on_progress=advance)


def _rehearse(parameters: Parameters, snapshot: Snapshot, *, show_progress: bool) -> None:
    """Make on all processors what of the year so far no earlier report has kept."""
    asked = Question(
        snapshot, parameters.area, parameters.year, parameters.seed, parameters.n_paths
    )
    bar = partial(progress_bar, show=show_progress, after_seconds=_SECONDS_WITHOUT_BAR)
    rehearse(
        asked,
        n_workers=worker_count(),
        on_progress=bar("Past days of the year", unit="days"),
        on_replay=bar("Replaying earlier calls"),
    )
