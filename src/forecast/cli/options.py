"""The options that most commands share: an area, a year, a day, a data folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import click

from forecast.base.errors import ParameterError
from forecast.base.notation import NOT_A_DATE, parse_day
from forecast.base.parameters import DEFAULT_PATHS, DEFAULT_SEED, TARGETS_APART, Parameters
from forecast.base.texts import LANGUAGES


def names_in(text: str) -> tuple[str, ...]:
    """Return the names in a comma-separated text, each once."""
    return tuple(dict.fromkeys(name.strip() for name in text.split(",")))


class Listed(click.ParamType[Any]):
    """Comma-separated names, or `all` for every allowed one."""

    name = "names"

    def __init__(self, allowed: Iterable[str], *, may_be_others: bool = False) -> None:
        self._allowed, self._may_be_others = tuple(allowed), may_be_others

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the names in their order; fail with all that are unknown."""
        if isinstance(value, tuple):
            return value
        named = names_in(value)
        if named == ("all",):
            return self._allowed
        if self._may_be_others:  # who knows the data folder checks them
            return named
        unknown = ", ".join(repr(name) for name in named if name not in self._allowed)
        if unknown:
            allowed = ", ".join([*self._allowed, "all"])
            self.fail(f"{unknown}; allowed, with commas: {allowed}", param, ctx)
        return named


language = click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True)


def day_of(option: str, text: str, *, or_else: str = "") -> date:
    """Return the day that an option gives; raise ParameterError, with `or_else` in its message."""
    day = parse_day(text)
    if day is None:
        raise ParameterError([f"{option}: {text!r} {NOT_A_DATE}{or_else}"])
    return day


def question(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a question, and the language of its answer."""
    return question_until("--as-of", language(command))


def question_until(last_day: str, command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a question; `last_day` is the name of the option for its last day."""
    options = [
        click.option("--year", type=int, help=f"Year of the targets; default: that of {last_day}."),
        click.option(
            last_day,
            "as_of",
            metavar="YYYY-MM-DD",
            help="Last day whose releases are used; default: today.",
        ),
        click.option(
            "--data",
            metavar="DIR",
            help="Data folder; default: ./data, else the packaged example.",
        ),
        click.option(
            "--overlay",
            metavar="FILE",
            default="",
            help="CSV file of unpublished figures, used in this run and never stored.",
        ),
        click.option(
            "--seed",
            type=int,
            default=DEFAULT_SEED,
            show_default=True,
            help="Seed of all random numbers.",
        ),
        click.option(
            "--paths", type=int, default=DEFAULT_PATHS, show_default=True, help="Simulated years."
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


reports_option = click.option(
    "--reports", metavar="DIR", default="reports", show_default=True, help="Folder of reports."
)
wait_option = click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for another process that works on the reports.",
)
assumed = click.option(
    "--target",
    "targets",
    multiple=True,
    metavar='"INDICATOR COMPARISON NUMBER"',
    help='A target to assume in the place of the announced one, as "gdp at_least 6"; may be given '
    "several times. The answer is marked as not announced.",
)


def machines(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options on workers; no result depends on them."""
    options = [
        click.option(
            "--workers", type=click.IntRange(1), help="Local processes; default: one per processor."
        ),
        click.option(
            "--scheduler",
            metavar="tcp://HOST:PORT",
            help="Scheduler of a Dask cluster to compute on.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def parameters_from(
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
    targets: tuple[str, ...] = (),
) -> Parameters:
    """Return the parameters from options; the data folder and today give the missing ones.

    Raise ParameterError for what they do not allow, such as assumed targets of all areas.
    """
    if targets and area == "all":
        raise ParameterError(["--target: given for every area; allowed: with --area of one"])
    folder = data_folder(data)
    day = as_of or _today(folder)
    return Parameters.parse(
        area=area,
        year=year if year is not None else _year_of(day, area, folder),
        as_of=day,
        since=since,
        lang=lang,
        seed=seed,
        n_paths=paths,
        data=folder,
        overlay=overlay,
        target=f"{TARGETS_APART} ".join(targets),
    )


def data_folder(data: str | None) -> str:
    """Return the named folder, else ./data if it is a data folder, else "" for the example."""
    return data or ("data" if os.path.isdir("data/figures") else "")


def existing_reports(reports: str) -> Path:
    """Return a folder of reports; raise ParameterError if it does not exist."""
    folder = Path(reports)
    if not folder.is_dir():
        raise ParameterError([f"--reports: {reports} is not a folder (expected one with reports)"])
    return folder


def _today(folder: str) -> str:
    from forecast.archive.schedule import read_schedule
    from forecast.base.package import folder as packaged

    return read_schedule(Path(folder) if folder else packaged("data")).today().isoformat()


def _year_of(day: str, area: str, folder: str) -> int:
    """Return the year of an area in which a day lies, 0 for what is not a day."""
    from forecast.archive.registry import FILE, read_registry
    from forecast.base.package import folder as packaged

    on = parse_day(day)
    if on is None:
        return int(day[:4]) if day[:4].isdigit() else 0
    home = Path(folder) if folder else packaged("data")
    path = home / FILE
    if not path.is_file() or b"year_begins" not in path.read_bytes():
        return on.year  # which is told without reading the whole registry
    return on.year - (on.month <= read_registry(home).months_before(area))
