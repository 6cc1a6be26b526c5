"""What most commands are asked: an area, a year, a day, a data folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import click

from forecast.base.errors import ParameterError
from forecast.base.notation import NOT_A_DATE, parse_day
from forecast.base.parameters import DEFAULT_PATHS, DEFAULT_SEED, Parameters
from forecast.base.texts import LANGUAGES


def names_in(text: str) -> tuple[str, ...]:
    """Return names with commas between them, each once."""
    return tuple(dict.fromkeys(name.strip() for name in text.split(",")))


class Listed(click.ParamType[Any]):
    """Names with commas, each once, or `all` of those that are allowed."""

    name = "names"

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = tuple(allowed)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the names in the order given; fail with all that are unknown."""
        if isinstance(value, tuple):
            return value
        named = names_in(value)
        if named == ("all",):
            return self._allowed
        unknown = ", ".join(repr(name) for name in named if name not in self._allowed)
        if unknown:
            allowed = ", ".join([*self._allowed, "all"])
            self.fail(f"{unknown}; allowed, with commas: {allowed}", param, ctx)
        return named


language = click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True)


def day_of(option: str, text: str, *, or_else: str = "") -> date:
    """Return the day that an option gives; raise ParameterError, which may name what else fits."""
    day = parse_day(text)
    if day is None:
        raise ParameterError([f"{option}: {text!r} {NOT_A_DATE}{or_else}"])
    return day


def question(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say what is asked, and in which language."""
    return asked_until("--as-of", language(command))


def asked_until(last_day: str, command: Callable[..., None]) -> Callable[..., None]:
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


def machines(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say who works; no result depends on them."""
    options = [
        click.option(
            "--workers", type=click.IntRange(1), help="Local processes; else one a processor."
        ),
        click.option(
            "--scheduler",
            metavar="tcp://HOST:PORT",
            help="Scheduler of a Dask cluster whose workers do the work.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def asked_parameters(
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
    """Return the parameters of what was asked, the missing ones as the folder and today give."""
    folder = data_folder(data)
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
        overlay=overlay,
    )


def data_folder(data: str | None) -> str:
    """Return the folder named, else ./data where it is one, else none: the example's."""
    return data or ("data" if os.path.isdir("data/figures") else "")


def existing_reports(reports: str) -> Path:
    """Return a folder of reports; raise ParameterError where there is none."""
    folder = Path(reports)
    if not folder.is_dir():
        raise ParameterError([f"--reports: no folder {reports}; allowed: where reports lie"])
    return folder


def _today(folder: str) -> str:
    from forecast.archive.schedule import read_schedule
    from forecast.base.package import folder as packaged

    return read_schedule(Path(folder) if folder else packaged("data")).today().isoformat()


def _year_of(day: str) -> int:
    return int(day[:4]) if day[:4].isdigit() else 0
