"""The first screen, of a page and of the bulletin: which targets are in danger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from forecast.base import texts
from forecast.base.texts import text
from forecast.outlook.attainment import Joint
from forecast.pages import phrases
from forecast.pages.html import Html, fragment
from forecast.pages.tables.commitments import commitments_lead
from forecast.pages.tables.danger import danger, danger_name, most_in_danger
from forecast.pages.tables.movement import changes, largest_move
from forecast.pages.tables.overlay import rests_on
from forecast.report.value import IndicatorReport, Report

_SENTENCES = {
    "in_danger": "red",
    "in_danger_blind": "red_blind",
    "open": "yellow",
    "open_blind": "blind",
    "on_course": "green",
    "on_course_blind": "green_blind",
    "not_assessed": "none",
}  # each with its lamp


def headline(
    report: Report,
    lang: str,
    sparks: Mapping[str, Html] | None = None,
    *,
    title: str | None = None,
) -> Html:
    """Return the first screen: which targets are in danger, how sure, what growth is needed.

    `sparks` are small fans by the indicator's id; `title` is what the page asks, if it is not
    about all targets.
    """
    return fragment(
        "headline", lang, report=report, title=title or page_title(report, lang),
        known=known_until(report, lang), nothing_new=nothing_new(report, lang),
        verdict=verdict(report, lang), in_danger=danger_name(report, lang),
        together=together(report, lang), at_least=_at_least(report, lang),
        dependence=_dependence(report, lang), open=unsettled(report),
        rests_on=rests_on(report, lang), simulated=simulated(report, lang),
        changes=changes(report, lang), sparks=sparks or {},
        brackets=text("headline.brackets_key", lang),
    )  # fmt: skip


def page_title(report: Report, lang: str) -> str:
    """Return the title of the page: the question that it answers."""
    key = "title" if report.with_target else "title_without"
    return text(f"headline.{key}", lang, area=report.area_name.of(lang), year=report.year)


def nothing_new(report: Report, lang: str) -> str:
    """Return that no figure of the area came out since the earlier day; nothing where one did."""
    news = report.news
    if news is None or report.data_summary.newest_release_on > news.since:
        return ""
    key = "nothing_new_here" if news.n_releases else "nothing_new"
    if not report.with_target:
        key = "nothing_new_without"
    return text(f"headline.{key}", lang, day=texts.day(news.since, lang), n=news.n_releases)


def summary(report: Report, lang: str) -> str:
    """Return the first screen in a few sentences."""
    sentences = [sentence for _, sentence in verdict(report, lang)]
    return text("form.between_sentences", lang).join(sentences)


def verdict(report: Report, lang: str) -> list[tuple[str, str]]:
    """Return the first screen in sentences, each with the lamp that it is about; the worst first.

    A sentence about no lamp has an empty one.
    """
    if not report.with_target:
        return [("", text("notice.no_target", lang, year=report.year))]
    sentences = [
        (_lamp_in_danger(report), danger(report, lang)),
        ("", together(report, lang)),
        *_settled_sentences(report.with_target, lang),
        *_open_sentences(report, lang),
        ("", largest_move(report, lang)),
    ]
    return [(key, sentence) for key, sentence in sentences if sentence]


def _lamp_in_danger(report: Report) -> str:
    one = most_in_danger(report)
    return "" if one is None else one.lamp


def simulated(report: Report, lang: str) -> str:
    """Return how large the simulation's own error of any probability is; nothing without one."""
    attained = [one.attainment for one in report.with_target if one.attainment is not None]
    errors = [attainment.probability.standard_error for attainment in attained]
    if report.joint is not None:
        errors.append(report.joint.all_targets.standard_error)
    if not any(errors):
        return ""
    size = texts.points(max(100 * max(errors), 0.1), 1, lang)
    return text("headline.simulated", lang, error=size)


def _settled_sentences(judged: Sequence[IndicatorReport], lang: str) -> list[tuple[str, str]]:
    settled = [one for one in judged if one.outturn is not None]
    if not settled:
        return []
    if len(judged) == 1:
        fact = settled[0].light
        return [(fact, text(f"headline.one_{fact}", lang))]
    missed = [one for one in settled if one.light == "missed"]
    key = "all_settled" if len(settled) == len(judged) else "some_settled"
    counts = {"n": len(settled) - len(missed), "settled": len(settled), "all": len(judged)}
    sentences = [("", text(f"headline.{key}", lang, **counts))]
    names = phrases.names(missed, lang)
    return sentences + ([("missed", text("headline.missed", lang, names=names))] if missed else [])


def _open_sentences(report: Report, lang: str) -> list[tuple[str, str]]:
    """Return the open targets by lamp, those of a year without figures apart."""
    by_sentence: dict[str, list[IndicatorReport]] = {key: [] for key in _SENTENCES}
    for one in unsettled(report):
        by_sentence[_sentence(one)].append(one)
    return [
        (
            lamp,
            text(f"headline.{key}", lang, names=_named(by_sentence[key], lang), year=report.year),
        )
        for key, lamp in _SENTENCES.items()
        if by_sentence[key]
    ]


def _sentence(one: IndicatorReport) -> str:
    keys = {"red": "in_danger", "green": "on_course", "none": "not_assessed"}
    key = keys.get(one.light, "open")
    return key if one.months_known or key == "not_assessed" else f"{key}_blind"


