"""The sections of a page as tables and sentences, drawn from a report alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from forecast import phrases, texts
from forecast.fragments import Html, fragment
from forecast.report.value import IndicatorReport, JointReport, Report
from forecast.texts import text

if TYPE_CHECKING:
    from rich.table import Table

_LAMPS = {
    "green": ("●", "green"), "yellow": ("▲", "yellow"), "red": ("◆", "red"),
    "attained": ("●", "green"), "missed": ("◆", "red"), "none": ("○", ""),
}  # fmt: skip
_SUMMARY_LIGHTS = {"red": "in_danger", "yellow": "open", "green": "on_course"}


def headline(report: Report, lang: str) -> Html:
    """Return the first screen: which targets are in danger, how sure, what growth is needed."""
    return fragment(
        "headline", lang, report=report, title=title(report, lang),
        known=_known_until(report, lang), summary=summary(report, lang),
        together=together(report, lang), at_least=_at_least(report, lang),
        dependence=_dependence(report.joint, lang), open=_unsettled(report),
    )  # fmt: skip


def known(report: Report, lang: str) -> Html:
    """Return what is known on the day: newest figures, their release and their age."""
    return fragment("known", lang, report=report, sentences=_known_sentences(report, lang))


def _known_sentences(report: Report, lang: str) -> list[str]:
    facts, newest = report.known, texts.day(report.known.newest_release_on, lang)
    n, calls = f"{facts.n_figures:,}", f"{facts.n_past_calls:,}"
    unsure = texts.rate(100 * facts.share_of_days_not_published, 0, lang)
    days = "share" if facts.share_of_days_not_published > 0 else "all_published"
    return [
        text("known.figures", lang, n=n, area=report.area_name(lang), day=newest),
        text(f"known.{days}", lang, share=unsure),
        text("known.calls", lang, n=calls),
    ]


def details(report: Report, lang: str) -> Html:
    """Return the table that an office keeps, and what else bears on each target."""
    if not report.with_target:
        return Html("")
    open_ones = [one for one in report.with_target if one.forecast is not None]
    return fragment("details", lang, report=report, open=open_ones)


def members(report: Report, lang: str) -> Html:
    """Return what each model says alone; nothing once all targets are settled."""
    shown = report.with_target or report.indicators
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
    general = [phrases.caveat(said, report, lang) for said in report.caveats]
    single: dict[str, list[IndicatorReport]] = {}
    for one in report.indicators:
        for said in one.caveats:
            single.setdefault(phrases.caveat(said, report, lang), []).append(one)
    return fragment("caveats", lang, general=general, single=single)


def provenance(report: Report, lang: str) -> Html:
    """Return what the report was made from and by."""
    facts = [
        ("version", report.version), ("package", report.package_hash[:12]),
        ("seed", report.seed), ("paths", f"{report.n_paths:,}"), ("schema", report.schema_version),
    ]  # fmt: skip
    settled = [one for one in report.with_target if one.settled is not None]
    return fragment("provenance", lang, report=report, facts=facts, settled=settled)


def title(report: Report, lang: str) -> str:
    """Return the title of the page: the question that it answers."""
    key = "title" if report.with_target else "title_without"
    return text(f"headline.{key}", lang, area=report.area_name(lang), year=report.year)


def summary(report: Report, lang: str) -> str:
    """Return the first screen in a few sentences."""
    if not report.with_target:
        return text("notice.no_target", lang, year=report.year)
    said = [*_settled_sentences(report.with_target, lang), *_open_sentences(report, lang)]
    return text("form.between_sentences", lang).join(said)


def _settled_sentences(judged: Sequence[IndicatorReport], lang: str) -> list[str]:
    settled = [one for one in judged if one.settled is not None]
    if not settled:
        return []
    missed = [one for one in settled if phrases.light(one) == "missed"]
    key = "all_settled" if len(settled) == len(judged) else "some_settled"
    counts = {"n": len(settled) - len(missed), "settled": len(settled), "all": len(judged)}
    said = [text(f"headline.{key}", lang, **counts)]
    return said + ([_named("missed", missed, lang)] if missed else [])


def _open_sentences(report: Report, lang: str) -> list[str]:
    unsettled = _unsettled(report)
    if not unsettled:
        return []
    by_light: dict[str, list[IndicatorReport]] = {light: [] for light in (*_SUMMARY_LIGHTS, "none")}
    for one in unsettled:
        by_light[phrases.light(one)].append(one)
    said = [
        _named(key, by_light[light], lang)
        for light, key in _SUMMARY_LIGHTS.items()
        if by_light[light]
    ]
    if not by_light["red"]:
        said.insert(0, text("headline.none_in_danger", lang))
    return said + ([_named("not_assessed", by_light["none"], lang)] if by_light["none"] else [])


def _unsettled(report: Report) -> list[IndicatorReport]:
    return [one for one in report.with_target if one.settled is None]


def _named(key: str, indicators: Sequence[IndicatorReport], lang: str) -> str:
    return text(f"headline.{key}", lang, names=phrases.names(indicators, lang))


def _known_until(report: Report, lang: str) -> str:
    on, age = texts.day(report.as_of, lang), report.known.age_days
    if age == 0:
        return text("headline.same_day", lang, day=on)
    days = text("headline.one_day" if age == 1 else "headline.days", lang, n=age)
    newest = texts.day(report.known.newest_release_on, lang)
    return text("headline.as_of", lang, day=on, newest=newest, age=days)


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
    chance = texts.percent(joint.probability_all, lang)
    return text("joint.all", lang, n=n, probability=chance)


def _lights_of(joint: JointReport, report: Report) -> set[str]:
    return {phrases.light(one) for one in report.indicators if one.id in joint.indicators}


def _at_least(report: Report, lang: str) -> list[str]:
    """Return the chances of fewer targets than all, from one half on, while none is settled."""
    joint = report.joint
    if joint is None or _lights_of(joint, report) & {"attained", "missed"}:
        return []
    n = len(joint.indicators)
    return [
        text("joint.at_least", lang, k=k, probability=texts.percent(joint.at_least[k], lang))
        for k in range(n - 1, n // 2 - 1, -1) if k > 0
    ]  # fmt: skip


def _dependence(joint: JointReport | None, lang: str) -> str:
    if joint is None:
        return ""
    ends = {"lower": joint.lower_bound, "upper": joint.upper_bound}
    bounds = text("joint.bounds", lang, **{end: texts.percent(p, lang) for end, p in ends.items()})
    product = texts.percent(joint.independence_product, lang)
    key = "independent" if joint.coupling == "independent" else "coupled"
    said = [text(f"joint.{key}", lang, product=product), bounds]
    return text("form.between_sentences", lang).join(said)


def terminal(report: Report, lang: str) -> Table:
    """Return the table of a terminal: a line for each target, or each indicator without any."""
    from rich import box
    from rich.table import Table

    on, judged = texts.day(report.as_of, lang), bool(report.with_target)
    heading = text("terminal.title", lang, area=report.area_name(lang), year=report.year, day=on)
    made = Table(title=heading, box=box.SIMPLE_HEAD)
    made.caption = together(report, lang) or summary(report, lang)
    for column in _COLUMNS if judged else _COLUMNS_WITHOUT_TARGET:
        made.add_column(text(f"column.{column}", lang), no_wrap=column not in _WRAPPED)
    for sure in () if judged else _SURE:
        made.add_column(text("column.sure", lang, sure=texts.percent(sure, lang)), justify="right")
    for one in report.with_target or report.indicators:
        made.add_row(*(_target_row if judged else _free_row)(one, report, lang))
    return made


_COLUMNS = (
    "indicator",
    "target",
    "last",
    "required_short",
    "forecast_short",
    "probability_short",
    "light",
)
_COLUMNS_WITHOUT_TARGET = ("indicator", "last", "forecast_short")
_WRAPPED = ("indicator", "target", "last")
_SURE = (0.5, 0.8, 0.9)


def _target_row(one: IndicatorReport, report: Report, lang: str) -> list[Any]:
    from rich.text import Text

    light = phrases.light(one)
    symbol, colour = _LAMPS[light]
    lamp = Text(f"{symbol} {text(f'light.{light}', lang)}", style=colour)
    known, expected = _so_far(one, report.year, lang), _expected(one, lang)
    needed = phrases.needed(one, lang)
    return [
        phrases.name(one, lang),
        phrases.target(one, lang),
        known,
        needed,
        expected,
        _chance(one, lang),
        lamp,
    ]


def _free_row(one: IndicatorReport, report: Report, lang: str) -> list[Any]:
    rates = one.attainable_pct or {}
    attained = [phrases.growth(rates.get(f"{100 * sure:.0f}"), one, lang) for sure in _SURE]
    return [
        phrases.name(one, lang),
        _so_far(one, report.year, lang),
        _expected(one, lang),
        *attained,
    ]


def _so_far(one: IndicatorReport, year: int, lang: str) -> str:
    last, said = one.last_figure, phrases.so_far(one, lang, year=year)
    is_of_the_year = last is not None and int(last.last_month[:4]) == year
    return f"{said} {phrases.so_far_note(one, lang, year=year)}" if is_of_the_year else said


def _expected(one: IndicatorReport, lang: str) -> str:
    settled = one.settled
    return (
        phrases.forecast(one.forecast, one, lang)
        if settled is None
        else text("fans.settled", lang, growth=phrases.growth(settled.growth_pct, one, lang))
    )


def _chance(one: IndicatorReport, lang: str) -> str:
    if one.settled is not None or one.attained is None:
        return text("form.none", lang)
    word = text(f"word.{one.attained.word}", lang)
    chance = texts.percent(one.attained.probability, lang)
    return text("form.chance", lang, probability=chance, word=word)
