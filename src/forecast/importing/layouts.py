"""Layouts of statistical offices and data services, recognised by what only they write.

Each function returns the series of a grid, or None where the grid is of another layout.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from forecast.base.notation import parse_day
from forecast.importing.cells import Content, is_blank, plain
from forecast.importing.chinese_layouts import akshare, tushare, wind
from forecast.importing.grid import Grid
from forecast.importing.series import (
    FileSeries,
    Observation,
    SeriesFile,
    header_names,
    number_content,
    observations_down,
    time_text,
    vintage_and_fault,
    written_day,
)
from forecast.importing.times import MONTH_NAMES, iso_days
from forecast.importing.units import money_of

_VINTAGE = re.compile(r"(.+)_(\d{4})(\d\d)(\d\d)")
_CHANGE_OF_FRED = re.compile(r"PC1|PCH|PCA|CHG|CH1|CCH|CCA|LOG|NBD\d{8}")
_TRIMESTER = re.compile(r"\d{4}-?T[1-3]$")
_ONS_TIME = re.compile(r"\d{4}(?: Q[1-4]| [A-Z]{3})?")
_NOT_OF_THE_SERIES = frozenset((
    "time_period", "obs_value", "obs_status", "obs_flag", "conf_status", "decimals", "last update",
    "dataflow", "structure", "structure_id", "structure_name", "action", "collection",
    "time_format", "title", "title_compl", "unit_mult", "unit_measure", "unit", "time_per_collect",
))  # fmt: skip
_AREAS = ("ref_area", "geo", "location", "country", "area", "reporting_country")


def long_frame(grid: Grid) -> SeriesFile | None:
    """Return what a long table with unique_id, ds and y holds."""
    names = header_names(grid)
    if not {"unique_id", "ds", "y"} <= set(names):
        return None
    extra = ("measure", "unit", "area", "freq")
    vintages = [n for n in ("released_on", "vintage", "realtime_start") if n in names]
    return SeriesFile(
        format="long frame",
        series=_long_series(
            grid, names, ("unique_id",), time="ds", value="y", extra=extra,
            vintage=next(iter(vintages), ""),
        ),
        n_head_rows=1,
    )  # fmt: skip


def alfred_long(grid: Grid) -> SeriesFile | None:
    """Return the vintages of a long table of ALFRED, each value with its realtime_start."""
    names = header_names(grid)
    if names[:1] == ["period_start_date"] and names[2:3] == ["realtime_start_date"]:
        (own,) = _long_series(grid, names, (), time=names[0], value=names[1], vintage=names[2])
        own = replace(own, names=(str(grid.rows[0][1]).strip(),))
        return SeriesFile(format="ALFRED", series=[own], n_head_rows=1)
    time = next((n for n in ("date", "observation_date") if n in names), "")
    if not time or not {"realtime_start", "value"} <= set(names):
        return None
    ids = tuple(n for n in ("series_id", "id", "series") if n in names)
    series = _long_series(grid, names, ids, time=time, value="value", vintage="realtime_start")
    return SeriesFile(format="ALFRED", series=series, n_head_rows=1)


def fred(grid: Grid) -> SeriesFile | None:
    """Return the columns of FRED beside DATE, or of ALFRED with the vintage in each header."""
    names = header_names(grid)
    texts = [str(cell).strip() for cell in grid.rows[0]] if grid.rows else []
    codes = [t for t in texts[1:] if t]
    if not names or names[0] not in ("date", "observation_date") or not codes:
        return None
    if not all(re.fullmatch(r"[A-Z][A-Z0-9_]*", code) for code in codes):
        return None
    by_code: dict[str, FileSeries] = {}
    has_vintages = False
    for column, code in enumerate(texts[1:], 1):
        match = _VINTAGE.fullmatch(code)
        vintage = parse_day("-".join(match.groups()[1:])) if match else None
        has_vintages |= vintage is not None
        name = match[1] if match and vintage else code
        base, _, change = name.rpartition("_")
        own = FileSeries(names=(name,))
        if base and _CHANGE_OF_FRED.fullmatch(change):
            own = FileSeries(names=(base, name), transformations=(change,))
        own = by_code.setdefault(name, own)
        own.observations.extend(observations_down(grid, column, 1, vintage=vintage))
    name = "ALFRED" if has_vintages else "FRED"
    return SeriesFile(format=name, series=list(by_code.values()), n_head_rows=1)


def sdmx_csv(grid: Grid) -> SeriesFile | None:
    """Return the series of SDMX-CSV 1.0 or 2.0: one row an observation, dimensions in columns."""
    names = [name.partition(":")[0].strip() for name in header_names(grid)]
    if not {"time_period", "obs_value"} <= set(names):
        return None
    places = {name: n for n, name in enumerate(names)}
    found: dict[tuple[str, ...], FileSeries] = {}
    dimensions = sdmx_dimensions(names)
    for number, row in enumerate(grid.rows[1:], 1):
        cells = {name: str(row[n] if row[n] is not None else "") for name, n in places.items()}
        key = tuple(cells.get(n, "") for n in (*dimensions, "unit_measure", "unit", "unit_mult"))
        if key not in found:
            own = {n: c for n, c in cells.items() if n in {*dimensions, *_NOT_OF_THE_SERIES}}
            found[key] = _sdmx_series({n: _code(c) for n, c in own.items()}, own)
        content = number_content(row[places["obs_value"]])
        status = _code(cells.get("obs_status") or cells.get("obs_flag", ""))
        time, place = _code(cells["time_period"]), places["obs_value"]
        fault = "is deleted by the message (ACTION D)" if cells.get("action") == "D" else ""
        if _TRIMESTER.search(time):
            fault = f"is of {time}, four months; allowed: months, quarters, half-years, years"
        found[key].observations.append(
            Observation(number, place, time, content, status, fault=fault)
        )
    return SeriesFile(format="SDMX-CSV", series=list(found.values()), n_head_rows=1)


def sdmx_dimensions(names: Sequence[str]) -> list[str]:
    """Return the dimensions in a header: what stands before the time, as attributes follow it."""
    before = [n for n in names[: names.index("time_period")] if n not in _NOT_OF_THE_SERIES]
    after = [n for n in names if n not in {*before, *_NOT_OF_THE_SERIES}]
    return before + [n for n in after if not before or n in (*_AREAS, "freq")]


def eurostat(grid: Grid) -> SeriesFile | None:
    r"""Return the rows of Eurostat's TSV: dimensions in the first cell, flags beside values."""
    first = str(grid.rows[0][0] or "") if grid.rows else ""
    dimensions, mark, _ = first.partition("\\")
    if not mark or not first.casefold().endswith(("time_period", "time")):
        return None
    names = [name.strip().casefold() for name in dimensions.split(",")]
    times = [str(cell or "").strip() for cell in grid.rows[0]]
    series = []
    for number, row in enumerate(grid.rows[1:], 1):
        values = [value.strip() for value in str(row[0] or "").split(",")]
        cells = dict(zip(names, values, strict=False))
        own = _sdmx_series(cells, cells)
        for column in range(1, grid.width):
            content, status = _flagged(row[column])
            own.observations.append(Observation(number, column, times[column], content, status))
        series.append(own)
    return SeriesFile(format="Eurostat TSV", series=series, n_head_rows=1)


