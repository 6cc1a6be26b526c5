"""A scenario in words and tables: every probability without and under what is given."""

from __future__ import annotations

from forecast.base import texts
from forecast.base.texts import text
from forecast.outlook.attainment import Joint
from forecast.pages import likelihood, phrases
from forecast.pages.grid import Column, Grid
from forecast.pages.html import Html, fragment
from forecast.report.conditions import Accounting, Given, GivenPart, Line, Outcome, Scenario

_COLUMNS = ("target", "chance_without", "chance_under", "median_without", "median_under")


def scenario(result: Scenario, lang: str) -> Html:
    """Return a scenario: what is given, each target without and under it, and all together."""
    return fragment(
        "scenario", lang, title=scenario_title(result, lang), known=_known(result, lang),
        given=[_given(one, result.year, lang) for one in result.given] + _accounting(result, lang),
        columns=("indicator", *_COLUMNS), rows=[_row(line, lang) for line in result.indicators],
        together=_numbers(result, lang), paths=_paths(result, lang), caveats=_caveats(result, lang),
    )  # fmt: skip


def scenario_terminal(result: Scenario, lang: str) -> Grid:
    """Return the table of a terminal: a line for each target, without and under what is given."""
    columns = [
        Column(text(f"column.{column}", lang), no_wrap=column not in ("indicator", "target"))
        for column in ("indicator", *_COLUMNS)
    ]
    rows = [_row(line, lang) for line in result.indicators]
    rows += [[number, "", *both, "", ""] for number, *both in _numbers(result, lang)]
    notes = [_given(one, result.year, lang) for one in result.given]
    notes += [*_accounting(result, lang), *_paths(result, lang), *_caveats(result, lang)]
    caption = text("form.between_sentences", lang).join(notes)
    return Grid(scenario_title(result, lang), columns, rows, caption, caption_justify="left")


def scenario_title(result: Scenario, lang: str) -> str:
    """Return the title: the area, the year and what is given."""
    given = text("form.semicolon", lang).join(
        _condition(g, result.year, lang) for g in result.given
    )
    return text(
        "scenario.title", lang, area=result.area_name.of(lang), year=result.year, given=given
    )


def _condition(given: Given, year: int, lang: str) -> str:
    name = given.name.of(lang)
    span = texts.span(*given.span.texts, lang, year=year)
    key = "condition_level" if given.unit else "condition"
    return text(f"scenario.{key}", lang, name=name, span=span, growth=_rate(given, lang))


def _rate(given: Given, lang: str) -> str:
    """Return the growth given, with all the digits that it was given."""
    digits = max(texts.digits(given.growth_pct), given.decimals)
    return _value(given.growth_pct, digits, given, lang)


def _value(value: float, digits: int, given: Given, lang: str) -> str:
    """Return growth in per cent, or a level in its unit."""
    if given.unit in ("", "pct"):
        return texts.rate(value, digits, lang)
    return texts.amount(value, given.unit, lang, digits)


def _known(result: Scenario, lang: str) -> str:
    key = "known_overlaid" if result.overlay is not None and result.overlay.used else "known"
    return text(f"scenario.{key}", lang, day=texts.day(result.as_of, lang))


def _given(given: Given, year: int, lang: str) -> str:
    """Return how a condition was met, and where the paths lie without it."""
    rates = {
        name: _value(value, given.decimals, given, lang)
        for name, value in (
            ("mean", given.mean_pct), ("lower", given.lower90_pct), ("upper", given.upper90_pct),
        )
    }  # fmt: skip
    width = texts.points(given.bandwidth_pp, 2, lang)
    if given.unit not in ("", "pct"):
        width = texts.amount(given.bandwidth_pp, given.unit, lang, given.decimals + 1)
    condition = _condition(given, year, lang)
    return text("scenario.given", lang, condition=condition, bandwidth=width, **rates)


def _accounting(result: Scenario, lang: str) -> list[str]:
    """Return what of the change of each whole of a given part is accounting, what association."""
    return [_divided(one, lang) for one in result.accounting]


def _divided(one: Accounting, lang: str) -> str:
    numbers = {"whole": one.name.of(lang), "change": _points(one.change_pp, lang)}
    semicolon = text("form.semicolon", lang)
    if all(part.contribution_pp is None for part in one.parts):
        parts = semicolon.join(part.name.of(lang) for part in one.parts)
        return text("scenario.accounting_none", lang, parts=parts, **numbers)
    parts = semicolon.join(_part(part, lang) for part in one.parts)
    rest = _points(one.rest_pp, lang)
    return text("scenario.accounting", lang, parts=parts, rest=rest, **numbers)


def _part(part: GivenPart, lang: str) -> str:
    if part.contribution_pp is None or part.share_pct is None:
        return text("scenario.accounting_uncounted", lang, name=part.name.of(lang))
    return text(
        "scenario.accounting_part", lang, name=part.name.of(lang),
        share=texts.rate(part.share_pct, 1, lang),
        contribution=_points(part.contribution_pp, lang),
    )  # fmt: skip


def _points(value_pp: float, lang: str) -> str:
    return text("form.points", lang, number=texts.signed_number(value_pp, 2))


def _row(line: Line, lang: str) -> list[str]:
    """Return the name, the target, probabilities without and under, and medians with 80 %."""
    target = phrases.target(line, lang)
    if line.outturn is not None:
        attained = line.outturn.attained
        fact = "none" if attained is None else "attained" if attained else "missed"
        words = text(f"scenario.settled_{fact}", lang)
        growth = phrases.growth(line.outturn.growth_pct, line, lang)
        return [line.name.of(lang), target, words, words, growth, growth]
    both = (line.without, line.under)
    probabilities = [_probability(one, lang) for one in both]
    return [
        line.name.of(lang),
        target,
        *probabilities,
        *(phrases.forecast(o, line, lang) for o in both),
    ]


def _probability(outcome: Outcome | None, lang: str) -> str:
    return likelihood.with_error(None if outcome is None else outcome.probability, lang)


def _numbers(result: Scenario, lang: str) -> list[list[str]]:
    """Return the probabilities of all targets, with errors, and of so many or more."""
    both, n = (result.without, result.under), len(result.targets)
    if n < 2:
        return []
    rows = [[text("overlay.all", lang, n=n), *(_all(one, lang) for one in both)]]
    return rows + [
        [text("overlay.at_least", lang, k=k), *(_at_least(k, one, lang) for one in both)]
        for k in range(n - 1, 0, -1)
    ]


def _all(joint: Joint | None, lang: str) -> str:
    return likelihood.with_error(None if joint is None else joint.all_targets, lang)


def _at_least(k: int, joint: Joint | None, lang: str) -> str:
    return phrases.probability(None if joint is None else joint.at_least[k], lang)


def _paths(result: Scenario, lang: str) -> list[str]:
    """Return how many paths say this, and whether more were simulated than asked for."""
    counts = {"effective": f"{result.effective_size:,.0f}", "paths": f"{result.n_paths:,}"}
    sentences = [text("scenario.effective", lang, **counts)]
    if result.n_paths > result.n_paths_asked:
        sentences.append(text("scenario.more_paths", lang, asked=f"{result.n_paths_asked:,}"))
    return sentences


def _caveats(result: Scenario, lang: str) -> list[str]:
    """Return what limits the scenario."""
    general = [phrases.caveat(one, result, lang) for one in result.caveats]
    return [text("scenario.not_cause", lang), *general]
