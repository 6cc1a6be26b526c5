"""The command `forecast`. Exit codes: 0 done, 1 a run failed, 2 bad input."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast import __version__
from forecast.errors import ForecastError, NotebookFailed, OutputError, ParameterError
from forecast.parameters import DEFAULT_PATHS, DEFAULT_SEED, LANGUAGES, Parameters
from forecast.workers import limit_threads, progress_bar

if TYPE_CHECKING:
    from pandas import DataFrame
    from rich.console import Console

    from forecast.archive import Archive
    from forecast.backtest import Plan

FAILED, BAD_INPUT = 1, 2
_LOG_WIDTH = 120


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="forecast")
def main() -> None:
    """Say how probable it is that a year's growth targets are attained."""
    limit_threads()


@contextmanager
def _exit_codes() -> Iterator[None]:
    """Say what is wrong in plain words, and leave with a code that a scheduler can use."""
    try:
        yield
    except (NotebookFailed, OutputError) as error:
        click.echo(f"forecast: {error}", err=True)
        sys.exit(FAILED)
    except ForecastError as error:
        click.echo(f"forecast: {error}", err=True)
        sys.exit(BAD_INPUT)


def _question(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say what is asked."""
    return _asked_until("--as-of", command)


def _asked_until(last_day: str, command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say what is asked, the last day of all under a name of its own."""
    options = [
        click.option(
            "--year", type=int, help=f"Year whose targets are judged; else that of {last_day}."
        ),
        click.option(
            last_day,
            "as_of",
            metavar="YYYY-MM-DD",
            help="Last day whose releases are known; else today.",
        ),
        click.option(
            "--data",
            metavar="DIR",
            help="Data folder; else ./data, else the example that comes along.",
        ),
        click.option(
            "--overlay",
            metavar="FILE",
            default="",
            help="CSV file of unpublished figures, used in this run and nowhere kept.",
        ),
        click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True),
        click.option(
            "--seed", type=int, default=DEFAULT_SEED, show_default=True, help="Seed of all chance."
        ),
        click.option(
            "--paths", type=int, default=DEFAULT_PATHS, show_default=True, help="Simulated years."
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@main.command()
@click.option("--area", required=True, help="Id of the area, as in the figures.")
@_question
@click.option(
    "--since",
    metavar="YYYY-MM-DD",
    default="",
    help="Day from which it says what moved; else the end of the month before --as-of.",
)
@click.option(
    "--out", metavar="DIR", default="reports", show_default=True, help="Where reports lie."
)
def report(area: str, out: str, **asked: Any) -> None:
    """Write the attainment report and print its table."""
    with _exit_codes():
        from forecast.runner import publish

        parameters = _parameters(area, **asked)
        made = publish(parameters, Path(out), show_progress=sys.stderr.isatty())
        _print_table(made.result, parameters.lang)
        click.echo("" if made.is_new else "Nothing new: the report of these inputs stood already.")
        click.echo(made.page)


@main.command()
@click.option("--area", help="Id of the area; else every area with a target in force.")
@_question
def status(area: str | None, **asked: Any) -> None:
    """Print the table of targets, without a notebook."""
    with _exit_codes():
        from forecast.answers import answer, overlay_of
        from forecast.archive import read_archive
        from forecast.report import report_of

        first = _parameters(area or "all", **asked)
        archive = read_archive(first.data)
        overlay = overlay_of(first, archive)
        for name in [area] if area else _areas_with_targets(archive, first):
            found = answer(
                archive,
                name,
                first.year,
                first.as_of,
                seed=first.seed,
                n_paths=first.n_paths,
                overlay=overlay,
            )
            _show(report_of(found), first.lang)


@main.command()
@click.option("--area", required=True, help="Id of the area, as in the figures.")
@click.option(
    "--from",
    "since",
    metavar="YYYY-MM-DD",
    default="",
    help="First of the two days; else the end of the month before --to.",
)
@partial(_asked_until, "--to")
@click.option("--json", "as_json", is_flag=True, help="Print all numbers as JSON instead.")
def news(area: str, as_json: bool, **asked: Any) -> None:
    """Say what moved the probabilities between two days, and which releases did."""
    with _exit_codes():
        from forecast.answers import answer_to
        from forecast.news import news_of
        from forecast.report import json_of, moved_report
        from forecast.tables import moved_lines, moved_terminal

        parameters = _parameters(area, **asked)
        answer = answer_to(parameters)
        registry = answer.outlook.snapshot.registry
        moved = moved_report(news_of(answer, parameters.since), registry)
        if as_json:
            click.echo(json_of(moved), nl=False)
            return
        named, lang = registry.area_name(area, parameters.lang), parameters.lang
        if moved.targets:
            _console().print(moved_terminal(moved, lang, area=named, year=parameters.year))
        _console().print(*moved_lines(moved, lang, year=parameters.year), sep="\n")


@main.command()
@click.option("--area", required=True, help="Id of the area, as in the figures.")
@_question
@click.option(
    "--given",
    multiple=True,
    required=True,
    metavar='"INDICATOR SPAN GROWTH"',
    help="What is assumed; once or twice.",
)
@click.option(
    "--bandwidth",
    "bandwidths",
    multiple=True,
    type=float,
    metavar="PP",
    help="Width of the kernel in percentage points, for all or for each condition; "
    "else a fifth of the standard deviation on the paths.",
)
@click.option("--json", "as_json", is_flag=True, help="Print all numbers as JSON instead.")
def scenario(
    area: str, given: tuple[str, ...], bandwidths: tuple[float, ...], as_json: bool, **asked: Any
) -> None:
    """Say what the probabilities are if growth of an indicator comes out as given.

    A condition names an indicator, a span, and growth of that span in per cent on the same
    months a year earlier:

    \b
      --given "retail_sales rest 9"            all months not yet published together
      --given "trade 2019-10..2019-12 -5"      these months; one month is 2019-11
      --given "gdp ytd 2019-09 7.1"            January to September
    """  # noqa: D301  # the backspace is what click reads
    with _exit_codes():
        from forecast.answers import answer_to
        from forecast.report import json_of
        from forecast.scenario import read_conditions, under
        from forecast.tables import scenario_terminal

        conditions = read_conditions(given)
        parameters = _parameters(area, **asked)
        said = under(answer_to(parameters), conditions, bandwidths_pp=bandwidths)
        if as_json:
            click.echo(json_of(said), nl=False)
        else:
            _console().print(scenario_terminal(said, parameters.lang))


@main.command()
@click.option("--area", required=True, help="Id of the area whose past days are replayed.")
@click.option("--data", metavar="DIR", help="Data folder; else ./data, else the example.")
@click.option("--years", default="", metavar="FIRST:LAST", help="Years judged; else the last ten.")
@click.option("--months", default="2:11", show_default=True, metavar="FIRST:LAST")
@click.option(
    "--targets",
    default="official",
    show_default=True,
    help="official, previous-year (at least last year's growth), or a file like targets.toml.",
)
@click.option("--models", default="", help="Names with commas; else all.")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True)
@click.option("--out", metavar="FILE", required=True, help="Where the calls go, as Parquet.")
def backtest(area: str, out: str, workers: int, **asked: Any) -> None:
    """Replay past days with the report's own parts, and score every call."""
    with _exit_codes():
        from forecast.answers import past_calls
        from forecast.tables import scoreboard

        archive, plan = _replay_plan(area, **asked)
        bar = progress_bar("Replaying", show=sys.stderr.isatty())
        calls = past_calls(archive, area, plan, n_workers=workers, on_progress=bar)
        _write_parquet(calls, Path(out))
        _console().print(scoreboard(calls))
        untargeted = int(calls.loc[calls["model"] == "pool", "probability"].isna().sum())
        click.echo(f"{untargeted} calls without a target in force have no probability")
        click.echo(out)


@main.command("check-data")
@click.argument("folder", metavar="DIR")
def check_data(folder: str) -> None:
    """Check a data folder and say what is in it; name every fault."""
    with _exit_codes():
        from forecast.archive import read_archive

        archive = read_archive(Path(folder))
        newest = archive.figures["released_on"].max().date()
        click.echo(
            f"no fault in {len(archive.figures)} figures, "
            f"released {archive.first_release_on} to {newest}"
        )
        for area in archive.areas:
            targets = sum(t.area == area for t in archive.targets)
            rows = int((archive.figures["area"] == area).sum())
            click.echo(
                f"  {area}: {rows} figures of {len(archive.indicators_of(area))} indicators, "
                f"{targets} targets"
            )


@main.command()
@click.argument("folder", metavar="DIR")
def init(folder: str) -> None:
    """Write an empty data folder with comments that explain each file."""
    with _exit_codes():
        import shutil

        from forecast.origin import PACKAGE

        target = Path(folder)
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise ParameterError([f"{target} is not empty; allowed: a new or empty folder"])
        try:
            shutil.copytree(PACKAGE / "starter", target, dirs_exist_ok=True)
        except OSError as error:
            raise OutputError(f"{target} could not be written: {error.strerror}") from error
        click.echo(
            f"{target} is ready: describe indicators, add figures, "
            f"then: forecast check-data {target}"
        )


def _parameters(
    area: str,
    *,
    year: int | None,
    as_of: str | None,
    data: str | None,
    overlay: str,
    lang: str,
    seed: int,
    paths: int,
    since: str = "",
) -> Parameters:
    folder = _data_folder(data)
    day = as_of or _today(folder)
    return Parameters.parse(
        area=area,
        year=year if year is not None else _year_of(day),
        as_of=day,
        since=since,
        lang=lang,
        seed=seed,
        n_paths=paths,
        data=folder,
        out="",
        overlay=overlay,
    )


def _data_folder(data: str | None) -> str:
    """Return the folder named, else ./data where it is one, else none: the example's."""
    return data or ("data" if os.path.isdir("data/figures") else "")


def _replay_plan(
    area: str, *, data: str | None, years: str, months: str, targets: str, models: str
) -> tuple[Archive, Plan]:
    from forecast.archive import read_archive
    from forecast.backtest import Plan
    from forecast.models import MODELS
    from forecast.origin import folder as packaged
    from forecast.targets import read_target_file

    found = _data_folder(data)
    archive = read_archive(Path(found) if found else packaged("data"))
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


def _write_parquet(calls: DataFrame, out: Path) -> None:
    """Write a table beside its place and move it in."""
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        calls.to_parquet(beside)
        os.replace(beside, out)
    except OSError as error:
        raise OutputError(f"{out} could not be written: {error.strerror}") from error


def _today(folder: str) -> str:
    from forecast.origin import folder as packaged
    from forecast.schedule import read_schedule

    return read_schedule(Path(folder) if folder else packaged("data")).today().isoformat()


def _year_of(day: str) -> int:
    return int(day[:4]) if day[:4].isdigit() else 0


def _areas_with_targets(archive: Archive, asked: Parameters) -> list[str]:
    from forecast.targets import in_force

    found = [a for a in archive.areas if in_force(archive.targets, a, asked.year, asked.as_of)]
    return found or archive.areas


def _print_table(result: Path, lang: str) -> None:
    from forecast.report import read_result

    _show(read_result(result), lang)


def _show(report: Any, lang: str) -> None:
    from forecast.tables import overlay_terminal, terminal

    console = _console()
    console.print(terminal(report, lang))
    if report.overlay is not None:
        console.print(overlay_terminal(report, lang))


def _console() -> Console:
    """Return where tables are printed: as wide as the terminal, and wide enough in a log."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else _LOG_WIDTH)
