"""What a query of a database gives, read only; its password stays out of messages and figures."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from forecast.base.errors import ContractError, Fault
from forecast.importing.grid import MOST_ROWS, Grid, squared
from forecast.importing.mapping import Map
from forecast.importing.numbers import Content

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, CursorResult, Engine

_OWN_READER = {"postgresql": "postgresql+psycopg"}
_URLS = "postgresql://USER@HOST/DATABASE, sqlite:///FILE, or a file that lies here"
_SECONDS = 10  # until a server that says nothing is given up


def is_url(source: str) -> bool:
    """Whether a source is the URL of a database."""
    return "://" in source


def database_grid(source: str, told: Map) -> tuple[str, Grid]:
    """Return the name of a database without user and password, and what the map asks of it.

    The names of the columns are the first row. Raise ContractError where it cannot be asked.
    """
    url = _url(source)
    name = _name(url)
    if not (told.query or told.table):
        raise _refused(name, "a database needs a query or a table; allowed: one of them in the map")
    with _named(name, url):
        engine = _engine(name, url)
        try:
            with engine.connect() as connection:
                rows = _rows(name, _asked(connection, told))
        finally:
            engine.dispose()
    return name, Grid("", squared(rows), header_rows=1)


def _url(source: str) -> URL:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    try:
        url = make_url(source)
    except (ArgumentError, ValueError):
        raise _refused("the database", f"its URL is none; allowed: {_URLS}") from None
    url = url.set(drivername=_OWN_READER.get(url.drivername, url.drivername))
    try:
        url.get_dialect()
    except NoSuchModuleError:
        why = f"no dialect of SQLAlchemy is called {url.drivername!r}; allowed: {_URLS}"
        raise _refused("the database", why) from None
    return url


def _name(url: URL) -> str:
    """Return what a person calls a database: nothing of who asks, nor how."""
    host = f"{url.host}/" if url.host else ""
    return f"{url.get_backend_name()}://{host}{Path(url.database or '').name}"


def _engine(name: str, url: URL) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    if url.get_backend_name() != "sqlite":
        waits = url.get_backend_name() == "postgresql" and "connect_timeout" not in url.query
        asked = {"connect_timeout": _SECONDS} if waits else {}
        return create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=asked)
    path = Path(url.database or "")
    if not path.is_file():
        raise _refused(name, "no such file")
    at = f"file:{quote(str(path.resolve()))}?mode=ro"
    return create_engine("sqlite://", creator=lambda: sqlite3.connect(at, uri=True))


def _asked(connection: Connection, told: Map) -> CursorResult[Any]:
    """Return what the query or the table of the map gives, in a connection that cannot write."""
    from sqlalchemy import select, table, text

    if connection.dialect.name == "postgresql":
        connection = connection.execution_options(postgresql_readonly=True)
    if told.query:
        return connection.exec_driver_sql(told.query)
    schema, _, name = (told.table or "").rpartition(".")
    return connection.execute(select(text("*")).select_from(table(name, schema=schema or None)))


def _rows(name: str, result: CursorResult[Any]) -> list[list[Content]]:
    rows = result.fetchmany(MOST_ROWS + 1)
    if len(rows) > MOST_ROWS:
        raise _refused(name, f"more than {MOST_ROWS:,} rows; allowed: a query that gives fewer")
    return [list(result.keys()), *([_content(cell) for cell in row] for row in rows)]


def _content(cell: object) -> Content:
    is_known = cell is None or isinstance(cell, str | int | float | Decimal | date)
    return cell if is_known else str(cell)  # type: ignore[return-value]


@contextmanager
def _named(name: str, url: URL) -> Iterator[None]:
    """Name the database in what a driver raises, and take the password out of it."""
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    try:
        yield
    except ModuleNotFoundError as error:
        own = "growth-target-forecast[postgresql]"
        is_ours = url.get_backend_name() == "postgresql"
        allowed = f"after pip install '{own}'" if is_ours else "a database whose driver is"
        why = f"its driver {error.name} is not installed; allowed: {allowed}"
        raise _refused(name, why) from None
    except (SQLAlchemyError, sqlite3.Error) as error:
        said = str(error.orig if isinstance(error, DBAPIError) else error)
        hidden = said.replace(url.password, "***") if url.password else said
        raise _refused(name, f"could not be asked: {' '.join(hidden.split())}") from None


def _refused(name: str, why: str) -> ContractError:
    return ContractError([Fault(name, None, why)])
