"""Layouts of Wind, AKShare and Tushare, recognised by what only they write.

Each function returns the series of a grid, or None where the grid is of another layout.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from forecast.importing.cells import plain
from forecast.importing.grid import Grid
from forecast.importing.series import (
    FileSeries,
    SeriesFile,
    header_names,
    is_day,
    observations_down,
)

_WIND_LABELS = {"指标名称": "name", "频率": "frequency", "频度": "frequency", "单位": "unit"}
_WIND_FREQUENCIES = {"月": "M", "月度": "M", "季": "Q", "季度": "Q", "年": "A", "年度": "A"}


def wind(grid: Grid) -> SeriesFile | None:
    """Return the columns of a sheet of Wind, below rows of 指标名称, 频率 and 单位."""
    places: dict[str, int] = {}
    for number, row in enumerate(grid.rows[:20]):
        if (kind := _WIND_LABELS.get(plain(str(row[0] or "")))) is not None:
            places.setdefault(kind, number)
    if set(places) != {"name", "frequency", "unit"}:
        return None
    rows = enumerate(grid.rows)
    start = next((n for n, row in rows if n > max(places.values()) and is_day(row[0])), None)
    if start is None:
        return None
    series = []
    for column in range(1, grid.width):
        texts = {k: str(grid.rows[n][column] or "").strip() for k, n in places.items()}
        frequency = _WIND_FREQUENCIES.get(texts["frequency"], texts["frequency"])
        observations = list(observations_down(grid, column, start))
        series.append(
            FileSeries(
                names=(texts["name"],), unit=texts["unit"], frequency=frequency,
                is_national=True, observations=observations,
            )
        )  # fmt: skip
    return SeriesFile(format="Wind", series=series, n_head_rows=start)


def is_national_export(grid: Grid) -> bool:
    """Whether a table is an export of the National Bureau of Statistics of China."""
    texts = [plain(str(row[0])) for row in grid.rows if row and isinstance(row[0], str)]
    has_source = any("国家统计局" in text and "来源" in text for text in texts)
    return has_source or any(text.startswith("数据库:") for text in texts[:3])


_YEAR_TO_DATE, _MONTH = "累计 ", "当月 "
_LEVEL, _GROWTH = "level", "同比增长"
_OF_AKSHARE = {
    "当月": _MONTH + _LEVEL, "数量(亿元)": _MONTH + _LEVEL, "同比增长": _MONTH + _GROWTH,
    "当月-同比增长": _MONTH + _GROWTH, "累计": _YEAR_TO_DATE + _LEVEL,
    "自年初累计": _YEAR_TO_DATE + _LEVEL, "累计-同比增长": _YEAR_TO_DATE + _GROWTH,
    "累计增长": _YEAR_TO_DATE + _GROWTH, "累计同比增长": _YEAR_TO_DATE + _GROWTH,
}  # fmt: skip
_OF_AKSHARE_QUARTERS = {"绝对值": _YEAR_TO_DATE + _LEVEL, "同比增长": _YEAR_TO_DATE + _GROWTH}
# Consumer prices of the nation, of towns and of the country are indices of the year before.
_OF_AKSHARE_PRICES = {"同比增长": _MONTH + _GROWTH, "累计": "累计 上年同期=100"}
_NOT_READ_OF_AKSHARE = ("环比增长", "当月-环比增长", "发布时间")


def akshare(grid: Grid) -> SeriesFile | None:
    """Return the columns of a frame of AKShare: those of months, and those of quarters."""
    texts = [str(cell or "").strip() for cell in grid.rows[0]] if grid.rows else []
    shift = 1 if texts[:1] == [""] else 0
    names = texts[shift:]
    if names[:1] == ["季度"] and any(name.endswith("-绝对值") for name in names):
        words, kind = {n: _split(t, _OF_AKSHARE_QUARTERS) for n, t in enumerate(texts)}, ""
    elif names[:1] == ["月份"] and "全国-累计" in names:
        words = {n: _split(t, _OF_AKSHARE_PRICES) for n, t in enumerate(texts)}
        words = {
            n: ("居民消费价格指数", said if name == "全国" else None)
            for n, (name, said) in words.items()
        }
        kind = "M"
    elif names[:1] == ["月份"] and len(names) > 2:
        words, kind = {n: _split(t, _OF_AKSHARE) for n, t in enumerate(texts)}, "M"
        own = [t for t in names[1:] if t not in _NOT_READ_OF_AKSHARE]
        if not own or any(
            _split(t, _OF_AKSHARE)[1] is None and not t.endswith("环比增长") for t in own
        ):
            return None
    else:
        return None
    series = []
    for column, (name, said) in words.items():
        if said is None or column <= shift:
            continue
        series.append(
            FileSeries(
                names=_names_of_akshare(name), words=said, unit="亿元" if _LEVEL in said else "",
                frequency=kind, is_optional=bool(name), is_national=True,
                observations=list(observations_down(grid, column, 1, time_column=shift)),
            )
        )  # fmt: skip
    left = tuple(
        t for n, t in enumerate(texts) if n > shift and words.get(n, ("", None))[1] is None
    )
    return SeriesFile(format="AKShare", series=series, n_head_rows=1, left_out=left)


def _split(text: str, words: Mapping[str, str]) -> tuple[str, str | None]:
    """Return the indicator before a dash and what its column says, None where it is not read."""
    if text in words:
        return "", words[text]
    for what, said in words.items():
        if text.endswith(f"-{what}"):
            return text.removesuffix(f"-{what}"), said
    return text, None


def _names_of_akshare(name: str) -> tuple[str, ...]:
    """Return an indicator's name, and what stands in brackets in it: M2 of 货币和准货币(M2)."""
    code = re.search(r"[(（](\w+)[)）]$", name)
    return tuple(text for text in (name, f"{name}供应量", code[1] if code else "") if name and text)


