"""What was known of an indicator's growth, by year and month."""

from __future__ import annotations

import numpy as np

from forecast.base import texts
from forecast.base.months import MONTHS_A_YEAR
from forecast.base.texts import text
from forecast.history.growth import Basis
from forecast.history.series import History
from forecast.pages.html import Html, fragment


def known_growth(history: History, lang: str) -> Html:
    """Return growth since January by year and month, with what is not published marked."""
    entry = history.indicator
    name = entry.names.of(lang)
    day = texts.day(history.as_of, lang)
    table = {
        "caption": text("known_growth.caption", lang, name=name, day=day),
        "heads": [
            text("column.year", lang),
            *(text(f"month.m{m}", lang) for m in range(1, MONTHS_A_YEAR + 1)),
        ],
        "rows": _rows(history),
    }
    return fragment("known_growth", lang, table=table)


def _rows(history: History) -> list[list[str]]:
    growth, basis = history.growth.year_to_date, history.growth.basis
    return [
        [str(history.first_year + i), *_cells(growth[i], basis[i], history.indicator.decimals)]
        for i in range(len(growth))
        if (basis[i] != Basis.MISSING).any()
    ]


def _cells(growth: np.ndarray, basis: np.ndarray, decimals: int) -> list[str]:
    """Return a year's growth by month: as it is where published, marked where it follows."""
    marks = {Basis.MISSING: "", Basis.EXPECTED: "({})", Basis.PUBLISHED: "{}"}
    return [
        marks.get(Basis(kind), "{}*").format(texts.number(value, decimals) if kind else "")
        for value, kind in zip(growth.tolist(), basis.tolist(), strict=True)
    ]
