"""Tables: columns of many texts of which few differ, each kept and read once; tables as HTML."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import union_categoricals

_MOST_ROWS = 24  # of a table in a notebook


def changed(column: pd.Series, change: Callable[[Any], object]) -> pd.Series:
    """Return each value changed, by one call for each distinct one; what is missing stays so."""
    codes, distinct = pd.factorize(column)
    values = pd.Series([*map(change, distinct), None])
    return values.iloc[codes].set_axis(column.index)


def texts(column: pd.Series, change: Callable[[str], str] = str) -> pd.Series:
    """Return a column as texts, changed, in categories in the order of letters; missing is ''."""
    codes, distinct = pd.factorize(column)
    said = [*map(str, np.asarray(distinct)), *[""] * bool((codes < 0).any())]
    kept = pd.Categorical(pd.Series(map(change, said), dtype="str"))
    return pd.Series(_chosen(kept, codes), index=column.index)


def _chosen(texts: pd.Categorical, rows: NDArray[np.intp]) -> pd.Categorical:
    return pd.Categorical.from_codes(texts.codes[rows], dtype=texts.dtype)


def joined(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return tables of the same columns one below the other, their texts in categories."""
    return pd.DataFrame({name: _stacked([t[name] for t in tables]) for name in tables[0]})


def _stacked(columns: Sequence[pd.Series]) -> pd.Series:
    if columns[0].dtype.kind != "O":
        return pd.concat(columns, ignore_index=True)
    return pd.Series(union_categoricals([texts(c).array for c in columns], sort_categories=True))


def markup_of(frame: pd.DataFrame, caption: str) -> str:
    """Return a table with its caption as HTML; all text of it is escaped, long ones are cut."""
    table = frame.to_html(
        escape=True, na_rep="", border=0, max_rows=_MOST_ROWS, float_format="{:.2f}".format
    )
    return f"<p>{escape(caption)}</p>\n{table}"
