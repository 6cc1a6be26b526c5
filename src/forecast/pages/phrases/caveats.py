"""The sentences of caveats."""

from __future__ import annotations

from forecast.base import texts
from forecast.base.texts import text
from forecast.pages.phrases.naming import names
from forecast.report.naming import Listing
from forecast.report.value import CaveatSaid


def caveat(said: CaveatSaid, report: Listing, lang: str) -> str:
    """Return the sentence of a caveat."""
    said_in = {what.removesuffix(f"_{lang}"): value for what, value in said.values.items()}
    values = {what: _value(what, value, report, lang) for what, value in said_in.items()}
    return text(f"caveat.{said.code}", lang, **values)


def _value(what: str, value: str, report: Listing, lang: str) -> str:
    if what in ("month", "last"):
        return texts.span(f"{value[:4]}-01", value, lang)
    if what == "model":
        return text(f"model.{value}", lang)
    if what == "indicators":
        ids = value.split(", ")
        return names((one for one in report.indicators if one.id in ids), lang)
    return value
