"""All words of pages: `catalogue.toml`, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Formatter

LANGUAGES = ("en", "zh")


def text(key: str, lang: str, **values: object) -> str:
    """Return the text of a key in `en` or `zh`, with the values put in; KeyError if unknown."""
    return entries()[key][lang].format(**values)


@cache
def entries() -> Mapping[str, Mapping[str, str]]:
    """Return every key with its text by language."""
    source = files("forecast.base.texts").joinpath("catalogue.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(source).items()
    return {f"{table}.{name}": words for table, names in tables for name, words in names.items()}


def placeholders_of(template: str) -> set[str]:
    """Return the names of the values that a text asks for."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}
