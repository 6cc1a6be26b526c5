"""What a report says, as a value: written as `result.json`, and drawn on every page."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from forecast import __version__
from forecast.base.package import code_hash, package_hash
from forecast.base.parameters import HANDED, Parameters
from forecast.outlook.answers import Answer, answer_to, content_of
from forecast.outlook.news import News, news_since
from forecast.outlook.timeline import Frame, film_of
from forecast.outlook.value import Outlook
from forecast.report.commitments import CommitmentReport, commitment_reports
from forecast.report.indicator import FAN_LEVELS, indicator_report
from forecast.report.lights import light, word
from forecast.report.live import live_report
from forecast.report.moved import FilmFrame, Moved, film_report, moved_report
from forecast.report.overlay import OverlayReport, overlay_report
from forecast.report.quality import QualityReport, quality_report
from forecast.report.result import (
    json_of,
    json_schema,
    read_result,
    report_from,
    result_json,
    write_result,
)
from forecast.report.track import TrackReport, track_record
from forecast.report.value import (
    SCHEMA_VERSION,
    CaveatSaid,
    IndicatorReport,
    JointReport,
    Known,
    Report,
)
from forecast.verification.record import POOL

__all__ = [
    "FAN_LEVELS",
    "SCHEMA_VERSION",
    "CommitmentReport",
    "FilmFrame",
    "IndicatorReport",
    "JointReport",
    "Known",
    "Moved",
    "OverlayReport",
    "QualityReport",
    "Report",
    "TrackReport",
    "commitment_reports",
    "general_caveats",
    "handed_name",
    "json_of",
    "json_schema",
    "light",
    "moved_report",
    "quality_report",
    "read_result",
    "report_of",
    "report_on",
    "result_json",
    "said_by",
    "word",
    "write_result",
]


def report_on(parameters: Parameters) -> Report:
    """Return the one report of a question, from which pages of all kinds are drawn.

    It says what its `result.json` says, to the last digit. While the process lasts it is computed
    once for the same data and the same question, and not at all where another one handed it over.
    """
    return _report_on(replace(parameters, lang="en", out=None), content_of(parameters))


@lru_cache(maxsize=2)
def _report_on(parameters: Parameters, content: str) -> Report:
    handed = Path(os.environ.get(HANDED, "")) / handed_name(parameters)
    if HANDED in os.environ and handed.is_file():
        return read_result(handed)
    found = answer_to(parameters)
    told = report_of(found, news_since(found, parameters.since), film_of(found))
    return report_from(result_json(told))


def handed_name(parameters: Parameters) -> str:
    """Return the name of the file that hands a report over to a process where it is drawn.

    It holds a hash of the question and of the data: no other report is taken for it.
    """
    asked = (content_of(parameters), parameters.question(), code_hash())
    return f"{hashlib.sha256(repr(asked).encode()).hexdigest()}.json"


def report_of(answer: Answer, news: News | None = None, film: Iterable[Frame] = ()) -> Report:
    """Return everything that an answer has to say, what moved it and how the year went included."""
    outlook = answer.outlook
    registry = outlook.snapshot.registry
    indicators = [indicator_report(name, one, answer) for name, one in outlook.indicators.items()]
    return Report(
        schema_version=SCHEMA_VERSION,
        area=outlook.area,
        area_name_en=registry.area_name(outlook.area, "en"),
        area_name_zh=registry.area_name(outlook.area, "zh"),
        year=outlook.year,
        as_of=outlook.day,
        seed=answer.seed,
        n_paths=outlook.n_paths,
        version=__version__,
        package_hash=package_hash(),
        known=_known(answer),
        indicators=indicators,
        joint=_joint(outlook),
        joint_published=None if answer.published is None else _joint(answer.published),
        track=track_record(answer.record.densities, registry, answer.seed),
        live=live_report(outlook.snapshot),
        overlay=overlay_report(answer),
        moved=None if news is None else moved_report(news, registry),
        film=film_report(film),
        commitments=commitment_reports(
            outlook.snapshot, outlook.area, outlook.year, seed=answer.seed, n_paths=outlook.n_paths
        ),
        quality=quality_report(outlook.snapshot, outlook.area),
        caveats=general_caveats(answer),
    )


def said_by(answer: Answer, indicator: str, model: str) -> IndicatorReport | None:
    """Return what one model alone says of an indicator, or the pool; None where it says nothing."""
    told = answer.outlook if model == POOL else answer.outlook.alone(model)
    one = told.indicators.get(indicator)
    return None if one is None or one.paths is None else indicator_report(indicator, one, answer)


def _joint(outlook: Outlook) -> JointReport | None:
    joint = outlook.joint()
    if joint is None:
        return None
    return JointReport(
        indicators=list(joint.names),
        probability_all=joint.all_of.value,
        standard_error=joint.all_of.standard_error,
        at_least=list(joint.at_least),
        independence_product=joint.independent,
        lower_bound=joint.lowest,
        upper_bound=joint.highest,
        weakest=joint.weakest,
        coupling="ranks" if outlook.coupling_years else "independent",
    )


def _known(answer: Answer) -> Known:
    outlook = answer.published or answer.outlook
    figures = [f for one in outlook.indicators.values() for f in one.history.figures]
    every = [
        f
        for i in outlook.snapshot.indicators_of(outlook.area)
        for f in outlook.snapshot.figures_of(outlook.area, i)
    ]
    newest = max(f.released_on for f in every)
    unsure = [f.released_on_basis != "published" for f in figures or every]
    return Known(
        n_figures=len(every),
        newest_release_on=newest,
        age_days=(outlook.day - newest).days,
        share_of_days_not_published=float(np.mean(unsure)),
        n_past_calls=len(answer.record),
    )


def general_caveats(answer: Answer) -> list[CaveatSaid]:
    """Return what limits the report as a whole."""
    outlook = answer.outlook
    found = []
    overlay = overlay_report(answer)
    if overlay is not None:
        counts = {"n": str(len(overlay.used)), "all": str(overlay.n_rows)}
        found.append(CaveatSaid(code="overlay", values=counts))
    judged = list(outlook.indicators.values())
    if not any(one.target is not None for one in judged):
        found.append(CaveatSaid(code="no_target", values={"year": str(outlook.year)}))
    if not len(answer.record):
        found.append(CaveatSaid(code="no_record", values={}))
    lost = [
        one.history.indicator.id for one in judged if one.target is not None and one.met(1) is None
    ]
    if lost:
        found.append(CaveatSaid(code="not_in_joint", values={"indicators": ", ".join(lost)}))
    assessed = [one for one in judged if one.target is not None and one.december is not None]
    if len(assessed) > 1 and outlook.coupling_years:
        years = {"years": str(outlook.coupling_years)}
        found.append(CaveatSaid(code="learnt_coupling", values=years))
    elif len(assessed) > 1:
        found.append(CaveatSaid(code="independent_coupling", values={}))
    return found + _progress_caveats(outlook)


def _progress_caveats(outlook: Outlook) -> list[CaveatSaid]:
    """Return the entries of commitments that pass the amount or fall, with both lines."""
    book, day = outlook.snapshot.archive.commitments, outlook.day
    own = book.in_force(outlook.area, outlook.year, day)
    warned = [w for one in own for w in book.warnings_of(one, day)]
    return [CaveatSaid(code=w.code, values=w.values) for w in warned]