_OF_TUSHARE = {
    ("quarter", "gdp", "gdp_yoy"): {
        "gdp": "gdp 累计 level 亿元", "gdp_yoy": "gdp 累计 同比增长",
        "pi": "第一产业增加值 累计 level 亿元", "pi_yoy": "第一产业增加值 累计 同比增长",
        "si": "第二产业增加值 累计 level 亿元", "si_yoy": "第二产业增加值 累计 同比增长",
        "ti": "第三产业增加值 累计 level 亿元", "ti_yoy": "第三产业增加值 累计 同比增长",
    },
    ("month", "nt_val", "nt_yoy"): {"nt_yoy": "居民消费价格指数 当月 同比增长"},
    ("month", "m0", "m0_yoy"): {
        f"{m}{suffix}": f"{m} 当月 {what}"
        for m in ("m0", "m1", "m2")
        for suffix, what in (("", "level 亿元"), ("_yoy", "同比增长"))
    },
}  # fmt: skip


def tushare(grid: Grid) -> SeriesFile | None:
    """Return the columns of a frame of Tushare; the quarters of its GDP are sums since January."""
    names = header_names(grid)
    for head, columns in _OF_TUSHARE.items():
        if not set(head) <= set(names):
            continue
        time, series = names.index(head[0]), []
        for column, name in enumerate(names):
            if name in columns:
                own = list(observations_down(grid, column, 1, time_column=time))
                indicator, *words = columns[name].split()
                unit = "亿元" if "亿元" in words else ""
                said = " ".join(w for w in words if w != "亿元")
                series.append(
                    FileSeries(
                        names=(indicator,),
                        words=said,
                        unit=unit,
                        observations=own,
                        is_optional=True,
                        is_national=True,
                    )
                )
        left = tuple(n for n in names if n and n not in columns and n != head[0])
        return SeriesFile(format="Tushare", series=series, n_head_rows=1, left_out=left)
    return None
