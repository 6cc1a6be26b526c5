"""JupyterLab as `forecast explore` opens it: closed to strangers, alive under a hand."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, expect, sync_playwright

from forecast.archive.archive import Archive
from forecast.cli import main
from forecast.cli.folders import _address
from forecast.outlook.answers import record_of

CHROMIUM = shutil.which("chromium")
QUIET = ("--disable-gpu", "--disable-background-networking", "--disable-component-update")
FORECAST = str(Path(sys.executable).with_name("forecast"))
system = [
    pytest.mark.system,
    pytest.mark.slow,
    pytest.mark.enable_socket,
]


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@contextmanager
def explored(home: Path, *options: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Start the command on a copy of the notebooks; yield the address that it prints."""
    own = {name: str(home / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")}
    own |= {"JUPYTER_RUNTIME_DIR": str(home / "run"), "IPYTHONDIR": str(home / "ipython")}
    command = [FORECAST, "explore", "04_scenarios", "--no-browser", "--port", str(free_port())]
    command += options
    with subprocess.Popen(
        [*command, "--folder", str(home / "suite")],
        env=os.environ | own,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as running:
        assert running.stdout is not None
        said = ""
        while not (found := re.search(r"http://127\.0\.0\.1:\S+token=\w+", said)):
            line = running.stdout.readline()
            assert line, f"forecast explore ended without an address: {said}"
            said += line
        try:
            yield found[0], running
        finally:
            running.kill()


@pytest.fixture(scope="module")
def lab(
    tmp_path_factory: pytest.TempPathFactory, real_archive: Archive
) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    record_of(real_archive.as_of(date(2019, 9, 30)))  # made now, so that no page waits for it
    with explored(tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> str:
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_SYSTEM"):
            pytest.fail("REQUIRE_SYSTEM is set and there is no chromium")
        pytest.skip("no chromium on this machine; on Debian: apt install chromium")
    return CHROMIUM


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as driver:
        launched = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", *QUIET], chromium_sandbox=False
        )
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def page(lab: tuple[str, "subprocess.Popen[str]"], browser: Browser) -> Page:
    opened = browser.new_page(viewport={"width": 1280, "height": 1000})
    opened.set_default_timeout(120_000)  # a machine may be busy
    opened.goto(lab[0])
    return opened


class TestServer:
    pytestmark = system

    def test_it_listens_on_this_machine_alone_and_refuses_who_has_no_token(
        self, lab: tuple[str, "subprocess.Popen[str]"]
    ):
        where = urlsplit(lab[0])
        assert where.hostname == "127.0.0.1"
        contents = f"http://{where.netloc}/api/contents"
        with pytest.raises(urllib.error.HTTPError, match="403") as refused:
            urllib.request.urlopen(contents)
        refused.value.close()
        with urllib.request.urlopen(f"{contents}?{where.query}") as answered:
            assert answered.status == 200

    def test_a_slider_moves_the_probability(self, page: Page):
        expect.set_options(timeout=30_000)
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        page.get_by_text("| Idle").wait_for()  # asked earlier, it wants to know which kernel
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        handle = page.locator(".jp-OutputArea .widget-slider .noUi-handle").first
        handle.wait_for()
        table = page.locator(".jp-OutputArea .widget-html table").first
        chance = table.locator("tr", has_text="Retail sales").locator("td").nth(2)
        expect(chance).to_contain_text("> 99")
        title = page.locator(".jp-OutputArea .widget-html h2").first
        before = title.inner_text()
        handle.focus()
        for _ in range(20):
            page.keyboard.press("ArrowLeft")
        expect(title).not_to_have_text(before)
        expect(chance).not_to_contain_text("> 99")
        shown = page.locator(".jp-OutputArea .widget-slider .widget-readout").first.inner_text()
        expect(title).to_contain_text(f"{shown} %")

    def test_it_stops_at_once_and_takes_its_kernels_along(
        self, lab: tuple[str, "subprocess.Popen[str]"]
    ):
        import psutil

        address, running = lab
        kernels = psutil.Process(running.pid).children(recursive=True)
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=20) == 0
        assert psutil.wait_procs(kernels, timeout=10)[1] == []
        with pytest.raises(urllib.error.URLError, match="refused"):
            urllib.request.urlopen(address)


@pytest.mark.system
@pytest.mark.slow
@pytest.mark.enable_socket
def test_a_notebook_becomes_a_dashboard_whose_slider_moves_the_probability(
    tmp_path_factory: pytest.TempPathFactory, browser: Browser
):
    with explored(tmp_path_factory.mktemp("dashboard"), "--dashboard") as (address, _):
        opened = browser.new_page()
        opened.set_default_timeout(120_000)
        opened.goto(address)
        handle = opened.locator(".widget-slider .noUi-handle").first
        handle.wait_for()
        title = opened.locator(".widget-html h2").first
        before = title.inner_text()
        handle.focus()
        for _ in range(20):
            opened.keyboard.press("ArrowLeft")
        expect(title).not_to_have_text(before)
        assert opened.locator("text=forecast.ask(").count() == 0  # the code is not shown


def test_a_dashboard_of_no_notebook_is_refused(tmp_path: Path):
    said = CliRunner().invoke(main, ["explore", "--dashboard", "--folder", str(tmp_path / "suite")])
    assert said.exit_code == 2
    assert "dashboard: no notebook named (expected one, such as 04_scenarios)" in said.output


def test_an_unknown_notebook_is_named_with_those_that_are(tmp_path: Path):
    asked = ["explore", "05_hopes", "--folder", str(tmp_path / "suite")]
    said = CliRunner().invoke(main, asked)
    assert said.exit_code == 2
    assert "notebook: '05_hopes'; allowed: " in said.output
    assert "04_scenarios" in said.output
    assert not (tmp_path / "suite").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    said = CliRunner().invoke(main, ["explore", "--folder", str(tmp_path / "file")])
    assert said.exit_code == 1
    assert "file could not be written" in said.output


@pytest.mark.parametrize("port", ["80", "70000", "http"])
def test_a_port_that_is_none_is_refused(port: str):
    said = CliRunner().invoke(main, ["explore", "--port", port])
    assert said.exit_code == 2
    assert "--port" in said.output


def test_a_copy_keeps_what_was_changed_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    module = sys.modules["forecast.cli.folders"]
    monkeypatch.setattr(module, "_serve", lambda *asked, **how: None)
    kept = tmp_path / "suite" / "attainment.ipynb"
    kept.parent.mkdir()
    kept.write_text("mine", encoding="utf-8")
    for _ in range(2):
        said = CliRunner().invoke(main, ["explore", "--folder", str(kept.parent)])
        assert said.exit_code == 0
        assert "unlike those of this version: attainment.ipynb;" in said.output
    assert kept.read_text(encoding="utf-8") == "mine"
    assert (kept.parent / "explore" / "04_scenarios.ipynb").is_file()
    assert (kept.parent / "README.md").is_file()


def test_it_refuses_to_serve_where_the_token_is_turned_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    off = "c.IdentityProvider.token = ''\n"
    (tmp_path / "jupyter_server_config.py").write_text(off, encoding="utf-8")
    own = {"JUPYTER_CONFIG_DIR": str(tmp_path), "JUPYTER_RUNTIME_DIR": str(tmp_path / "run")}
    command = [FORECAST, "explore", "--no-browser", "--port", str(free_port())]
    said = subprocess.run(
        [*command, "--folder", str(tmp_path / "suite")],
        env=os.environ | own,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert said.returncode == 2
    assert "turn the token off" in said.stderr


@pytest.mark.parametrize(
    ("path", "token", "expected"),
    [
        ("README.md", "t0", "lab/tree/README.md?factory=Markdown%20Preview&token=t0"),
        ("explore/04_scenarios.ipynb", "t0", "lab/tree/explore/04_scenarios.ipynb?token=t0"),
        ("README.md", "", "lab/tree/README.md?factory=Markdown%20Preview"),  # with a password
    ],
)
def test_the_address_asks_once_for_view_and_token(path: str, token: str, expected: str):
    provider = SimpleNamespace(token=token)
    server = SimpleNamespace(connection_url="http://127.0.0.1:8888/", identity_provider=provider)
    assert _address(server, path, "lab/tree") == f"http://127.0.0.1:8888/{expected}"
