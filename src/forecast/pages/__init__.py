"""Phrases, tables, charts, workbooks and widgets: nothing is computed here.

`charts`, `tables`, `widgets` and `excel` are for notebooks and commands.
"""

__all__ = ["charts", "excel", "tables", "widgets"]
