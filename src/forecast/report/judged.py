"""What people and offices expected of years, scored by what came out, as known on the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING

from forecast.archive.archive import Archive
from forecast.archive.judgements import Author
from forecast.archive.registry import Registry
from forecast.base.series import Names
from forecast.verification.judgements import ScoredJudgement, Skill, scored, skills

if TYPE_CHECKING:
    from forecast.outlook.answers import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementLine:
    """One judgement and what came of it, as `ScoredJudgement` has it."""

    author: str
    area_name: Names
    indicator_name: Names
    area: str
    indicator: str
    year: int
    entered_on: date
    growth_pct: float | None
    probability: float | None
    light: str | None
    decimals: int
    outturn_pct: float | None
    settled_on: date | None
    status: str
    error: float | None
    error_of_pool: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorScore(Skill):
    """How an author's judgements did, as `Skill` has it.

    `role` is empty for an office whose figures say what it expected. `weight` is the largest part
    that a judgement of theirs has in a forecast of this report, None where it has none.
    """

    name: Names
    role: str
    weight: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementScores:
    """The authors of all areas by id, and every judgement by author and day."""

    authors: list[AuthorScore]
    lines: list[JudgementLine]


def judgement_scores(answer: Answer) -> JudgementScores:
    """Return the scores of all judgements that were entered by the day of an answer."""
    snapshot = answer.outlook.snapshot.published
    weights: dict[str, float] = {}
    for own in answer.outlook.indicators.values():
        if own.judgement is not None:
            author = own.judgement.judgement.author
            weights[author] = max(own.judgement.weight, weights.get(author, 0.0))
    archive = snapshot.archive
    results = scored(archive, archive.judgements, answer.record, snapshot.day)
    return scores_of(results, archive, weights)


def scores_of(
    results: Sequence[ScoredJudgement], archive: Archive, weights: Mapping[str, float]
) -> JudgementScores:
    """Return scored judgements with names; weights are by author."""
    authors = archive.judgements.authors or {}
    lines = [_line(one, archive.registry) for one in results]
    return JudgementScores(
        authors=[_score(one, authors.get(one.author), weights) for one in skills(results)],
        lines=sorted(lines, key=lambda one: (one.author, one.entered_on, one.area, one.indicator)),
    )


def _score(one: Skill, author: Author | None, weights: Mapping[str, float]) -> AuthorScore:
    name = Names(one.author, one.author)
    return AuthorScore(
        **{field.name: getattr(one, field.name) for field in fields(Skill)},
        name=name if author is None else Names(author.name_en, author.name_zh),
        role="" if author is None else author.role,
        weight=weights.get(one.author) if one.form == "growth" else None,
    )


def _line(one: ScoredJudgement, registry: Registry) -> JudgementLine:
    judged = one.judgement
    entry = registry.of(judged.area, judged.indicator)
    return JudgementLine(
        author=judged.author,
        area_name=registry.area_names(judged.area),
        indicator_name=entry.names,
        area=judged.area,
        indicator=judged.indicator,
        year=judged.year,
        entered_on=judged.entered_on,
        growth_pct=judged.growth_pct,
        probability=judged.probability,
        light=judged.light,
        decimals=entry.decimals,
        outturn_pct=one.outturn_pct,
        settled_on=one.settled_on,
        status=one.status,
        error=one.error,
        error_of_pool=one.of_pool,
    )
