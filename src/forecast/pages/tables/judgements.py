"""Judgements in words: how each author did, and every judgement with what came out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from forecast.archive.judgements import Author, Judgement
from forecast.archive.registry import Registry
from forecast.base import texts
from forecast.base.texts import text
from forecast.pages.grid import Grid, columns_of
from forecast.report.result import rounded
from forecast.verification.judgements import FEWEST_SETTLED, ScoredJudgement, Skill

_SKILL_COLUMNS = ("author", "what", "scored", "open", "too_late", "error", "value_added")
_COLUMNS = ("author", "entered", "series", "judged", "outturn", "error", "pool", "status")


def skills_terminal(skills: Sequence[Skill], authors: Mapping[str, Author], lang: str) -> Grid:
    """Return a line for each author, of growth and of probabilities apart."""
    rows = [
        [
            author_name(one.author, authors, lang),
            text(f"judgement.form_{one.form}", lang),
            str(one.n_scored),
            str(one.n_open),
            str(one.n_too_late),
            _error(one.mean_error, one.form, lang),
            _added(one, lang),
        ]
        for one in skills
    ]
    title, note = (text(f"judgement.{key}", lang, n=FEWEST_SETTLED) for key in ("skills", "note"))
    return Grid(title, _columns(_SKILL_COLUMNS, lang), rows, note, caption_justify="left")


def judgements_terminal(
    results: Sequence[ScoredJudgement],
    authors: Mapping[str, Author],
    registry: Registry,
    lang: str,
) -> Grid:
    """Return a line for each judgement."""
    rows = []
    for one in results:
        judged = one.judgement
        form = "growth" if judged.growth_pct is not None else "probability"
        entry = registry.of(judged.area, judged.indicator)
        area = registry.area_name(judged.area, lang)
        growth = one.outturn_pct
        rows.append(
            [
                author_name(judged.author, authors, lang),
                judged.entered_on.isoformat(),
                f"{area} {entry.names.of(lang)} {judged.year}",
                _judged(judged, entry.decimals, lang),
                _none(lang) if growth is None else texts.rate(growth, entry.decimals, lang),
                _error(one.error, form, lang),
                _error(one.of_pool, form, lang),
                text(f"judgement.status_{one.status}", lang),
            ]
        )
    return Grid(text("judgement.title", lang), _columns(_COLUMNS, lang), rows)


def author_name(author: str, authors: Mapping[str, Author], lang: str) -> str:
    """Return the name and the role of an author; an office that published figures has its name."""
    known = authors.get(author)
    if known is None:
        return author
    role = text(f"judgement.role_{known.role}", lang)
    return text(
        "form.chance", lang, probability=known.name_zh if lang == "zh" else known.name_en, word=role
    )


def _columns(names: Sequence[str], lang: str) -> list[Any]:
    return columns_of(text(f"judgement.column_{name}", lang) for name in names)


def _judged(one: Judgement, decimals: int, lang: str) -> str:
    if one.growth_pct is not None:
        return texts.rate(one.growth_pct, max(decimals, texts.digits(one.growth_pct)), lang)
    if one.light is not None:
        return text(f"light.{one.light}", lang)
    return _none(lang) if one.probability is None else texts.percent(one.probability, lang)


def _error(value: float | None, form: str, lang: str) -> str:
    if value is None:
        return _none(lang)
    return texts.points(value, 2, lang) if form == "growth" else texts.number(value, 3)


def _added(one: Skill, lang: str) -> str:
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
