"""The sections of a report below the first screen."""

from __future__ import annotations

from forecast.base import texts
from forecast.base.texts import text
from forecast.pages import phrases
from forecast.pages.html import Html, fragment
from forecast.report.value import DataChecks, Finding, IndicatorReport, Report


def known(report: Report, lang: str) -> Html:
    """Return what is known on the day: newest figures, their release and their age."""
    sentences, seasons = _known_sentences(report, lang), _season_sentences(report, lang)
    return fragment("known", lang, report=report, sentences=sentences, seasons=seasons)


def _season_sentences(report: Report, lang: str) -> list[str]:
    """Return what was declared or found of seasons, each sentence with its indicators."""
    by_finding: dict[str, list[IndicatorReport]] = {}
    for one in report.indicators:
        if (of := one.seasons) is not None:
            basis = "untested" if of.found is None else f"found_{of.found}"
            key = basis if of.declared is None else f"declared_{of.declared}"
            by_finding.setdefault(key, []).append(one)
    return [
        text(f"known.seasons_{key}", lang, indicators=phrases.names(own, lang))
        for key, own in sorted(by_finding.items())
    ]


def _known_sentences(report: Report, lang: str) -> list[str]:
    facts, newest = report.data_summary, texts.day(report.data_summary.newest_release_on, lang)
    n, n_past = f"{facts.n_figures:,}", f"{facts.n_past_forecasts:,}"
    unsure = texts.rate(100 * facts.share_of_days_not_published, 0, lang)
    days = "share" if facts.share_of_days_not_published > 0 else "all_published"
    return [
        text("known.figures", lang, n=n, area=report.area_name.of(lang), day=newest),
        text(f"known.{days}", lang, share=unsure),
        text("known.calls", lang, n=n_past),
    ]


def details(report: Report, lang: str) -> Html:
    """Return the table that an office keeps, and what else bears on each target."""
    if not report.with_target:
        return Html("")
    open_ones = [one for one in report.with_target if one.forecast is not None]
    return fragment("details", lang, report=report, open=open_ones)


def members(report: Report, lang: str) -> Html:
    """Return what each model says alone; nothing once all targets are settled."""
    shown = report.shown
    rows = [(one, {m.model: m for m in one.members}) for one in shown if one.members]
    if not rows:
        return Html("")
    models = list(dict.fromkeys(model for _, by_model in rows for model in by_model))
    return fragment("members", lang, rows=rows, models=models)


def others(report: Report, lang: str) -> Html:
    """Return the indicators without a target; the first screen has them where none has one."""
    if not report.with_target or not report.without_target:
        return Html("")
    return fragment("others", lang, report=report)


def caveats(report: Report, lang: str) -> Html:
    """Return what to keep in mind: of the whole report, and sentence by sentence of whom."""
    general = [phrases.caveat(caveat, report, lang) for caveat in report.caveats]
    single: dict[str, list[IndicatorReport]] = {}
    for one in report.indicators:
        for caveat in one.caveats:
            single.setdefault(phrases.caveat(caveat, report, lang), []).append(one)
    return fragment("caveats", lang, general=general, single=single)


def provenance(report: Report, lang: str) -> Html:
    """Return what the report was made from and by."""
    facts = [
        ("version", report.version), ("package", report.package_hash[:12]),
        ("seed", report.seed), ("paths", f"{report.n_paths:,}"), ("schema", report.schema_version),
    ]  # fmt: skip
    settled = [one for one in report.with_target if one.outturn is not None]
    return fragment("provenance", lang, report=report, facts=facts, settled=settled)


_DECIMALS = {"outlier": 1, "base_revision": 1, "stale": 0, "gap": 0}


def quality(report: Report, lang: str) -> Html:
    """Return what deserves a look in the area's figures; a sentence where nothing does."""
    checks = report.data_checks
    rows = [(one, _finding_months(one, lang), _finding_size(one, lang)) for one in checks.findings]
    return fragment("quality", lang, report=report, rows=rows, rest=_further_findings(checks, lang))


def _further_findings(checks: DataChecks, lang: str) -> str:
    """Return how many findings of which kinds are not shown; nothing where all are."""
    shown = [one.kind for one in checks.findings]
    left = {kind: n - shown.count(kind) for kind, n in checks.counts.items()}
    named = [
        text("quality.more", lang, kind=text(f"quality_kind.{kind}", lang), n=n)
        for kind, n in left.items()
        if n
    ]
    listed = text("quality.between", lang).join(named)
    return text("quality.rest", lang, listed=listed) if named else ""


def _finding_months(one: Finding, lang: str) -> str:
    ends = one.span.texts
    if one.span.is_within_a_year:
        return texts.span(*ends, lang)
    first, last = (texts.span(m, m, lang) for m in ends)
    return text("quality.months", lang, first=first, last=last)


def _finding_size(one: Finding, lang: str) -> str:
    """Return how large a finding is, in words."""
    if one.kind in _DECIMALS:
        number = texts.number(one.size, _DECIMALS[one.kind])
        return text(f"quality_size.{one.kind}", lang, n=number)
    return (
        texts.points(one.size, 1, lang)
        if one.unit == "pct"
        else texts.level(one.size, one.unit, lang)
    )
