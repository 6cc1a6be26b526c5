"""Phrases, tables, charts, workbooks and widgets: nothing is computed here."""
