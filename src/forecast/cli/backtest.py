"""The command that replays the past."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.base.errors import ParameterError
from forecast.base.files import replaced
from forecast.base.parallel import progress_bar, use, worker_count
from forecast.cli.options import data_folder, machines
from forecast.cli.terminal import console, exit_codes

if TYPE_CHECKING:
    from forecast.archive.archive import Archive
    from forecast.backtest.replay import Plan


@click.command()
@click.option("--area", required=True, help="Id of the area whose past days are replayed.")
@click.option(
    "--data", metavar="DIR", help="Data folder; default: ./data, else the packaged example."
)
@click.option(
    "--years", default="", metavar="FIRST:LAST", help="Target years; default: the last ten."
)
@click.option("--months", default="2:11", show_default=True, metavar="FIRST:LAST")
@click.option(
    "--targets",
    default="official",
    show_default=True,
    help="official, previous-year (at least last year's growth), or a file like targets.toml.",
)
@click.option("--models", default="", help="Names of models, with commas; default: all.")
@machines
@click.option("--out", metavar="FILE", required=True, help="Parquet file for the forecasts.")
def backtest(
    area: str, out: str, workers: int | None, scheduler: str | None, **options: Any
) -> None:
    """Replay past days with the models of the report, and score every forecast."""
    with exit_codes():
        from forecast.outlook.answers import past_forecasts
        from forecast.pages.tables import scoreboard

        use(workers, scheduler)
        archive, plan = _replay_plan(area, **options)
        bar = progress_bar("Replaying", show=sys.stderr.isatty())
        forecasts = past_forecasts(archive, area, plan, n_workers=worker_count(), on_progress=bar)
        with replaced(Path(out)) as beside:
            forecasts.to_parquet(beside)
        console().print(scoreboard(forecasts))
        untargeted = int(forecasts.loc[forecasts["model"] == "pool", "probability"].isna().sum())
        click.echo(f"{untargeted} forecasts without a target in force have no probability")
        click.echo(out)


def _replay_plan(
    area: str, *, data: str | None, years: str, months: str, targets: str, models: str
) -> tuple[Archive, Plan]:
    from forecast.archive.folder import read_archive
    from forecast.archive.targets import read_target_file
    from forecast.backtest.replay import Plan
    from forecast.base.package import folder as packaged
    from forecast.models.registry import MODELS

    named = data_folder(data)
    archive = read_archive(Path(named) if named else packaged("data"))
    archive.first_release_of(area)
    last = archive.last_release_on.year
    names = tuple(models.split(",")) if models else tuple(MODELS)
    unknown = [f"--models: {n!r}; allowed: {', '.join(MODELS)}" for n in names if n not in MODELS]
    if unknown:
        raise ParameterError(unknown)
    is_mode = targets in ("official", "previous-year")
    return archive, Plan(
        years=_range("--years", years or f"{last - 10}:{last}"),
        months=_range("--months", months),
        targets="previous-year" if targets == "previous-year" else "official",
        models=names,
        extra=None if is_mode else read_target_file(Path(targets), archive.registry),
    )


def _range(option: str, text: str) -> range:
    first, _, last = text.partition(":")
    if not (first.isdigit() and last.isdigit() and int(first) <= int(last)):
        raise ParameterError([f"{option}: {text!r}; allowed: FIRST:LAST, such as 2009:2019"])
    return range(int(first), int(last) + 1)