def ons(grid: Grid) -> SeriesFile | None:
    """Return the columns of the ONS: a preamble from Title on, then years, quarters, months."""
    labels = [str(row[0] or "").strip() for row in grid.rows]
    if not labels or labels[0] != "Title":
        return None
    start = next((n for n, label in enumerate(labels) if _ONS_TIME.fullmatch(label)), None)
    if start is None:
        return None
    about = {label.casefold(): row for label, row in zip(labels[:start], grid.rows, strict=False)}
    series, is_of_means = [], False
    for column in range(1, grid.width):
        texts = {name: str(row[column] or "").strip() for name, row in about.items()}
        unit = " ".join(t for t in (texts.get("preunit", ""), texts.get("unit", "")) if t)
        is_index = "index" in f"{unit} {texts['title']}".casefold() or "=100" in unit
        own = list(observations_down(grid, column, start))
        lengths = {len(o.time) for o in own if not is_blank(o.content)}
        if is_index and len(lengths) > 1:
            is_of_means = True
            own = [o for o in own if len(o.time) == max(lengths, key=_ons_frequency)]
        names = tuple(t for t in (texts.get("cdid", ""), texts["title"]) if t)
        unit = "index" if is_index else unit
        series.append(FileSeries(names=names, unit=unit, observations=own))
    said = ("years and quarters of an index, which are means of its months",)
    return SeriesFile(
        format="ONS",
        series=series,
        n_head_rows=start,
        released_on=written_day(next(iter(about.get("release date", ())[1:]), None), "dmy"),
        left_out=said if is_of_means else (),
    )


def _ons_frequency(length: int) -> int:
    return {4: 0, 7: 1, 8: 2}.get(length, -1)


