"""The commands that answer without a notebook: status, news, scenario."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

import click

from forecast.base.errors import ParameterError
from forecast.cli.options import asked_parameters, asked_until, existing_reports, language, question
from forecast.cli.terminal import console, exit_codes, show


@click.command()
@click.option("--area", help="Id of the area; else every area with a target in force.")
@question
@click.option(
    "--reports",
    metavar="DIR",
    default="",
    help="Reports, of which the newest before --as-of is what changes are counted from; "
    "else the end of the month before.",
)
@click.option("--json", "as_json", is_flag=True, help="Print all numbers as JSON instead.")
@click.option("--csv", "as_csv", is_flag=True, help="Print those of targets as CSV instead.")
def status(area: str | None, reports: str, as_json: bool, as_csv: bool, **asked: Any) -> None:
    """Print the table of targets and what moved, without a notebook."""
    with exit_codes():
        from forecast.pages.status.value import csv_of, json_of
        from forecast.publishing.status.cached import statuses
        from forecast.publishing.status.earlier import moved_since_reports

        if as_json and as_csv:
            raise ParameterError(["--json and --csv: allowed: one of the two"])
        folder = existing_reports(reports) if reports else None
        parameters = asked_parameters(area or "all", **asked)
        found = statuses(parameters, area, show_progress=sys.stderr.isatty())
        if folder is not None:
            found = moved_since_reports(found, folder, parameters)
        if as_json or as_csv:
            click.echo((json_of if as_json else csv_of)(found), nl=False)
            return
        for one in found:
            show(one)


@click.command()
@click.option("--area", required=True, help="Id of the area, as in the figures.")
@click.option(
    "--from",
    "since",
    metavar="YYYY-MM-DD",
    default="",
    help="First of the two days; else the end of the month before --to.",
)
@partial(asked_until, "--to")
@language
@click.option("--json", "as_json", is_flag=True, help="Print all numbers as JSON instead.")
def news(area: str, as_json: bool, **asked: Any) -> None:
    """Say what moved the probabilities between two days, and which releases did."""
    with exit_codes():
        from forecast.outlook.answers import answer_to
        from forecast.outlook.news import news_of
        from forecast.pages.tables import moved_lines, moved_terminal
        from forecast.report.moved import moved_report
        from forecast.report.result import json_of

        parameters = asked_parameters(area, **asked)
        answer = answer_to(parameters)
        registry = answer.outlook.snapshot.registry
        moved = moved_report(news_of(answer, parameters.since), registry)
        if as_json:
            click.echo(json_of(moved), nl=False)
            return
        named, lang = registry.area_name(area, parameters.lang), parameters.lang
        if moved.targets:
            console().print(moved_terminal(moved, lang, area=named, year=parameters.year))
        console().print(*moved_lines(moved, lang, year=parameters.year), sep="\n")


@click.command()
@click.option("--area", required=True, help="Id of the area, as in the figures.")
@question
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
    with exit_codes():
        from forecast.outlook.answers import answer_to
        from forecast.pages.tables import scenario_terminal
        from forecast.report.conditions import read_conditions
        from forecast.report.result import json_of
        from forecast.report.scenario import under

        conditions = read_conditions(given)
        parameters = asked_parameters(area, **asked)
        said = under(answer_to(parameters), conditions, bandwidths_pp=bandwidths)
        if as_json:
            click.echo(json_of(said), nl=False)
        else:
            console().print(scenario_terminal(said, parameters.lang))
