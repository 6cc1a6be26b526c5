"""The commands that hand forecasts to other systems: history, and export."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from forecast.base.errors import ParameterError
from forecast.cli.options import existing_reports, parameters_from, question, reports_option
from forecast.cli.terminal import FAILED, exit_codes

_FILES = {
    "csv": "A CSV file; without any file the CSV is printed.",
    "parquet": "A Parquet file, with dates and numbers as such.",
    "sdmx": "An SDMX-CSV 2.0 file, one line an observation.",
    "openmetrics": "OpenMetrics gauges of the newest day of each target.",
}


@click.command()
@reports_option
@click.option("--area", help="Id of the area; else every area with a report.")
@click.option("--csv", metavar="FILE", help=_FILES["csv"])
@click.option("--parquet", metavar="FILE", help=_FILES["parquet"])
@click.option("--sdmx", metavar="FILE", help=_FILES["sdmx"])
@click.option("--openmetrics", metavar="FILE", help=_FILES["openmetrics"])
def history(reports: str, area: str | None, **files: str | None) -> None:
    """Write the probability of every target on every day of a report, as one long series.

    A line has area, year, indicator and day, the target, its probability with error and light, the
    growth needed, the forecast and the outturn. Reports on unpublished figures are left out.
    """
    with exit_codes():
        from forecast.pages.exchange import write_table
        from forecast.pages.exchange.tables import csv_text
        from forecast.publishing.history import published_history

        found = published_history(existing_reports(reports), area)
        table = found.to_frame()
        wanted = {form: file for form, file in files.items() if file}
        for form, file in wanted.items():
            write_table(table, form, Path(file))
            click.echo(file)
        if not wanted:
            click.echo(csv_text(table), nl=False)
        for fault in found.faults:
            click.echo(str(fault), err=True)
        sys.exit(FAILED if found.faults else 0)


@click.command()
@click.option("--area", required=True, help="Id of the area, as in the figures.")
@question
@click.option("--paths-file", metavar="FILE", help="Joint paths by month, as a Parquet file.")
@click.option("--quantiles", metavar="FILE", help="Quantiles by month and model, as Parquet.")
@click.option("--hub", metavar="DIR", help="A hubverse hub: samples and distributions go there.")
@click.option("--calendar", metavar="FILE", help="Coming releases, as an iCalendar file (.ics).")
def export(
    area: str,
    paths_file: str | None,
    quantiles: str | None,
    hub: str | None,
    calendar: str | None,
    **options: Any,
) -> None:
    """Write the joint paths, quantiles or coming releases of a day, or fill a hubverse hub.

    Growth is in per cent since January. Rows with one sample_id are one future of all indicators.
    """
    with exit_codes():
        from forecast.outlook.answers import answer_to
        from forecast.outlook.curves import next_figures
        from forecast.pages.exchange import write_calendar, write_hub, write_table
        from forecast.report.lights import light
        from forecast.report.report import report_of

        if not (paths_file or quantiles or hub or calendar):
            allowed = "--paths-file, --quantiles, --hub, --calendar"
            raise ParameterError([f"allowed: one or more of {allowed}"])
        parameters = parameters_from(area, **options)
        answer = answer_to(parameters)
        outlook = answer.outlook
        tables = {paths_file: outlook.paths_frame, quantiles: outlook.quantile_frame}
        for file, made in tables.items():
            if file:
                table = made()
                if table.empty:
                    what = f"{area} {outlook.year} on {outlook.day}"
                    raise ParameterError([f"{what}: no indicator has a forecast to export"])
                write_table(table, "parquet", Path(file))
                click.echo(file)
        if hub:
            click.echo(str(write_hub(outlook, Path(hub))))
        if calendar:
            coming = next_figures(answer, light)
            write_calendar(report_of(answer, coming=coming), Path(calendar), parameters.lang)
            click.echo(calendar)
