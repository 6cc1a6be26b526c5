"""The commands that answer without a notebook: status, league, news, scenario."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from forecast.base.errors import ContractError, ParameterError
from forecast.base.parallel import is_watched
from forecast.cli.encoding import print_data
from forecast.cli.options import (
    assumed,
    existing_reports,
    language,
    machines,
    names_in,
    parameters_from,
    question,
    question_until,
)
from forecast.cli.terminal import exit_codes, show, show_status


@click.command()
@click.option("--area", help="Id of the area; else every area with a target in force.")
@question
@assumed
@click.option(
    "--reports",
    metavar="DIR",
    default="",
    help="Folder of reports: changes are counted from the newest report before --as-of; "
    "else from the end of the month before.",
)
@click.option("--json", "as_json", is_flag=True, help="Print all numbers as JSON instead.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the numbers of targets as CSV instead.")
def status(area: str | None, reports: str, as_json: bool, as_csv: bool, **options: Any) -> None:
    """Print the table of targets and what moved, without making a report."""
    with exit_codes():
        from forecast.pages.status import csv_of, json_of
        from forecast.publishing.status import statuses

        if as_json and as_csv:
            raise ParameterError(["--json and --csv: allowed: one of the two"])
        if reports and options["targets"]:
            raise ParameterError(["--reports and --target: allowed: one of the two"])
        folder = existing_reports(reports) if reports else None
        parameters = parameters_from(area or "all", **options)
        tables = statuses(parameters, area, show_progress=is_watched())
        if folder is not None:
            from forecast.publishing.status_tables import moved_since_reports

            tables = moved_since_reports(tables, folder, parameters)
        if as_json or as_csv:
            print_data((json_of if as_json else csv_of)(tables))
            return
        for table in tables:
            show_status(table)


@click.command()
@click.option(
    "--areas", default="", help="Ids of areas, with commas; else every area with a target."
)
@question
@machines
@click.option(
    "--order",
    type=click.Choice(("area", "danger")),
    default="area",
    show_default=True,
    help="By area, or by danger: the least probable target first.",
)
@click.option("--json", "as_json", is_flag=True, help="Print all numbers as JSON instead.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the numbers of targets as CSV instead.")
@click.option("--out", metavar="FILE", default="", help="Write a page in both orders to this file.")
def league(
    areas: str,
    order: str,
    as_json: bool,
    as_csv: bool,
    out: str,
    workers: int | None,
    scheduler: str | None,
    **options: Any,
) -> None:
    """Print the targets of several areas side by side."""
    with exit_codes():
        from forecast.base import parallel
        from forecast.base.files import write_text
        from forecast.pages.league import league_csv, league_json
        from forecast.pages.tables.league import league_page, league_terminal
        from forecast.publishing.formats import with_chinese
        from forecast.publishing.league import boundaries_of, league_of

        if as_json and as_csv:
            raise ParameterError(["--json and --csv: allowed: one of the two"])
        parallel.use(workers, scheduler)
        parameters = parameters_from("all", **options)
        named = tuple(name for name in names_in(areas) if name)
        result = league_of(parameters, named, show_progress=is_watched())
        if out:
            outlines = boundaries_of(parameters.data)
            if isinstance(outlines, ContractError):
                click.echo(f"no map: {outlines}", err=True)
            page = league_page(result, parameters.lang, outlines)
            write_text(Path(out), with_chinese(page.markup))
        if as_json or as_csv:
            click.echo((league_json if as_json else league_csv)(result, order), nl=False)
        elif not out:
            show(league_terminal(result, order, parameters.lang))


@click.command()
@click.option("--area", required=True, help="Id of the area, as in the figures.")
@click.option(
    "--from",
    "since",
    metavar="YYYY-MM-DD",
    default="",
    help="First of the two days; default: the end of the month before --to.",
)
@partial(question_until, "--to")
@language
@click.option("--json", "as_json", is_flag=True, help="Print all numbers as JSON instead.")
def news(area: str, as_json: bool, **options: Any) -> None:
    """Print how the probabilities moved between two days, and which releases moved them."""
    with exit_codes():
        from forecast.base.texts import calendar
        from forecast.outlook.answers import answer_to
        from forecast.outlook.news import news_of
        from forecast.pages.tables import moved_lines, moved_terminal
        from forecast.report.result import json_of

        parameters = parameters_from(area, **options)
        answer = answer_to(parameters)
        registry = answer.outlook.snapshot.registry
        moved = news_of(answer, parameters.since)
        if as_json:
            print_data(json_of(moved))
            return
        named, lang = registry.area_name(area, parameters.lang), parameters.lang
        with calendar(registry.months_before(area) + 1):
            if moved.targets:
                show(moved_terminal(moved, lang, area=named, year=parameters.year))
            show(*moved_lines(moved, lang, year=parameters.year))


@click.command()
@click.option("--area", required=True, help="Id of the area, as in the figures.")
@question
@click.option(
    "--given",
    multiple=True,
    required=True,
    metavar='"INDICATOR SPAN GROWTH"',
    help="An assumption; may be given twice.",
)
@click.option(
    "--bandwidth",
    "bandwidths",
    multiple=True,
    type=float,
    metavar="PP",
    help="Width of the kernel in percentage points, for all conditions or one for each; "
    "default: a fifth of the standard deviation on the paths.",
)
@click.option("--json", "as_json", is_flag=True, help="Print all numbers as JSON instead.")
def scenario(
    area: str, given: tuple[str, ...], bandwidths: tuple[float, ...], as_json: bool, **options: Any
) -> None:
    """Print the probabilities under assumed growth of one or two indicators.

    A condition names an indicator, a span, and growth of that span in per cent on the same
    months a year earlier:

    \b
      --given "retail_sales rest 9"            all months not yet published together
      --given "trade 2019-10..2019-12 -5"      these months; one month is 2019-11
      --given "gdp ytd 2019-09 7.1"            January to September
    """  # noqa: D301  # the backspace is what click reads
    with exit_codes():
        from forecast.base.texts import calendar
        from forecast.outlook.answers import answer_to
        from forecast.pages.tables import scenario_terminal
        from forecast.report.conditions import read_conditions
        from forecast.report.result import json_of
        from forecast.report.scenario import scenario_of

        conditions = read_conditions(given)
        parameters = parameters_from(area, **options)
        answer = answer_to(parameters)
        result = scenario_of(answer, conditions, bandwidths_pp=bandwidths)
        if as_json:
            print_data(json_of(result))
            return
        with calendar(answer.outlook.snapshot.registry.months_before(area) + 1):
            show(scenario_terminal(result, parameters.lang))
