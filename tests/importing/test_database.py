"""Figures out of databases: SQLite in a file, PostgreSQL as a server. Simulated but for values."""

import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from click.testing import CliRunner

from forecast.base.errors import ContractError
from forecast.cli import main

ROWS = [
    ("福田区", "社会消费品零售总额", 2019, 6, "累计", 8827800, "万元"),
    ("福田区", "社会消费品零售总额", 2019, 6, "累计同比增长", 7.6, "%"),
    ("福田区", "进出口总额", 2019, 6, "累计", None, "亿元"),
]
MAP = """
query = "select area, name as indicator, year, month, kind as measure, value, unit from figures"
"""
ADDED = {
    "F2": "futian/retail_sales 2019-01..2019-06 level 882.78 cny_100m",
    "F3": "futian/retail_sales 2019-01..2019-06 growth_pct 7.6 pct",
}
CREATE = (
    "create table figures (area text, name text, year integer, month integer, kind text, "
    "value {number}, unit text)"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "统计.db"
    with sqlite3.connect(path) as connection:
        connection.execute(CREATE.format(number="real"))
        connection.executemany("insert into figures values (?, ?, ?, ?, ?, ?, ?)", ROWS)
    connection.close()
    return path


def test_a_query_of_a_file(office, file, read_figures_of):
    plan = office.read(f"sqlite:///{file}", MAP)
    assert plan.faults == ()
    assert read_figures_of(plan) == ADDED
    assert plan.name == "sqlite://统计.db"
    assert dict(plan.rows) == {"head": 1, "accepted": 2, "without_figures": 1}


def test_a_whole_table_whose_columns_the_map_explains(office, file, read_figures_of):
    map_text = 'table = "figures"\n[columns]\nname = "indicator"\nkind = "measure"\n'
    assert read_figures_of(office.read(f"sqlite:///{file}", map_text)) == ADDED


@pytest.mark.parametrize(
    ("map_text", "why"),
    [
        ("", "sqlite://统计.db: a database needs a query or a table"),
        ('query = "select x from figures"', "could not be queried: no such column: x"),
        ('query = "delete from figures"', "attempt to write a readonly database"),
        ('table = "no; drop table figures"', 'could not be queried: no such table: no; drop'),
    ],
)  # fmt: skip
def test_a_failing_query_is_named_and_nothing_is_changed(office, file, map_text, why):
    before = file.read_bytes()
    with pytest.raises(ContractError) as caught:
        office.read(f"sqlite:///{file}", map_text)
    assert why in str(caught.value)
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("sqlite:///gone.db", "sqlite://gone.db: no such file"),
        ("nonsense://u:secret@h/d", "the database: no dialect of SQLAlchemy is called 'nonsense'"),
        ("postgresql://u:secret@127.0.0.1:1/d", "postgresql://127.0.0.1/d: could not be queried"),
        ("://u:secret@", "the database: its URL is not valid; allowed: postgresql://"),
    ],
)
def test_a_database_that_is_not_there_is_named_without_its_password(office, url, why):
    with pytest.raises(ContractError, match=why) as caught:
        office.read(url, MAP)
    assert "secret" not in str(caught.value)
    assert not Path("gone.db").exists()


def test_a_missing_driver_is_named(office):
    why = "its driver MySQLdb is not installed; allowed: a database whose driver is"
    with pytest.raises(ContractError, match=why):
        office.read("mysql://u@h/d", MAP)


def test_a_silent_server_times_out(office, monkeypatch):
    monkeypatch.setattr("forecast.importing.sources._TIMEOUT_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://127.0.0.1:{silent.getsockname()[1]}/d"
        with pytest.raises(ContractError, match=r"could not be queried: .*timeout"):
            office.read(url, MAP)


def test_a_query_that_gives_too_much_is_refused(office, file, monkeypatch):
    monkeypatch.setattr("forecast.importing.sources.MOST_ROWS", 2)
    with pytest.raises(ContractError, match="more than 2 rows; allowed: a query that gives fewer"):
        office.read(f"sqlite:///{file}", MAP)


PASSWORD = "not-a-secret"  # of a server that lives as long as these tests


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    named = shutil.which("initdb")
    return found[-1].parent if found else Path(named).resolve().parent if named else None


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Start PostgreSQL on loopback in a folder of its own, not as root; return its URL."""
    binaries = _binaries()
    if binaries is None:
        reason = "PostgreSQL is not installed"
        pytest.fail(reason) if os.environ.get("REQUIRE_SYSTEM") else pytest.skip(reason)
    user = {"user": "postgres"} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        home = Path(folder)
        (home / "password").write_text(PASSWORD, encoding="utf-8")
        if user:
            for path in (home, home / "password"):
                shutil.chown(path, user["user"])

        def run(program: str, *arguments: str) -> None:
            command = [str(binaries / program), *arguments]
            with (home / "output").open("ab") as output:
                subprocess.run(command, check=True, cwd=home, stdout=output, stderr=output, **user)

        run("initdb", "-D", f"{home}/data", "-U", "office", "-A", "scram-sha-256", "--no-sync",
            "-E", "UTF8", f"--pwfile={home}/password")  # fmt: skip
        settings = f"-p {port} -h 127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        control = ("-D", f"{home}/data", "-l", f"{home}/log", "-w")
        run("pg_ctl", *control, "-o", settings, "start")
        try:
            yield f"postgresql://office:{PASSWORD}@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", *control, "-m", "immediate", "stop")


@pytest.fixture
def filled(server: str) -> Iterator[str]:
    engine = sqlalchemy.create_engine(server.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.exec_driver_sql("drop table if exists figures")
        connection.exec_driver_sql(CREATE.format(number="numeric"))
        insert = "insert into figures values (%s, %s, %s, %s, %s, %s, %s)"
        connection.exec_driver_sql(insert, ROWS)
    yield server
    engine.dispose()


@pytest.mark.system
def test_a_query_of_a_server(office, filled, read_figures_of):
    plan = office.read(filled, MAP)
    assert plan.faults == ()
    assert read_figures_of(plan) == ADDED
    assert plan.name == "postgresql://127.0.0.1/postgres"


@pytest.mark.system
def test_an_import_from_a_server_keeps_its_password_to_itself(office, filled):
    map_file = office.map_file(MAP)
    arguments = ["import", filled, "--map", str(map_file), "--out", str(office.out), "--yes"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    written = office.out.read_text(encoding="utf-8")
    assert "postgresql://127.0.0.1/postgres F2" in written
    assert PASSWORD not in result.output + written
    assert "office:" not in result.output + written


@pytest.mark.system
@pytest.mark.parametrize(
    ("map_text", "password", "why"),
    [
        ('query = "drop table figures"', PASSWORD, "in a read-only transaction"),
        ('query = "select * from none"', PASSWORD, 'relation "none" does not exist'),
        (MAP, "another-one", "password authentication failed"),
    ],
)
def test_a_server_is_only_read(office, filled, map_text, password, why):
    with pytest.raises(ContractError, match=why) as caught:
        office.read(filled.replace(PASSWORD, password), map_text)
    assert password not in str(caught.value)
    assert len(office.read(filled, MAP).added) == 2
