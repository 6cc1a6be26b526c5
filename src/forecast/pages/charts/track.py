"""The pictures of the track record, as a section of a page."""

from __future__ import annotations

from matplotlib import rc_context
from matplotlib.figure import Figure

from forecast.base import texts
from forecast.base.texts import text
from forecast.pages.charts.months import scores_by_month
from forecast.pages.charts.reliability import reliability
from forecast.pages.charts.style import STYLE, picture_of
from forecast.pages.html import Html, fragment
from forecast.report.track import MonthScore, TrackRecord
from forecast.report.value import Report

_SIZE_INCHES = (4.6, 4.0)
_PANEL = (0.1, 0.125, 0.855, 0.725)


def track(report: Report, lang: str) -> Html:
    """Return the reliability diagram and the scores by months known; nothing without a record."""
    record = report.track
    if record is None:
        return Html("")
    pictures = [picture_of(_months_figure, record, lang, alt=_months_alt(record, lang))]
    if record.reliability is not None:
        made = picture_of(_reliability_figure, record, lang, alt=_reliability_alt(record, lang))
        pictures.insert(0, made)
    return fragment("track_pictures", lang, pictures=pictures, record=record)


@rc_context(STYLE)
def _reliability_figure(record: TrackRecord, lang: str) -> Figure:
    figure = Figure(figsize=_SIZE_INCHES)
    reliability(record, ax=figure.add_axes(_PANEL), lang=lang)
    return figure


@rc_context(STYLE)
def _months_figure(record: TrackRecord, lang: str) -> Figure:
    figure = Figure(figsize=_SIZE_INCHES)
    scores_by_month(record, ax=figure.add_axes(_PANEL), lang=lang)
    return figure


def _reliability_alt(record: TrackRecord, lang: str) -> str:
    """Return in words how often the low, the middle and the high probabilities came true."""
    shown, said = record.reliability, [text("alt.reliability", lang)]
    points = [] if shown is None else list(zip(shown.stated, shown.observed, strict=True))
    for wanted in (0.1, 0.5, 0.9):
        for stated, observed in points:
            if abs(stated - wanted) < 1e-6:
                shares = {"stated": stated, "observed": observed}
                put = {name: texts.rate(100 * p, 0, lang) for name, p in shares.items()}
                said.append(text("alt.reliable", lang, **put))
    return text("form.between_sentences", lang).join(said)


def _months_alt(record: TrackRecord, lang: str) -> str:
    """Return in words what the scores were with the fewest and with the most months known."""
    said = [text("alt.months", lang)]
    ends = record.months[:1] + record.months[-1:]
    said += [_month_said(one, lang) for one in ends]
    return text("form.between_sentences", lang).join(said)


def _month_said(one: MonthScore, lang: str) -> str:
    scores = {"pool": one.crps_pp, **one.rivals_crps_pp}
    pairs = [
        text("form.pair", lang, name=text(f"scores.{model}", lang), value=texts.number(score, 2))
        for model, score in scores.items()
    ]
    listed = text("form.semicolon", lang).join(pairs)
    return text("alt.month", lang, n=one.months_known, scores=listed)
