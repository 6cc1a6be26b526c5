"""The tables of cells in a source: a workbook, a text file or a database.

A database is opened read-only; its password stays out of messages and figures.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from forecast.base.errors import ContractError, Fault
from forecast.importing.cells import Content
from forecast.importing.file_kinds import check_kind, is_json
from forecast.importing.grid import MOST_ROWS, Grid, padded, refusal
from forecast.importing.import_map import ImportMap
from forecast.importing.sdmx_json import sdmx_json_grid
from forecast.importing.text_tables import text_grid
from forecast.importing.workbook import workbook_grids

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import URL, Connection, CursorResult, Engine


def source_grids(source: str | Path, import_map: ImportMap) -> tuple[str, list[Grid]]:
    """Return the name of a source without its secrets, and its tables of cells.

    The first bytes of a file tell its format, because offices name files as they like. Raise
    ContractError for a source that cannot be read.
    """
    if is_url(str(source)):
        name, grid = database_grid(str(source), import_map)
        return name, [grid]
    path = Path(source)
    if not path.is_file():
        raise refusal(path, "no such file; a file or a database's URL is needed")
    if check_kind(path):
        return path.name, workbook_grids(path, import_map.sheets)
    if is_json(path):
        return path.name, [sdmx_json_grid(path)]
    return path.name, [text_grid(path, import_map.delimiter)]


def frame_grid(frame: pd.DataFrame | pd.Series) -> Grid:
    """Return the cells of a data frame, its named index in front and its columns as the header.

    An index of days or periods is in front, named or not. Raise ContractError for other objects.
    """
    import pandas as pd

    if isinstance(frame, pd.Series):
        frame = frame.to_frame()
    if not isinstance(frame, pd.DataFrame):
        raise _refusal("the frame", f"{type(frame).__name__}; allowed: a pandas DataFrame")
    if isinstance(frame.index, pd.DatetimeIndex | pd.PeriodIndex) and frame.index.name is None:
        frame = frame.rename_axis("date")
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    head: list[Content] = [str(name) for name in frame.columns]
    rows = [[_frame_cell(cell) for cell in row] for row in frame.itertuples(index=False, name=None)]
    if len(rows) >= MOST_ROWS:
        raise _refusal("the frame", f"{len(rows):,} rows; allowed: below {MOST_ROWS:,}")
    return Grid("", padded([head, *rows]), header_rows=1)


def _months_of(period: pd.Period) -> str:
    """Return the months of a period, as 2019Q1 of a year that ends in March is not in 2019."""
    first, last = (f"{day:%Y-%m}" for day in (period.start_time, period.end_time))
    if period.start_time.day != 1 or (period.end_time.date() + timedelta(days=1)).day != 1:
        return str(period)
    return first if first == last else f"{first}..{last}"


def _frame_cell(cell: Any) -> Content:
    """Return a cell of a data frame in Python's own types, None where it is missing."""
    import pandas as pd

    if pd.api.types.is_scalar(cell) and pd.isna(cell):
        return None
    if isinstance(cell, pd.Timestamp):
        return cell.date() if cell == cell.normalize() else str(cell)
    if isinstance(cell, pd.Period):
        return _months_of(cell)
    value = cell.item() if hasattr(cell, "item") else cell
    return _content(value)


_DRIVERS = {"postgresql": "postgresql+psycopg"}
_URLS_ALLOWED = "postgresql://USER@HOST/DATABASE, sqlite:///FILE, or an existing file"
_TIMEOUT_SECONDS = 10  # for a server that does not answer


def is_url(source: str) -> bool:
    """Whether a source is the URL of a database."""
    return "://" in source


def database_grid(source: str, import_map: ImportMap) -> tuple[str, Grid]:
    """Return the name of a database without user and password, and the rows the map asks for.

    The names of the columns are the first row. Raise ContractError where the query fails.
    """
    url = _url(source)
    name = _name(url)
    if not (import_map.query or import_map.table):
        raise _refusal(name, "a database needs a query or a table; allowed: one of them in the map")
    with _errors_of(name, url):
        engine = _engine(name, url)
        try:
            with engine.connect() as connection:
                rows = _rows(name, _query_result(connection, import_map))
        finally:
            engine.dispose()
    return name, Grid("", padded(rows), header_rows=1)


def _url(source: str) -> URL:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    try:
        url = make_url(source)
    except (ArgumentError, ValueError):
        raise _refusal("the database", f"its URL is not valid; allowed: {_URLS_ALLOWED}") from None
    url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    try:
        url.get_dialect()
    except NoSuchModuleError:
        why = f"no dialect of SQLAlchemy is called {url.drivername!r}; allowed: {_URLS_ALLOWED}"
        raise _refusal("the database", why) from None
    return url


def _name(url: URL) -> str:
    """Return what a person calls a database, without user, password and options."""
    host = f"{url.host}/" if url.host else ""
    return f"{url.get_backend_name()}://{host}{Path(url.database or '').name}"


def _engine(name: str, url: URL) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    if url.get_backend_name() != "sqlite":
        is_postgresql = url.get_backend_name() == "postgresql"
        needs_timeout = is_postgresql and "connect_timeout" not in url.query
        arguments = {"connect_timeout": _TIMEOUT_SECONDS} if needs_timeout else {}
        return create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=arguments)
    path = Path(url.database or "")
    if not path.is_file():
        raise _refusal(name, "no such file")
    uri = f"file:{quote(str(path.resolve()))}?mode=ro"
    return create_engine("sqlite://", creator=lambda: sqlite3.connect(uri, uri=True))


def _query_result(connection: Connection, import_map: ImportMap) -> CursorResult[Any]:
    """Return the rows of the map's query or table, read over a connection that cannot write."""
    from sqlalchemy import select, table, text

    if connection.dialect.name == "postgresql":
        connection = connection.execution_options(postgresql_readonly=True)
    if import_map.query:
        return connection.exec_driver_sql(import_map.query)
    schema, _, name = (import_map.table or "").rpartition(".")
    return connection.execute(select(text("*")).select_from(table(name, schema=schema or None)))


def _rows(name: str, result: CursorResult[Any]) -> list[list[Content]]:
    rows = result.fetchmany(MOST_ROWS + 1)
    if len(rows) > MOST_ROWS:
        raise _refusal(name, f"more than {MOST_ROWS:,} rows; allowed: a query that gives fewer")
    return [list(result.keys()), *([_content(cell) for cell in row] for row in rows)]


def _content(cell: object) -> Content:
    is_content = cell is None or isinstance(cell, str | int | float | Decimal | date)
    return cell if is_content else str(cell)  # type: ignore[return-value]


@contextmanager
def _errors_of(name: str, url: URL) -> Iterator[None]:
    """Raise the errors of a driver as ContractError that names the database, not its password."""
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    try:
        yield
    except ModuleNotFoundError as error:
        extra = "growth-target-forecast[postgresql]"
        is_postgresql = url.get_backend_name() == "postgresql"
        allowed = f"after pip install '{extra}'" if is_postgresql else "a database whose driver is"
        why = f"its driver {error.name} is not installed; allowed: {allowed}"
        raise _refusal(name, why) from None
    except (SQLAlchemyError, sqlite3.Error) as error:
        message = str(error.orig if isinstance(error, DBAPIError) else error)
        message = message.replace(url.password, "***") if url.password else message
        raise _refusal(name, f"could not be queried: {' '.join(message.split())}") from None


def _refusal(name: str, why: str) -> ContractError:
    return ContractError([Fault(name, None, why)])
