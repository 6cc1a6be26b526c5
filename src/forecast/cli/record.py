"""The commands about the past: replay it, verify and score what was published."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forecast.base.errors import ParameterError
from forecast.base.files import replaced
from forecast.base.parallel import is_watched, progress_bar, use, worker_count
from forecast.cli.encoding import print_data
from forecast.cli.options import (
    data_folder,
    day_of,
    existing_reports,
    language,
    machines,
    reports_option,
    wait_option,
)
from forecast.cli.terminal import FAILED, exit_codes, show

if TYPE_CHECKING:
    from forecast.archive.archive import Archive
    from forecast.backtest.replay import Plan
    from forecast.publishing.scheduled.anchor import Head


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
        from forecast.pages.tables import backtest_grids, backtest_sentences, scoreboard
        from forecast.report.track import track_record

        use(workers, scheduler)
        archive, plan = _replay_plan(area, **options)
        bar = progress_bar("Replaying", show=is_watched())
        forecasts = past_forecasts(archive, area, plan, n_workers=worker_count(), on_progress=bar)
        with replaced(Path(out)) as beside:
            forecasts.to_parquet(beside)
        record = track_record(forecasts, archive.registry, plan.seed)
        show(scoreboard(forecasts), *backtest_grids(record), *backtest_sentences(record))
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


_anchors = partial(
    click.option,
    "--anchor",
    "anchors",
    multiple=True,
    metavar="PLACE",
    help="Where run-due keeps hashes of the ledger: a file, or git:FOLDER. May be repeated.",
)
_holds = partial(click.option, "--holds", metavar="HASH", multiple=True)


@click.command()
@reports_option
@_holds(
    help="A hash printed earlier by this command, or sent by run-due: what was listed then must be "
    "unchanged. May be repeated."
)
@_anchors()
def verify(reports: str, holds: tuple[str, ...], anchors: tuple[str, ...]) -> None:
    """Check that every published result and page is unchanged and none is missing."""
    with exit_codes():
        from forecast.publishing.integrity import faults_of, marks_of
        from forecast.publishing.ledger import LEDGER, read_ledger
        from forecast.publishing.scheduled.anchor import lacking

        folder = existing_reports(reports)
        faults = [str(fault) for fault in faults_of(folder)]
        ledger, heads = read_ledger(folder), _heads(anchors, holds)
        for head in lacking(ledger, heads):
            faults.append(f"{head} is the hash of no line: what was listed by then was changed")
        for fault in faults:
            click.echo(f"forecast: {fault}", err=True)
        if not faults:
            n = len(ledger.numbered)
            click.echo(f"{n} published result{'' if n == 1 else 's'}, each as it was published")
            click.echo(f"newest hash: {ledger.head}")
        for mark in marks_of(folder, ledger):
            click.echo(f"note: {mark}")
        if not heads:
            click.echo(f"note: {LEDGER}: {_NO_ANCHOR}")
        if faults:
            sys.exit(FAILED)


@click.command()
@reports_option
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    required=True,
    metavar="N",
    help="How many runs of each report stay where they are, the newest and the one in use.",
)
@click.option(
    "--before", default="", metavar="YYYY-MM-DD", help="Only runs of reports of earlier days."
)
@click.option("--dry-run", is_flag=True, help="Name what would be moved, and move nothing.")
@wait_option
def prune(reports: str, keep: int, before: str, dry_run: bool, wait: float) -> None:
    """Move old runs to the archive in the folder of reports; verify and score find them there."""
    with exit_codes():
        from forecast.publishing import retention
        from forecast.publishing.scheduled.run import alone_in

        folder, day = existing_reports(reports), day_of("--before", before) if before else None
        with alone_in(folder, wait_seconds=wait):
            pruned = retention.prune(folder, keep, day, is_trial=dry_run)
        for path in pruned.moved:
            click.echo(path)
        verb = "would be moved" if dry_run else "moved"
        click.echo(f"{len(pruned.moved)} runs {verb}, {pruned.n_kept} kept")
        for left in pruned.left:
            click.echo(f"forecast: {left}", err=True)
        if pruned.left:
            sys.exit(FAILED)


_NO_ANCHOR = (
    "no anchor outside of the folder was compared (--anchor, --holds): whoever can write there "
    "could have written it anew"
)


def _heads(anchors: Iterable[str], holds: Iterable[str]) -> list[Head]:
    """Return the hashes of the ledger that were kept outside of it, and when."""
    from forecast.publishing.scheduled.anchor import anchor_of

    kept = [head for anchor in anchors for head in anchor_of(anchor).heads()]
    return [*kept, *((None, head) for head in holds)]


@click.command()
@reports_option
@click.option(
    "--data", metavar="DIR", help="Data folder; default: ./data, else the packaged example."
)
@click.option(
    "--as-of", metavar="YYYY-MM-DD", help="Last day whose releases settle a year; default: today."
)
@click.option(
    "--keep",
    is_flag=True,
    help="Add the published forecasts to the data folder, for track records to show.",
)
@_holds(help="A hash that was kept outside of the folder: what was listed by then is proven.")
@_anchors()
@language
@click.option("--json", "as_json", is_flag=True, help="Print all numbers as JSON instead.")
def score(
    reports: str,
    data: str | None,
    as_of: str | None,
    keep: bool,
    holds: tuple[str, ...],
    anchors: tuple[str, ...],
    lang: str,
    as_json: bool,
) -> None:
    """Score published forecasts against the outturns released so far.

    Forecasts on lines of the ledger that no anchor outside of it proves are scored as replayed.
    """
    with exit_codes():
        from forecast.archive.folder import read_archive
        from forecast.archive.published_forecasts import keep_published_forecasts
        from forecast.base.package import folder as packaged
        from forecast.pages.tables import live_sentences, live_terminal
        from forecast.publishing.scored_reports import scored_reports
        from forecast.report.result import json_of

        named = data_folder(data)
        archive = read_archive(Path(named) if named else packaged("data"))
        day = day_of("--as-of", as_of) if as_of else archive.schedule.today()
        heads = _heads(anchors, holds)
        scored = scored_reports(existing_reports(reports), archive, day, heads)
        if keep:
            if not named:
                raise ParameterError(["--keep: no --data; allowed: a data folder of your own"])
            keep_published_forecasts(Path(named), scored.calls)
        if as_json:
            print_data(json_of(scored))
        else:
            show(live_terminal(scored.scores, lang), *live_sentences(scored.scores, lang))
        if scored.n_unanchored:
            click.echo(f"forecast: {_unproven(scored.n_unanchored)}", err=True)
        for fault in scored.faults:
            click.echo(f"forecast: {fault}", err=True)
        if scored.faults:
            sys.exit(FAILED)


def _unproven(n: int) -> str:
    reports = "1 report was" if n == 1 else f"{n} reports were"
    return (
        f"no anchor outside of the folder proves when {reports} listed (--anchor, --holds): their "
        "forecasts are scored as replayed, not as live"
    )


@click.command()
@click.option("--area", required=True, help="Id of the area, as in the figures.")
@click.option("--indicator", required=True, help="Id of the indicator whose target it is.")
@click.option("--year", required=True, type=int, help="Year of the target.")
@click.option("--owner", required=True, help="Who answers for the target.")
@click.option("--action", required=True, help="What is done for it.")
@click.option("--due", default="", metavar="YYYY-MM-DD", help="The day by which it is done.")
@click.option("--data", metavar="DIR", help="Data folder; default: ./data.")
@click.option("--reports", default="reports", metavar="DIR", help="Folder of reports.")
def answer(
    area: str,
    indicator: str,
    year: int,
    owner: str,
    action: str,
    due: str,
    data: str | None,
    reports: str,
) -> None:
    """Enter who answers for a target and what is done: into targets.toml and the ledger."""
    with exit_codes():
        from forecast.archive.folder import read_archive
        from forecast.archive.targets import write_answer
        from forecast.base.parameters import day_from
        from forecast.publishing import ledger

        folder = Path(data_folder(data) or "data")
        archive = read_archive(folder)
        announced = archive.as_of(archive.schedule.today()).targets(area, year)
        if indicator not in announced:
            known = ", ".join(announced) or "there are none"
            raise ParameterError([f"no target for {area}/{indicator} {year}; allowed: {known}"])
        day = day_from(due) if due else None
        place = existing_reports(reports)
        target = write_answer(folder, announced[indicator], owner=owner, action=action, due=day)
        ledger.answer(place, target)
        click.echo(f"targets.toml and ledger: {owner} answers for {area}/{indicator} {year}")
