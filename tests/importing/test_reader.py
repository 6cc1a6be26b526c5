"""Whatever stands in a table, no row and no number of it is lost without a report."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.archive.registry import Area, Registry
from forecast.archive.schedule import Schedule
from forecast.importing.grid import Grid, padded
from forecast.importing.header import head_of
from forecast.importing.import_map import ImportMap
from forecast.importing.reader import Reader
from forecast.importing.release_days import ReleaseDays
from strategies import indicator

REGISTRY = Registry(
    {"sales": indicator(), "trade": indicator(id="trade", name_en="Trade", name_zh="进出口")},
    {},
    {"here": Area(id="here", name_en="Here", name_zh="本区")},
)
WORDS = (
    *("指标", "单位", "备注", "年份", "月份", "销售额", "进出口", "本区", "亿元", "万元", "%"),
    *("2019年", "1-9月", "上半年", "本月", "累计", "同比增长(%)", "绝对额", "其中：城镇"),
    *("环比", "一、商业", "注：快报", "销售额 亿元"),
)
NUMBERS = (
    7.1,
    -3,
    1395.84,
    2019,
    "7.1%",
    "增长7.1",
    "持平",
    "２３.５",
    "约7",
    "6.5个百分点",
    "#REF!",
)
cells = st.sampled_from([*WORDS, *NUMBERS, None, "", "–", "…", date(2019, 9, 1)])
tables = st.lists(st.lists(cells, min_size=1, max_size=5), min_size=1, max_size=8)


def reader_of(import_map: ImportMap) -> Reader:
    vocabulary = import_map.vocabulary(REGISTRY, "map.toml")
    return Reader(import_map, REGISTRY, ReleaseDays(date(2020, 1, 31), Schedule()), vocabulary)


@given(tables, st.booleans(), st.sampled_from(["", "2019年1-9月", "2019年 全年 亿元"]))
def test_every_row_is_of_one_kind(rows, fill, title):
    grid = Grid("表", padded(rows))
    result = reader_of(ImportMap(area="here", fill=fill, title=title)).result(grid)
    assert result.rows.total() == len(rows)
    read = {f.address for f in result.figures}
    assert len(read) == len(result.figures)
    assert not read & {u.address for u in result.unread}


@given(tables)
def test_every_cell_below_the_head_that_could_be_a_figure_is_read_or_named(rows):
    import_map = ImportMap(area="here", title="2019年1-9月")
    grid, reader = Grid("表", padded(rows)), reader_of(import_map)
    result, head = reader.result(grid), head_of(grid, import_map, reader.vocabulary)
    named = Counter(a.rpartition("!")[2] for a in (
        *(f.address for f in result.figures), *(u.address for u in result.unread)
    ))  # fmt: skip
    if not head.has_sound_title:
        assert (result.figures, result.rows["rejected"]) == ([], len(rows) - head.n_rows)
        return
    for number in range(head.n_rows, len(grid.rows)):
        in_row = [a for a in named if a.lstrip("ABCDE") == str(number + 1)]
        has_number = any(
            column.role != "skip" and isinstance(cell, float)
            for cell, column in zip(grid.rows[number], head.columns, strict=True)
        )
        assert in_row or not has_number


@pytest.mark.parametrize("kind", ["hidden", "skipped"])
def test_rows_of_sheets_that_are_left_are_counted(kind):
    result = reader_of(ImportMap()).result(Grid("表", ((1.0,), (2.0,)), left_out=kind))
    assert dict(result.rows) == {kind: 2}
