"""The report of a question: computed from its answer, or read if another process handed it over."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecast.base.package import VERSION, code_hash, package_hash
from forecast.base.parameters import HANDED, Parameters
from forecast.base.texts import Caveat
from forecast.combination.pool import prior_table
from forecast.models.registry import LEFT_OUT
from forecast.outlook.answers import Answer, answer_to, content_of
from forecast.outlook.curves import next_figures
from forecast.outlook.movement import News, TimelinePoint
from forecast.outlook.news import news_since, timeline_of
from forecast.outlook.next_figure import NextFigure
from forecast.outlook.value import Outlook
from forecast.report.beside import lines_beside
from forecast.report.commitments import commitment_reports
from forecast.report.data_checks import data_checks
from forecast.report.indicator import indicator_report
from forecast.report.judged import judgement_scores
from forecast.report.lights import light
from forecast.report.overlay import overlay_report
from forecast.report.published import published_scores
from forecast.report.result import read_result
from forecast.report.retrospect import past_targets, post_mortems
from forecast.report.track import kept_track_record
from forecast.report.value import SCHEMA_VERSION, BesideLine, DataSummary, IndicatorReport, Report
from forecast.verification.record import POOL


def report_on(parameters: Parameters) -> Report:
    """Return the report of a question, from which pages of all kinds are drawn.

    While the process lasts it is computed once for the same data and the same question, and not at
    all where another process handed it over.
    """
    return _report_on(replace(parameters, lang="en", out=None), content_of(parameters))


def report_for(**question: Any) -> Report:
    """Return the report of a question, with what moved since a day and the year so far.

    The question is that of `Parameters`: `area`, `year` and `as_of`; `since`, `lang`, `seed`,
    `n_paths`, `data`, `out`, `overlay` and `target` have defaults. Raise ForecastError for bad
    data or a question without an answer.
    """
    return report_on(Parameters.of(**question))


@lru_cache(maxsize=2)
def _report_on(parameters: Parameters, content: str) -> Report:
    path = Path(os.environ.get(HANDED, "")) / handed_name(parameters)
    if HANDED in os.environ and path.is_file():
        return read_result(path)
    answer = answer_to(parameters)
    news, timeline = news_since(answer, parameters.since), timeline_of(answer)
    return report_of(
        answer, news, timeline, next_figures(answer, light), beside=lines_beside(answer)
    )


def handed_name(parameters: Parameters) -> str:
    """Return the name of the file that hands a report over to a process where it is drawn.

    It holds a hash of the question and of the data, so that no other report is taken for it.
    """
    key = (content_of(parameters), parameters.question(), code_hash())
    return f"{hashlib.sha256(repr(key).encode()).hexdigest()}.json"


def report_of(
    answer: Answer,
    news: News | None = None,
    timeline: Iterable[TimelinePoint] = (),
    coming: Mapping[str, NextFigure] | None = None,
    *,
    beside: Mapping[str, list[BesideLine]] | None = None,
) -> Report:
    """Return the whole report of an answer, with its news, its timeline and its next figures.

    `beside` are the lines of other areas by indicator.
    """
    outlook, points = answer.outlook, list(timeline)
    snapshot, registry = outlook.snapshot, outlook.snapshot.registry
    return Report(
        schema_version=SCHEMA_VERSION,
        area=outlook.area,
        area_name=registry.area_names(outlook.area),
        issuer=registry.issuer(outlook.area),
        year=outlook.year,
        year_begins=registry.months_before(outlook.area) + 1,
        as_of=outlook.day,
        seed=answer.seed,
        n_paths=outlook.n_paths,
        version=VERSION,
        package_hash=package_hash(),
        data_summary=_data_summary(answer),
        indicators=[
            replace(
                indicator_report(name, own, answer, (coming or {}).get(name)),
                beside=(beside or {}).get(name, []),
            )
            for name, own in outlook.indicators.items()
        ],
        joint=outlook.joint,
        joint_with_figures=outlook.joint_with_figures,
        joint_published=None if answer.published is None else answer.published.joint,
        track=kept_track_record(_in_points(answer), registry, answer.seed),
        published_scores=published_scores(snapshot),
        overlay=overlay_report(answer),
        news=news,
        timeline=points,
        post_mortems=post_mortems(answer, points),
        past_targets=past_targets(answer),
        commitments=commitment_reports(
            snapshot, outlook.area, outlook.year, seed=answer.seed, n_paths=outlook.n_paths
        ),
        data_checks=data_checks(snapshot, outlook.area),
        caveats=general_caveats(answer),
        judgements=judgement_scores(answer),
    )


def report_by_model(answer: Answer, indicator: str, model: str) -> IndicatorReport | None:
    """Return the report of an indicator by one model alone, or by the pool; None without paths."""
    outlook = answer.outlook if model == POOL else answer.outlook.alone(model)
    own = outlook.indicators.get(indicator)
    return None if own is None or own.paths is None else indicator_report(indicator, own, answer)


def _data_summary(answer: Answer) -> DataSummary:
    outlook = answer.published or answer.outlook
    figures = [f for own in outlook.indicators.values() for f in own.history.figures]
    every = [
        f
        for i in outlook.snapshot.indicators_of(outlook.area)
        for f in outlook.snapshot.figures_of(outlook.area, i)
    ]
    newest = max(f.released_on for f in every)
    not_published = [f.released_on_basis != "published" for f in figures or every]
    return DataSummary(
        n_figures=len(every),
        newest_release_on=newest,
        age_days=(outlook.day - newest).days,
        share_of_days_not_published=float(np.mean(not_published)),
        n_past_forecasts=len(answer.record),
    )


def _in_points(answer: Answer) -> pd.DataFrame:
    """Return the scored forecasts in per cent; those of balances have units of their own."""
    densities, registry = answer.record.densities, answer.outlook.snapshot.registry
    series = densities[["area", "indicator"]].drop_duplicates().astype(str)
    keys = [(a, i) for a, i in series.itertuples(index=False) if i in registry.indicators]
    balances = {i for a, i in keys if registry.of(a, i).kind == "balance"}
    return densities[~densities["indicator"].isin(list(balances))] if balances else densities


def general_caveats(answer: Answer) -> list[Caveat]:
    """Return what limits the report as a whole."""
    outlook, caveats = answer.outlook, []
    overlay = overlay_report(answer)
    if overlay is not None:
        counts = {"n": str(len(overlay.used)), "all": str(overlay.n_rows)}
        caveats.append(Caveat("overlay", counts))
    indicators = list(outlook.indicators.values())
    assumed = [n for n, o in outlook.indicators.items() if o.target and o.target.is_assumed]
    if assumed:
        caveats.append(Caveat("assumed_targets", {"indicators": ", ".join(assumed)}))
    if not any(own.target is not None for own in indicators):
        caveats.append(Caveat("no_target", {"year": str(outlook.year)}))
    area = outlook.snapshot.registry.areas.get(outlook.area)
    if area is not None and area.year_begins != "01":
        caveats.append(Caveat("calendar_year", {"begins": area.year_begins}))
    if (fault := prior_table().fault) is not None:
        caveats.append(Caveat(f"prior_{fault}"))
    caveats += [Caveat("model_left_out", {"name": o.name, "why": o.why}) for o in LEFT_OUT]
    if not len(answer.record):
        caveats.append(Caveat("no_record"))
    not_assessed = [
        own.history.indicator.id
        for own in indicators
        if own.target is not None and own.met(1) is None
    ]
    if not_assessed:
        caveats.append(Caveat("not_in_joint", {"indicators": ", ".join(not_assessed)}))
    assessed = [o for o in indicators if o.target is not None and o.december is not None]
    if len(assessed) > 1 and outlook.coupling_years:
        caveats.append(Caveat("learnt_coupling", {"years": str(outlook.coupling_years)}))
    elif len(assessed) > 1:
        caveats.append(Caveat("independent_coupling"))
    return caveats + _progress_caveats(outlook)


def _progress_caveats(outlook: Outlook) -> list[Caveat]:
    """Return a caveat for each entry of a commitment that exceeds the amount or falls."""
    book, day = outlook.snapshot.archive.commitments, outlook.day
    own = book.in_force(outlook.area, outlook.year, day)
    warnings = [w for commitment in own for w in book.warnings_of(commitment, day)]
    return [Caveat(w.code, w.values) for w in warnings]
