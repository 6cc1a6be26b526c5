"""The commands that write reports and the plan table."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.base.parallel import is_watched, use
from forecast.base.parameters import FORMATS, KINDS
from forecast.base.texts import LANGUAGES
from forecast.cli.options import (
    Listed,
    assumed,
    machines,
    names_in,
    parameters_from,
    question,
    question_until,
)
from forecast.cli.terminal import exit_codes, for_each, show_status

if TYPE_CHECKING:
    from forecast.publishing.places import Publication

ALL = "all"


@click.command()
@click.option(
    "--area",
    required=True,
    help="Id of the area, as in the figures; all: every area with a target in force, or if there "
    "is none, every area.",
)
@click.option(
    "--kind",
    "kinds",
    type=Listed(KINDS, may_be_others=True),
    default=KINDS[0],
    show_default=True,
    help=f"Kinds of reports, with commas: {', '.join(KINDS)}, all, or a notebook in the folder "
    "notebooks beside the data folder.",
)
@click.option(
    "--format",
    "formats",
    type=Listed(FORMATS),
    default=FORMATS[0],
    show_default=True,
    help=f"Formats, with commas: {', '.join(FORMATS)}, or all.",
)
@click.option(
    "--lang",
    "languages",
    type=Listed(LANGUAGES),
    default=LANGUAGES[0],
    show_default=True,
    help=f"Languages, with commas: {', '.join(LANGUAGES)}, or all.",
)
@click.option(
    "--indicator",
    "indicators",
    multiple=True,
    metavar="ID",
    help="Indicators of the kind `indicator`, with commas; default: all with a target.",
)
@click.option(
    "--template",
    metavar="FILE",
    default="",
    help="Word document whose styles and margins those of the format docx take; default: "
    "template.docx in the data folder, else GB/T 9704.",
)
@partial(question_until, "--as-of")
@assumed
@machines
@click.option(
    "--since",
    metavar="YYYY-MM-DD",
    default="",
    help="First day of what moved; default: the end of the month before --as-of.",
)
@click.option(
    "--out", metavar="DIR", default="reports", show_default=True, help="Folder of reports."
)
def report(
    area: str,
    kinds: tuple[str, ...],
    formats: tuple[str, ...],
    languages: tuple[str, ...],
    indicators: tuple[str, ...],
    template: str,
    out: str,
    workers: int | None,
    scheduler: str | None,
    **options: Any,
) -> None:
    """Write reports of an area's year and print the table of targets."""
    with exit_codes():
        from forecast.publishing.publication import publish

        use(workers, scheduler)
        parameters = parameters_from(area, lang=languages[0], **options)
        publication_of = partial(
            publish,
            reports=Path(out),
            kinds=kinds,
            languages=languages,
            formats=formats,
            indicators=names_in(",".join(indicators)) if indicators else (),
            template=Path(template) if template else None,
            show_progress=is_watched(),
        )
        if area == ALL:
            from forecast.archive.folder import read_archive
            from forecast.outlook.answers import reported_areas

            archive = read_archive(parameters.data)
            areas = reported_areas(archive, parameters.year, parameters.as_of)
            for_each(areas, lambda name: _line(publication_of(replace(parameters, area=name))))
            return
        publication = publication_of(parameters)
        # What takes long to import comes after `publish`, which starts a kernel before it imports.
        from forecast.pages.tables.status import status_of
        from forecast.report.result import read_result

        show_status(status_of(read_result(publication.result), parameters.lang))
        click.echo("" if publication.is_new else "Nothing new: this report exists already.")
        for page in publication.pages:
            click.echo(page)
        publication.check()


def _line(publication: Publication) -> str:
    publication.check()
    return " ".join(
        [*map(str, publication.pages), *(() if publication.is_new else ("(existed already)",))]
    )


@click.command("plan-table")
@click.option("--area", required=True, help="Id of the area, as in the figures.")
@question
@click.option("--out", required=True, metavar="FILE", help="An .xlsx file; an old one is replaced.")
def plan_table(area: str, out: str, **options: Any) -> None:
    """Write progress against the plan with the probabilities beside it, as an Excel file."""
    with exit_codes():
        from forecast.outlook.answers import answer_to
        from forecast.pages.excel import write_plan_table
        from forecast.pages.excel.workbook import checked_suffix
        from forecast.report.report import report_of

        checked_suffix(Path(out), ".xlsx")
        parameters = parameters_from(area, **options)
        write_plan_table(report_of(answer_to(parameters)), Path(out), parameters.lang)
        click.echo(out)
