"""The commands for judgements of people: add one, and score all by the outturns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from forecast.cli.options import data_folder, language
from forecast.cli.terminal import exit_codes, show

_ROLES = ("bureau", "statistics", "leader", "expert")


@click.group()
def judge() -> None:
    """Enter what people expect of a year, and score it by the outturn."""


@judge.command()
@click.option("--area", required=True, help="Id of the area, as in the figures.")
@click.option("--indicator", required=True, help="Id of the indicator.")
@click.option("--year", required=True, type=int, help="Year that is judged.")
@click.option("--author", required=True, help="Id of the author.")
@click.option("--name", default="", help="Name of an author who is new in the file.")
@click.option("--role", type=click.Choice(_ROLES), help="Role of an author who is new in the file.")
@click.option("--growth", type=float, help="Expected growth of the year, in per cent.")
@click.option("--probability", type=float, help="Probability of the target, 0 to 1.")
@click.option("--light", type=click.Choice(("green", "yellow", "red")), help="Light of the target.")
@click.option("--source", default="", help="Where it was said.")
@click.option("--data", metavar="DIR", help="Data folder; default: ./data.")
def add(data: str | None, name: str, role: str | None, **given: Any) -> None:
    """Append a judgement of today to judgements.toml if it is sound."""
    with exit_codes():
        from forecast.archive.folder import add_judgement_of_today

        folder = Path(data_folder(data) or "data")
        one = add_judgement_of_today(folder, name=name, role=role, **given)
        click.echo(f"judgements.toml: {one.author} on {one.indicator} {one.year}, {one.entered_on}")


@judge.command()
@click.option("--data", metavar="DIR", help="Data folder; default: ./data, else the example.")
@language
@click.option("--json", "as_json", is_flag=True, help="Print all numbers as JSON instead.")
@click.option("--csv", "as_csv", is_flag=True, help="Print every judgement as CSV instead.")
def score(data: str | None, lang: str, as_json: bool, as_csv: bool) -> None:
    """Print what came of all judgements, beside what the pool had said by then.

    What offices expected of whole years in the figures counts as theirs.
    """
    with exit_codes():
        from forecast.archive.folder import read_archive
        from forecast.base.errors import ParameterError
        from forecast.base.parallel import is_watched, progress_bar, worker_count
        from forecast.outlook.answers import record_of
        from forecast.pages.tables.judgements import (
            judgements_csv,
            judgements_json,
            judgements_terminal,
            skills_terminal,
        )
        from forecast.report.judged import scores_of
        from forecast.verification.judgements import scored, skills

        if as_json and as_csv:
            raise ParameterError(["--json and --csv: allowed: one of the two"])
        archive = read_archive(data_folder(data))
        bar = progress_bar("Replaying past forecasts", show=is_watched(), after_seconds=1.0)
        snapshot = archive.as_of(archive.last_release_on)
        record = record_of(snapshot, n_workers=worker_count(), on_progress=bar)
        results = scored(archive, archive.judgements, record)
        if as_csv:
            click.echo(judgements_csv(results), nl=False)
        elif as_json:
            click.echo(judgements_json(results, skills(results)), nl=False)
        else:
            scores = scores_of(results, archive, {})
            show(skills_terminal(scores, lang))
            show(judgements_terminal(scores, lang))