def world_bank(grid: Grid) -> SeriesFile | None:
    """Return the rows of the World Bank's table of countries by years, below a preamble."""
    heads = [{"country name", "country code", f"{what} name", f"{what} code"} for what in
             ("indicator", "series")]  # fmt: skip
    start = next((n for n, row in enumerate(grid.rows) if set(_texts(row)[:4]) in heads), None)
    if start is None:
        return None
    at = {name.partition(" ")[::2]: n for n, name in enumerate(_texts(grid.rows[start])[:4])}
    at = {("series", what) if of != "country" else (of, what): n for (of, what), n in at.items()}
    about = {str(row[0]).casefold(): row[1] for row in grid.rows[:start] if len(row) > 1}
    series = []
    for number, row in enumerate(grid.rows[start + 1 :], start + 1):
        texts = [str(cell or "").strip() for cell in row]
        if not all(texts[:4]):
            continue  # blank, or below the table: Last Updated
        name, code = (texts[at["series", what]] for what in ("name", "code"))
        area = (texts[at["country", "name"]], texts[at["country", "code"]])
        own = FileSeries(names=(code, name), area=area, frequency="A")
        for column in range(4, grid.width):
            time = str(grid.rows[start][column] or "").strip()[:4]
            if time:
                own.observations.append(
                    Observation(number, column, time, number_content(row[column]))
                )
        series.append(own)
    day = written_day(about.get("last updated date"))
    return SeriesFile(format="World Bank", series=series, n_head_rows=start + 1, released_on=day)


def years_by_months(grid: Grid) -> SeriesFile | None:
    """Return the series of a table of years by months, as the BLS lays one out."""
    start = next((n for n, row in enumerate(grid.rows) if _is_head_of_months(row)), None)
    if start is None:
        return None
    head = [str(cell or "").strip() for cell in grid.rows[start]]
    months = {n: MONTH_NAMES[plain(t)] for n, t in enumerate(head) if plain(t) in MONTH_NAMES}
    about = {
        str(row[0] or "").strip().rstrip(":").casefold(): str(row[1] or "").strip()
        for row in grid.rows[:start]
        if grid.width > 1
    }
    names = [about[n] for n in ("series id", "series title", "item") if about.get(n)]
    titles = [str(c) for row in grid.rows[:start] for c in row if not is_blank(c)]
    changes = tuple(title for title in titles if "change" in title.casefold())
    own = FileSeries(names=tuple(names), transformations=changes, frequency="M")
    for number, row in enumerate(grid.rows[start + 1 :], start + 1):
        year = str(row[0] or "").strip().removesuffix(".0")
        for column, month in months.items():
            content = number_content(row[column])
            if year or not is_blank(content):
                own.observations.append(Observation(number, column, f"{year}-{month:02d}", content))
    others = [t for n, t in enumerate(head[1:], 1) if t and n not in months]
    return SeriesFile(
        format="years by months", series=[own], n_head_rows=start + 1, left_out=tuple(others)
    )


def _is_head_of_months(row: Sequence[Content]) -> bool:
    texts = [plain(str(cell or "")) for cell in row]
    named = [MONTH_NAMES[text] for text in texts if text in MONTH_NAMES]
    return texts[:1] in (["year"], ["jahr"], ["ano"], ["año"], ["année"]) and (
        named == list(range(1, 13))
    )


def bls_long(grid: Grid) -> SeriesFile | None:
    """Return the series of the long table of the BLS, with periods such as M01."""
    names = [name.replace(" ", "_") for name in header_names(grid)]
    if not {"series_id", "year", "period", "value"} <= set(names):
        return None
    at = {name: n for n, name in enumerate(names)}
    found: dict[str, FileSeries] = {}
    for number, row in enumerate(grid.rows[1:], 1):
        period = str(row[at["period"]] or "").strip().casefold()
        if period in ("m13", "q05", "s03"):
            continue  # the mean of the year
        code = str(row[at["series_id"]] or "").strip()
        own = found.setdefault(code, FileSeries(names=(code,)))
        kind, part = period[:1], period[1:].lstrip("0")
        time = f"{row[at['year']]}" if kind == "a" else f"{row[at['year']]}{kind}{part}"
        own.observations.append(
            Observation(number, at["value"], time, number_content(row[at["value"]]))
        )
    return SeriesFile(
        format="BLS", series=list(found.values()), n_head_rows=1, left_out=("means of years",)
    )


def genesis(grid: Grid) -> SeriesFile | None:
    """Return the columns of GENESIS of the German offices, beside those of year and month."""
    rows = [n for n, row in enumerate(grid.rows) if _is_row_of_genesis(row)]
    if len(rows) < 2 or grid.delimiter != ";":
        return None
    start = rows[0]
    title = next((str(row[0]).strip() for row in grid.rows[:start] if not is_blank(row[0])), "")
    series = []
    for column in range(2, grid.width):
        above = [str(row[column] or "").strip() for row in grid.rows[:start]]
        words = [text for text in above if text]
        names = tuple(dict.fromkeys([" ".join(words), *reversed(words), title]))
        unit = next((t for t in reversed(words) if money_of(t) or t in ("%", "Prozent")), "")
        own = FileSeries(names=tuple(n for n in names if n), unit=unit)
        for number in rows:
            row = grid.rows[number]
            time = f"{str(row[1]).strip()} {str(row[0]).strip()}"
            own.observations.append(Observation(number, column, time, number_content(row[column])))
        if any(not is_blank(o.content) for o in own.observations):
            series.append(own)
    return SeriesFile(format="GENESIS", series=series, n_head_rows=start)