def unsettled(report: Report) -> list[IndicatorReport]:
    """Return the indicators whose target is still open."""
    return [one for one in report.with_target if one.outturn is None]


def _named(indicators: Sequence[IndicatorReport], lang: str) -> str:
    """Return the names with the probabilities that there are, the least likely first."""
    ordered = sorted(indicators, key=_probability)
    return text("form.list", lang).join(_with_probability(one, lang) for one in ordered)


def _probability(one: IndicatorReport) -> float:
    return 0.0 if one.attainment is None else one.attainment.probability.value


def _with_probability(one: IndicatorReport, lang: str) -> str:
    if one.attainment is None:
        return one.name.of(lang)
    probability = texts.percent(one.attainment.probability.value, lang)
    return text("form.pair", lang, name=one.name.of(lang), value=probability)


def known_until(report: Report, lang: str) -> str:
    """Return the day, when the newest figures came out, and which month they reach."""
    days = (report.as_of, report.data_summary.newest_release_on)
    on, newest = (texts.day(day, lang) for day in days)
    reached = [one.last_figure.span.texts[1] for one in report.indicators if one.last_figure]
    if not reached:
        return text("headline.as_of_without", lang, day=on)
    month = texts.span(max(reached), max(reached), lang, year=report.year)
    return text("headline.as_of", lang, day=on, newest=newest, month=month)


def together(report: Report, lang: str) -> str:
    """Return P(all targets); a fact once it is settled, nothing where there is no target."""
    joint = report.joint
    if joint is None or len(joint.indicators) < 2:
        return ""
    n, lights = len(joint.indicators), _lights_of(joint, report)
    if "missed" in lights:
        return "" if lights <= {"attained", "missed"} else text("joint.impossible", lang, n=n)
    if lights == {"attained"}:
        return text("joint.fact_all", lang, n=n)
    is_part = n < sum(one.outturn is None for one in report.with_target)
    return _with_figures(_expected(joint, lang, "all_judged" if is_part else "all"), report, lang)


def _expected(joint: Joint, lang: str, key: str = "all", **values: object) -> str:
    """Return P(all) and the expected number of targets attained."""
    return text(
        f"joint.{key}",
        lang,
        n=len(joint.indicators),
        probability=texts.percent(joint.all_targets.value, lang),
        expected=texts.number(joint.expected_number, 1),
        **values,
    )


def _with_figures(words: str, report: Report, lang: str) -> str:
    """Return words of all targets, with those of the targets that have figures of the year."""
    joint = report.joint_with_figures
    if joint is None or len(joint.indicators) < 2:
        return words
    return _expected(joint, lang, "with_figures", all=words, year=report.year)


def _lights_of(joint: Joint, report: Report) -> set[str]:
    return {one.light for one in report.indicators if one.id in joint.indicators}


def _at_least(report: Report, lang: str) -> list[str]:
    """Return the probabilities of so many or more, short of all; empty once one is settled."""
    joint = report.joint
    if joint is None or _lights_of(joint, report) & {"attained", "missed"}:
        return []
    n = len(joint.indicators)
    return [
        text("joint.at_least", lang, k=k, probability=texts.percent(joint.at_least[k], lang))
        for k in range(n - 1, 0, -1)
    ]  # fmt: skip


def _dependence(report: Report, lang: str) -> str:
    """Return the weakest target, what independence would give, and the bounds that always hold."""
    joint = report.joint
    if joint is None:
        return ""
    (weakest,) = (one for one in report.indicators if one.id == joint.weakest)
    least = texts.percent(joint.upper_bound, lang)  # no dependence can lift all above the weakest
    ends = {"lower": joint.lower_bound, "upper": joint.upper_bound}
    bounds = text("joint.bounds", lang, **{end: texts.percent(p, lang) for end, p in ends.items()})
    product = texts.percent(joint.independence_product, lang)
    key = "independent" if joint.coupling == "independent" else "coupled"
    sentences = [
        text("joint.weakest", lang, name=weakest.name.of(lang), probability=least),
        text(f"joint.{key}", lang, product=product),
        bounds if texts.percent(joint.lower_bound, lang) != least else "",
    ]
    return text("form.between_sentences", lang).join(filter(None, sentences))


def bulletin(report: Report, lang: str) -> Html:
    """Return the whole bulletin: the verdict, a line for each target, the source."""
    return fragment(
        "bulletin", lang, report=report, points=_points(report, lang),
        open=unsettled(report), in_danger=danger_name(report, lang),
        title=text("bulletin.title", lang, area=report.area_name.of(lang), year=report.year),
        known=known_until(report, lang),
        nothing_new=nothing_new(report, lang),
        changes=changes(report, lang), rests_on=rests_on(report, lang),
        source=_source(report, lang), simulated=simulated(report, lang),
    )  # fmt: skip


def _points(report: Report, lang: str) -> list[str]:
    """Return what stands above the table, in sentences: the verdict, and the commitments."""
    sentences = [sentence for _, sentence in verdict(report, lang)]
    return [
        *sentences,
        *([commitments_lead(report.commitments, lang)] if report.commitments else []),
    ]


def _source(report: Report, lang: str) -> str:
    newest = texts.day(report.data_summary.newest_release_on, lang)
    return text("bulletin.source", lang, newest=newest, version=report.version)
