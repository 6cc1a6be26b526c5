"""What the library returns, as a small table in a notebook."""

from __future__ import annotations

from html import escape

import pandas as pd

_MOST_ROWS = 24


def markup_of(frame: pd.DataFrame, caption: str) -> str:
    """Return a table with its caption as HTML; all text of it is escaped, long ones are cut."""
    table = frame.to_html(
        escape=True, na_rep="", border=0, max_rows=_MOST_ROWS, float_format="{:.2f}".format
    )
    return f"<p>{escape(caption)}</p>\n{table}"
