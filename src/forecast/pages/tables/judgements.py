"""Judgements in words: how each author did, and every judgement with what came out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from forecast.archive.judgements import Judgement
from forecast.base import texts
from forecast.base.texts import text
from forecast.pages.grid import Grid, columns_of
from forecast.pages.html import Html, fragment
from forecast.report.judged import AuthorScore, JudgementLine, JudgementScores
from forecast.report.result import rounded
from forecast.report.value import Report
from forecast.verification.judgements import FEWEST_SETTLED, ScoredJudgement, Skill

_SKILL_COLUMNS = ("author", "what", "scored", "open", "too_late", "error", "value_added")
_COLUMNS = ("author", "entered", "series", "judged", "outturn", "error", "pool", "status")


def judgements(report: Report, lang: str) -> Html:
    """Return what people and offices expected, with what came of it; nothing where none did."""
    scores = report.judgements
    if not scores.lines:
        return Html("")
    grids = [skills_terminal(scores, lang), judgements_terminal(scores, lang)]
    return fragment("judgements", lang, grids=grids, note=grids[0].caption)


def skills_terminal(scores: JudgementScores, lang: str) -> Grid:
    """Return a line for each author, of growth and of probabilities apart."""
    has_weight = any(one.weight is not None for one in scores.authors)
    rows = [
        [
            author_name(one, lang),
            text(f"judgement.form_{one.form}", lang),
            str(one.n_scored),
            str(one.n_open),
            str(one.n_too_late),
            _error(one.mean_error, one.form, lang),
            _added(one, lang),
            *([_weight(one, lang)] if has_weight else []),
        ]
        for one in scores.authors
    ]
    title, note = (text(f"judgement.{key}", lang, n=FEWEST_SETTLED) for key in ("skills", "note"))
    names = (*_SKILL_COLUMNS, *(["weight"] if has_weight else []))
    return Grid(title, _columns(names, lang), rows, note, caption_justify="left")


def judgements_terminal(scores: JudgementScores, lang: str) -> Grid:
    """Return a line for each judgement."""
    names = {one.author: author_name(one, lang) for one in scores.authors}
    rows = []
    for one in scores.lines:
        form = "growth" if one.growth_pct is not None else "probability"
        growth = one.outturn_pct
        rows.append(
            [
                names[one.author],
                one.entered_on.isoformat(),
                f"{one.area_name.of(lang)} {one.indicator_name.of(lang)} {one.year}",
                _judged(one, lang),
                _none(lang) if growth is None else texts.rate(growth, one.decimals, lang),
                _error(one.error, form, lang),
                _error(one.error_of_pool, form, lang),
                text(f"judgement.status_{one.status}", lang),
            ]
        )
    return Grid(text("judgement.title", lang), _columns(_COLUMNS, lang), rows)


def author_name(one: AuthorScore, lang: str) -> str:
    """Return the name and the role of an author; an office that published figures has its name."""
    if not one.role:
        return one.name.of(lang)
    role = text(f"judgement.role_{one.role}", lang)
    return text("form.chance", lang, probability=one.name.of(lang), word=role)


def _columns(names: Sequence[str], lang: str) -> list[Any]:
    return columns_of(text(f"judgement.column_{name}", lang) for name in names)


def _judged(one: JudgementLine, lang: str) -> str:
    if one.growth_pct is not None:
        digits = max(one.decimals, texts.digits(one.growth_pct))
        return texts.rate(one.growth_pct, digits, lang)
    if one.light is not None:
        return text(f"light.{one.light}", lang)
    return _none(lang) if one.probability is None else texts.percent(one.probability, lang)


def _error(value: float | None, form: str, lang: str) -> str:
    if value is None:
        return _none(lang)
    return texts.points(value, 2, lang) if form == "growth" else texts.number(value, 3)


def _weight(one: AuthorScore, lang: str) -> str:
    return _none(lang) if one.weight is None else texts.percent(one.weight, lang)


def _added(one: AuthorScore, lang: str) -> str:
    added = one.value_added_pct
    if added is None:
        return _none(lang)
    value = texts.signed(added.value, 0, lang)
    if added.lower is None or added.upper is None:
        return value
    return f"{value} {texts.interval(added.lower, added.upper, 0)}"


def _none(lang: str) -> str:
    return text("form.none", lang)


def judgements_json(results: Sequence[ScoredJudgement], skills: Sequence[Skill]) -> str:
    """Return judgements and the skill of authors as JSON."""
    content = {
        "judgements": [_plain(one) for one in results],
        "authors": [asdict(one) | {"mean_error": rounded(one.mean_error)} for one in skills],
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def judgements_csv(results: Sequence[ScoredJudgement]) -> str:
    """Return a line for each judgement as CSV, empty where nothing is known."""
    file = io.StringIO()
    rows = [_plain(one) for one in results]
    names = list(rows[0]) if rows else [*Judgement.__dataclass_fields__]
    writer = csv.DictWriter(file, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def _plain(one: ScoredJudgement) -> dict[str, Any]:
    judged = asdict(one.judgement) | {"entered_on": one.judgement.entered_on.isoformat()}
    return judged | {
        "outturn_pct": rounded(one.outturn_pct),
        "settled_on": None if one.settled_on is None else one.settled_on.isoformat(),
        "status": one.status,
        "error": rounded(one.error),
        "error_of_pool": rounded(one.of_pool),
    }
