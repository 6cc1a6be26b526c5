"""Tables: columns with few distinct texts, each of which is read once; tables as HTML."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

_MOST_ROWS = 24  # of a table in a notebook


def changed(column: pd.Series, change: Callable[[Any], object]) -> pd.Series:
    """Return each value changed, with one call per distinct value; missing values stay missing."""
    codes, distinct = pd.factorize(column)
    values = pd.Series([*map(change, distinct), None])
    return values.iloc[codes].set_axis(column.index)


def texts(column: pd.Series, change: Callable[[str], str] = str) -> pd.Series:
    """Return a column as changed texts, in sorted categories; a missing value becomes ''."""
    codes, distinct = pd.factorize(column)
    values = [*map(str, np.asarray(distinct)), *[""] * bool((codes < 0).any())]
    changed_values = pd.Categorical(pd.Series(map(change, values), dtype="str"))
    rows = pd.Categorical.from_codes(changed_values.codes[codes], dtype=changed_values.dtype)
    return pd.Series(rows, index=column.index)


def joined(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return tables with the same columns as one table, with their texts in categories."""
    return pd.DataFrame({name: _stacked([t[name] for t in tables]) for name in tables[0]})


def _stacked(columns: Sequence[pd.Series]) -> pd.Series:
    if columns[0].dtype.kind != "O":
        return pd.concat(columns, ignore_index=True)
    return pd.Series(union_categoricals([texts(c).array for c in columns], sort_categories=True))


def markup_of(frame: pd.DataFrame, caption: str) -> str:
    """Return a table with its caption as HTML; texts are escaped, long tables are cut."""
    table = frame.to_html(
        escape=True, na_rep="", border=0, max_rows=_MOST_ROWS, float_format="{:.2f}".format
    )
    return f"<p>{escape(caption)}</p>\n{table}"
