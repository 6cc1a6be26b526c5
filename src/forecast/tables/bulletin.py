"""The bulletin: the year's targets on one page, for those who decide."""

from __future__ import annotations

from forecast import phrases, texts
from forecast.fragments import Html, fragment
from forecast.report.moved import TargetMoved
from forecast.report.value import Report
from forecast.tables.commitments import commitments_lead
from forecast.tables.headline import changes, nothing_new, simulated, summary, together
from forecast.tables.moved import LEAST, name, releases
from forecast.tables.overlay import rests_on
from forecast.texts import text


def bulletin(report: Report, lang: str) -> Html:
    """Return the whole bulletin: a line for each target, all together, what moved, the source."""
    return fragment(
        "bulletin", lang, report=report, summary=summary(report, lang),
        title=text("bulletin.title", lang, area=report.area_name(lang), year=report.year),
        known=text("bulletin.known", lang, day=texts.day(report.as_of, lang)),
        nothing_new=nothing_new(report, lang),
        changes=changes(report, lang), points=_points(report, lang),
        rests_on=rests_on(report, lang), source=_source(report, lang),
        simulated=simulated(report, lang),
    )  # fmt: skip


def _points(report: Report, lang: str) -> list[str]:
    """Return what stands below the table, in sentences: together, moved, weakest, commitments."""
    said = [_together(report, lang), _moved_most(report, lang), _weakest(report, lang)]
    if report.commitments:
        said.append(commitments_lead(report.commitments, lang))
    return [sentence for sentence in said if sentence]


def _together(report: Report, lang: str) -> str:
    """Return P(all), and how many targets are attained on average where some are open."""
    said, joint = together(report, lang), report.joint
    if not said or joint is None or all(one.settled for one in report.with_target):
        return said
    number = texts.number(joint.expected_number, 1)
    return text("bulletin.together", lang, all=said, number=number, of=len(joint.indicators))


def _moved_most(report: Report, lang: str) -> str:
    """Return which probability moved most since the earlier day, and what moved it most."""
    moved = report.moved
    if moved is None or not any(told.items for told in moved.targets):
        return ""
    since = texts.day(moved.since, lang, year=report.year)
    most = max(moved.targets, key=lambda told: abs(_change(told)))
    if abs(_change(most)) < LEAST:
        return text("bulletin.unmoved", lang, day=since)
    item = max(most.items, key=lambda one: abs(one.change))
    reason = text(f"moved_kind.{item.kind}", lang)
    if item.releases:
        said = {"kind": reason, "releases": releases(item.releases[:1], most, lang)}
        reason = text("bulletin.reason", lang, **said)
    size = {"name": name(most, lang), "change": changes(report, lang)[most.indicator]}
    return text("bulletin.moved", lang, **size, reason=reason)


def _change(told: TargetMoved) -> float:
    if told.first_probability is None or told.last_probability is None:
        return 0.0
    return told.last_probability - told.first_probability


def _weakest(report: Report, lang: str) -> str:
    """Return the open target that is least likely, and what its remaining months need."""
    called = [one for one in report.with_target if one.settled is None and one.attained is not None]
    if len(called) < 2:
        return ""
    least = min(called, key=lambda one: one.attained.probability if one.attained else 1.0)
    chance = texts.percent(least.attained.probability if least.attained else 1.0, lang)
    needed = {
        "growth": phrases.needed(least, lang),
        "span": phrases.needed_span(least, lang, year=report.year),
    }
    named = {"name": phrases.name(least, lang), "probability": chance}
    return text("bulletin.weakest", lang, **named, **needed)


def _source(report: Report, lang: str) -> str:
    newest = texts.day(report.known.newest_release_on, lang)
    return text("bulletin.source", lang, newest=newest, version=report.version)
