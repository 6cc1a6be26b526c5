"""Tables fit every terminal: no cell is cut, and the name of each line stands there."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

import pages
from forecast.pages import tables
from forecast.pages.grid import Column, Grid, Printed, lines_of


def shown(grid: Grid, width: int, *, is_compact: bool = False) -> str:
    console = Console(width=width, color_system=None)
    with console.capture() as captured:
        console.print(Printed(grid, is_compact))
    return captured.get()


def _without_layout(text: str) -> str:
    return re.sub(r"[\s─·]", "", text)


def _grids(lang: str) -> list[Grid]:
    moved, told = pages.moving().news, pages.with_progress()
    day = {"area": "X", "year": 2019}
    return [
        tables.terminal(pages.report(), lang),
        tables.terminal(pages.without_targets(), lang),
        tables.moved_terminal(moved, lang, **day),
        tables.commitments_terminal(told.commitments, lang, **day, day=told.as_of),
    ]


@pytest.mark.parametrize("is_compact", [True, False])
@pytest.mark.parametrize("width", [40, 60, 80, 100, 120])
@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_every_cell_is_there_whole_and_no_line_is_too_wide(lang, width, is_compact):
    for grid in _grids(lang):
        said = shown(grid, width, is_compact=is_compact)
        assert max(map(cell_len, said.splitlines())) <= width
        assert "…" not in said
        for row in grid.rows:
            if width < 120 or len(grid.columns) > 7:  # else a cell may stand on two lines
                continue
            for cell in row:
                words = cell if isinstance(cell, str) else cell[0]
                assert all(word in said for word in words.split())


def _table(*rows: tuple[str, ...]) -> Grid:
    heads = ["Indicator", "Target", "Growth so far", "Probability"]
    return Grid("Town 2018", [Column(head, no_wrap=head == "Target") for head in heads], rows)


def test_a_table_that_is_too_wide_becomes_a_paragraph_for_each_row():
    row = ("Foreign trade", "positive growth", "no figure of 2019 yet", "53 %, uncertain")
    assert shown(_table(row), 40).splitlines() == [
        "Town 2018",
        "",
        "Foreign trade",
        "  Target: positive growth",
        "  Growth so far: no figure of 2019 yet",
        "  Probability: 53 %, uncertain",
        "",
    ]


def test_a_name_is_broken_between_words_and_a_number_stays_with_its_unit():
    said = lines_of("Fixed-asset investment grew 7.0\u00a0%", 11)
    assert said == ["Fixed-asset", "investment", "grew 7.0\u00a0%"]


def test_chinese_is_broken_between_signs_and_never_before_a_full_stop():
    assert lines_of("社会消费品零售总额。", 6) == ["社会消", "费品零", "售总", "额。"]


@given(st.text(alphabet="ab 增长。，%7", max_size=40), st.integers(2, 30))
def test_lines_hold_the_whole_text_and_are_no_wider_than_asked(text, width):
    lines = lines_of(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(cell_len(line) <= width for line in lines)


def test_what_stands_in_a_cell_is_no_markup():
    said = shown(_table(("[red]Trade[/red]", "[b]7", "x", "y")), 80)
    assert "[red]Trade[/red]" in said
    assert "[b]7" in said
