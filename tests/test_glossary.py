"""The glossary says what pages say: the words of both languages are held against their sources."""

import re
from pathlib import Path

from forecast.archive.archive import Archive
from forecast.base.texts import text
from forecast.models.registry import MODELS
from forecast.report.lights import WORDS

GLOSSARY = Path(__file__).parents[1] / "docs" / "glossary.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines()
    if re.match(r"\| (?!English|id )", line)
]
BY_ID = {row[0].strip("`"): tuple(row[1:]) for row in ROWS if row[0].startswith("`")}


def test_models_and_lights_are_named_as_on_a_page():
    models = {name: f"model.{name}" for name in (*MODELS, "pool")}
    lights = ("green", "yellow", "red", "attained", "missed", "none")
    for name, key in (models | {light: f"light.{light}" for light in lights}).items():
        assert BY_ID[name] == (text(key, "en"), text(key, "zh"))


def test_indicators_are_named_as_in_the_example(real_archive: Archive):
    for name, entry in real_archive.registry.indicators.items():
        assert BY_ID[name] == (entry.name_en, entry.name_zh)


def test_words_for_probabilities_begin_where_the_pages_begin_them():
    said = {row[0]: tuple(row[1:]) for row in ROWS}
    for start, word in WORDS:
        expected = (text(f"word.{word}", "zh"), f"{start * 100:.0f} %")
        assert said[text(f"word.{word}", "en")] == expected


def test_every_row_has_a_chinese_word():
    for row in ROWS:
        assert len(row) == 3
        assert row[1] == "Prophet" or re.search(r"[\u4e00-\u9fff]|%", "".join(row[1:])), row
