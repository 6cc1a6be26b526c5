"""Pieces of a page: HTML that shows itself in a notebook, made from the templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from forecast.base import texts
from forecast.pages import likelihood, needs, phrases

_FORMS = (
    texts.text, texts.percent, texts.rate, texts.points, texts.level, texts.day, texts.span,
    texts.model_name, texts.model_says,
)  # fmt: skip
_PHRASES = (
    phrases.names, phrases.growth, phrases.share, phrases.target, phrases.responsible, phrases.asks,
    phrases.last_growth,
    phrases.so_far, phrases.so_far_note, phrases.last_span, phrases.last_level, needs.needed,
    needs.needed_span, needs.plausibility, needs.assumption, likelihood.similar,
    likelihood.similar_of, likelihood.effort, likelihood.effort_short,
    phrases.forecast, phrases.last_forecast,
    phrases.last_probability, phrases.outturn, likelihood.error, likelihood.parts, needs.levels,
    needs.base, phrases.caveat, phrases.weight, phrases.recalibration, likelihood.alone,
    phrases.word, phrases.restated, phrases.level_so_far, phrases.outcome, phrases.heading,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Html:
    """A piece of a page; a notebook shows it as it is."""

    markup: str = field(repr=False)

    def __add__(self, after: Html) -> Html:
        """Return this piece with another one after it."""
        return Html(self.markup + after.markup)

    def _repr_html_(self) -> str:
        """Return the markup, for notebooks."""
        return self.markup


def fragment(template: str, lang: str, **values: Any) -> Html:
    """Return a template of the package, filled; every value is escaped."""
    page = _environment(lang).get_template(f"{template}.html.j2")
    return Html(page.render(values))


@cache
def _environment(lang: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("forecast.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(_bound(lang))
    return environment


def _bound(lang: str) -> Mapping[str, Any]:
    """Return the forms and phrases by name, in the language of the page."""
    functions = {
        function.__name__: partial(function, lang=lang) for function in (*_FORMS, *_PHRASES)
    }
    return functions | {"lang": lang}
