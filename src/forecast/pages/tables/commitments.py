"""Counted commitments as a section of a page, a table of a terminal, and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from forecast.base import texts
from forecast.base.texts import text
from forecast.pages import phrases
from forecast.pages.grid import Column, Grid, lamp
from forecast.pages.html import Html, fragment
from forecast.report.commitments import CommitmentReport
from forecast.report.value import Report

_COLUMNS = ("commitment", "amount", "done", "needed", "expected", "probability_short", "light")
_WRAPPED = ("commitment", "amount", "done", "expected", "probability_short")


def commitments(report: Report, lang: str) -> Html:
    """Return how each counted commitment stands; nothing where the year has none."""
    if not report.commitments:
        return Html("")
    reported = [one for one in report.commitments if one.progress is not None]
    silent = [one for one in report.commitments if one.progress is None]
    return fragment(
        "commitments", lang, lead=commitments_lead(report.commitments, lang),
        rows=[(one, cells(one, lang), sentence(one, lang)) for one in reported],
        silent=[(name(one, lang), amount(one, lang), one.commitment.wording) for one in silent],
        basis=[text(f"commitments.{key}", lang) for key in _basis(reported)],
    )  # fmt: skip


def commitments_terminal(
    reports: Sequence[CommitmentReport], lang: str, *, area: str, year: int, day: date
) -> Grid:
    """Return the table of a terminal: a line for each commitment given."""
    heading = text("commitments.heading", lang, area=area, year=year, day=texts.day(day, lang))
    columns = [
        Column(text(f"column.{column}", lang), no_wrap=column not in _WRAPPED)
        for column in ("commitment_id", *_COLUMNS)
    ]
    rows = []
    for one in reports:
        facts = cells(one, lang)
        named = (one.commitment.id, name(one, lang), amount(one, lang))
        standing = (facts[column] for column in _COLUMNS[2:-1])
        rows.append([*named, *standing, lamp(one.light, lang)])
    return Grid(heading, columns, rows)


def commitments_lead(reports: Sequence[CommitmentReport], lang: str) -> str:
    """Return how many commitments there are, and how those with progress stand."""
    reported = [one for one in reports if one.progress is not None]
    if not reported:
        return text("commitments.none_reported", lang, all=len(reports))
    sentences = [text("commitments.reported", lang, all=len(reports), n=len(reported))]
    for colour in ("attained", "green", "yellow", "red", "missed"):
        count = sum(one.light == colour for one in reported)
        if count:
            sentences.append(text(f"commitments.n_{colour}", lang, n=count))
    return text("form.between_sentences", lang).join(sentences)


def cells(one: CommitmentReport, lang: str) -> dict[str, str]:
    """Return by column what is known and likely; a dash where nothing is."""
    dash, likely = text("form.none", lang), one.completion
    words = {column: dash for column in ("done", "pace", "needed", "expected", "probability_short")}
    words["done"] = _done(one, lang)
    if one.pace_per_month is not None:
        words["pace"] = _monthly(one.pace_per_month, one, lang)
    if one.needed_per_month is not None:
        words["needed"] = _monthly(one.needed_per_month, one, lang)
    if likely is not None:
        band = texts.interval(likely.lower80, likely.upper80, one.decimals)
        words["expected"] = f"{texts.number(likely.median, one.decimals)} {band}"
        words["probability_short"] = phrases.chance(likely.probability.value, lang)
    return words


def sentence(one: CommitmentReport, lang: str) -> str:
    """Return in plain words how a commitment stands."""
    last, likely = one.progress, one.completion
    if last is None:
        return text("commitments.no_progress", lang)
    words = {"done": _quantity(last.done, one, lang), "day": texts.day(last.day, lang)}
    words |= {"amount": amount(one, lang)}
    sentences = [text(f"commitments.{one.status}", lang, **words)]
    if one.needed_per_month:
        paces = {"needed": _monthly(one.needed_per_month, one, lang)}
        sentences.append(text("commitments.needed", lang, **paces))
    if likely is not None:
        probability = texts.percent(likely.probability.value, lang)
        sentences.append(text("commitments.chance", lang, probability=probability))
        if likely.half_kept_by is not None and not one.commitment.is_share:
            month = text(f"month.m{likely.half_kept_by.month}", lang)
            sentences.append(text("commitments.half_by", lang, month=month))
    return text("form.between_sentences", lang).join(sentences)


def name(one: CommitmentReport, lang: str) -> str:
    """Return the commitment's name."""
    return one.commitment.names.of(lang)


def amount(one: CommitmentReport, lang: str) -> str:
    """Return how much is promised, as it is worded: 4,000 places or more."""
    quantity = _quantity(one.commitment.amount, one, lang)
    return text(f"commitments.{one.commitment.comparison}", lang, amount=quantity)


def _done(one: CommitmentReport, lang: str) -> str:
    last = one.progress
    if last is None:
        return text("commitments.no_progress", lang)
    return text(
        "commitments.by_day", lang, done=_quantity(last.done, one, lang),
        day=texts.day(last.day, lang, year=last.day.year),
    )  # fmt: skip


def _quantity(value: float, one: CommitmentReport, lang: str) -> str:
    if one.commitment.is_share:
        return texts.rate(value, one.decimals, lang)
    unit = one.commitment.units.of(lang)
    return text("commitments.quantity", lang, number=texts.number(value, one.decimals), unit=unit)


def _monthly(value: float, one: CommitmentReport, lang: str) -> str:
    if one.commitment.is_share:
        return texts.points(value, 1, lang)
    return texts.number(value, one.decimals if value >= 10 else one.decimals + 1)


def _basis(reported: Sequence[CommitmentReport]) -> list[str]:
    """Return the keys of what has to be known of the widths of the forecasts shown."""
    likely = [one.completion for one in reported if one.completion is not None]
    bases = {c.dispersion_basis for c in likely}
    keys = [f"basis_{basis}" for basis in ("own", "pool", "assumed") if basis in bases]
    return [*keys, "basis_years"] if any(c.past_years for c in likely) else keys