def _is_row_of_genesis(row: Sequence[Content]) -> bool:
    year, month = (str(cell or "").strip() for cell in (*row, None, None)[:2])
    is_month = plain(month) in MONTH_NAMES or "quartal" in month.casefold()
    return re.fullmatch(r"(?:19|20)\d\d", year) is not None and is_month


def bcb(grid: Grid) -> SeriesFile | None:
    """Return the series of the Banco Central do Brasil: data and valor."""
    if header_names(grid)[:2] != ["data", "valor"]:
        return None
    found = observations_down(grid, 1, 1)
    days = [replace(o, time=iso_days(o.time, "dmy")) for o in found]
    return SeriesFile(format="BCB", series=[FileSeries(observations=days)], n_head_rows=1)


LAYOUTS: Mapping[str, Callable[[Grid], SeriesFile | None]] = {
    "long": long_frame,
    "alfred": alfred_long,
    "sdmx": sdmx_csv,
    "eurostat": eurostat,
    "ons": ons,
    "worldbank": world_bank,
    "bls": bls_long,
    "years": years_by_months,
    "bcb": bcb,
    "wind": wind,
    "akshare": akshare,
    "tushare": tushare,
    "fred": fred,
    "genesis": genesis,
}


def _long_series(
    grid: Grid,
    names: Sequence[str],
    ids: tuple[str, ...],
    *,
    time: str,
    value: str,
    extra: tuple[str, ...] = (),
    vintage: str = "",
) -> list[FileSeries]:
    at = {name: n for n, name in enumerate(names)}
    present = [name for name in extra if name in at]
    found: dict[tuple[str, ...], FileSeries] = {}
    for number, row in enumerate(grid.rows[1:], 1):
        cells = {name: str(row[at[name]] or "").strip() for name in (*ids, *present)}
        key = tuple(cells.values())
        if key not in found:
            found[key] = FileSeries(
                names=tuple(cells[name] for name in ids if cells[name]),
                area=(cells["area"],) if cells.get("area") else (),
                unit=cells.get("unit", ""),
                words=cells.get("measure", ""),
                frequency=cells.get("freq", "")[:1].upper(),
            )
        day, fault = vintage_and_fault(row[at[vintage]] if vintage else None)
        status = "" if "status" not in at else str(row[at["status"]] or "")
        found[key].observations.append(
            Observation(
                number,
                at[value],
                time_text(row[at[time]]),
                number_content(row[at[value]]),
                status,
                day,
                fault,
            )
        )
    return list(found.values())


def _sdmx_series(codes: Mapping[str, str], cells: Mapping[str, str]) -> FileSeries:
    """Return a series named by its dimensions, each alone and all of them together."""
    dimensions = {n: c for n, c in codes.items() if n not in _NOT_OF_THE_SERIES and c}
    areas = [name for name in _AREAS if name in dimensions]
    frequency = dimensions.get("freq", dimensions.get("frequency", ""))[:1].upper()
    others = [n for n in dimensions if n not in (*_AREAS, "freq", "frequency")]
    texts = [cells[n] for n in others if cells[n] != codes[n]]
    labels = [text.partition(":")[2].strip() for text in texts]
    unit = codes.get("unit_measure") or codes.get("unit", "")
    power = codes.get("unit_mult", "")
    kinds = ("transf", "measure", "unit", "suffix")
    transformations = [cells[n] for n in codes if any(kind in n for kind in kinds) and codes[n]]
    return FileSeries(
        names=(".".join(dimensions.values()), *(dimensions[n] for n in others), *labels),
        area=tuple(codes[n] for n in areas),
        unit=f"{unit} 10^{power}" if power not in ("", "0") else unit,
        transformations=tuple(transformations),
        frequency={"S": "H"}.get(frequency, frequency),
    )


def _texts(row: Sequence[Content]) -> list[str]:
    return [str(cell or "").strip().casefold() for cell in row]


def _flagged(cell: Content) -> tuple[Content, str]:
    """Return the value and the flags of a cell such as `104.5 p`."""
    if not isinstance(cell, str):
        return cell, ""
    value, _, flags = cell.strip().partition(" ")
    return number_content(value), flags.strip()


def _code(cell: str) -> str:
    """Return the code of a cell that holds code and label: `DE: Germany`."""
    return cell.partition(":")[0].strip() if ": " in cell else cell.strip()
