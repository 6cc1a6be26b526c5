"""Layouts of Wind, AKShare and Tushare, recognised by what only they write.

Each function returns the series of a grid, or None where the grid is of another layout.
"""

from __future__ import annotations

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
                observations=observations,
            )
        )  # fmt: skip
    return SeriesFile(format="Wind", series=series, n_head_rows=start)


_MONTH_OF_AKSHARE = {
    "当月": "当月 level", "同比增长": "当月 同比增长", "环比增长": None, "累计": "累计 level",
    "自年初累计": "累计 level", "累计-同比增长": "累计 同比增长", "累计增长": "累计 同比增长",
    "累计同比增长": "累计 同比增长",
}  # fmt: skip


def akshare(grid: Grid) -> SeriesFile | None:
    """Return the columns of a frame of AKShare: those of months, and those of GDP."""
    texts = [str(cell or "").strip() for cell in grid.rows[0]] if grid.rows else []
    shift = 1 if texts[:1] == [""] else 0
    names = texts[shift:]
    if names[:1] == ["季度"] and any(name.endswith("-绝对值") for name in names):
        words = {n: _of_gdp(name) for n, name in enumerate(texts) if "-" in name}
        kind = "Q"
    elif names[:1] == ["月份"] and set(names) & set(_MONTH_OF_AKSHARE) and len(names) > 2:
        if not set(names[1:]) <= {*_MONTH_OF_AKSHARE, "发布时间"}:
            return None
        words = {n: ("", _MONTH_OF_AKSHARE.get(name)) for n, name in enumerate(texts)}
        kind = "M"
    else:
        return None
    series = []
    for column, (name, said) in words.items():
        if said is None or column <= shift:
            continue
        unit = "亿元" if "level" in said else ""
        own = list(observations_down(grid, column, 1, time_column=shift))
        series.append(
            FileSeries(
                names=(name,) if name else (), words=said, unit=unit,
                frequency="" if kind == "Q" else kind, observations=own,
                is_optional=kind == "Q",
            )
        )  # fmt: skip
    left = tuple(
        t for n, t in enumerate(texts) if n > shift and words.get(n, ("", None))[1] is None
    )
    return SeriesFile(format="AKShare", series=series, n_head_rows=1, left_out=left)


def _of_gdp(name: str) -> tuple[str, str | None]:
    indicator, _, what = name.rpartition("-")
    return indicator, {"绝对值": "累计 level", "同比增长": "累计 同比增长"}.get(what)


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
                    )
                )
        left = tuple(n for n in names if n and n not in columns and n != head[0])
        return SeriesFile(format="Tushare", series=series, n_head_rows=1, left_out=left)
    return None
