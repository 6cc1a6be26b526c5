"""A small town, the reports of a year of it, and a web server."""

import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import Result

from town import TARGETS, call, write_town


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with one indicator of one town; copy it before changing it.

    Its target was announced in July, so that six reports of 2018 are due.
    """
    folder = write_town(tmp_path_factory.mktemp("town") / "data")
    late = TARGETS.replace("announced_on = 2018-02-10", "announced_on = 2018-07-10")
    (folder / "targets.toml").write_text(late, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def year(town: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """Return the reports of a year after an outage of half a year, and what was said of them."""
    reports = tmp_path_factory.mktemp("year") / "reports"
    return reports, call(town, reports)


@pytest.fixture
def reports(year: tuple[Path, Result], tmp_path: Path) -> Path:
    """Return a copy of the reports of the year."""
    return shutil.copytree(year[0], tmp_path / "reports")


@pytest.fixture
def web_server() -> Iterator[tuple[int, list[tuple[str, bytes]]]]:
    """Return the port of a web server, and the path and the body of each request to it."""
    received: list[tuple[str, bytes]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            received.append((self.path, body))
            self.send_response(200)
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port, received
    server.shutdown()
    thread.join()
    server.server_close()
