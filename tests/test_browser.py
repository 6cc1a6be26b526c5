"""The page in a real browser: nothing is fetched, nothing fails, nothing runs off the side."""

import os
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from forecast.parameters import Parameters
from forecast.runner import publish

CHROMIUM = shutil.which("chromium")
QUIET = ("--disable-gpu", "--disable-background-networking", "--disable-component-update")

pytestmark = [pytest.mark.system, pytest.mark.enable_socket, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_SYSTEM"):
            pytest.fail("REQUIRE_SYSTEM is set and there is no chromium")
        pytest.skip("no chromium on this machine; on Debian: apt install chromium")
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", *QUIET], chromium_sandbox=False
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module", params=["en", "zh"])
def page_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    given = {"area": "futian", "year": 2019, "as_of": "2019-09-30"}
    given |= {"since": "", "data": "", "out": "", "overlay": ""}
    asked = Parameters.parse(**given, lang=request.param, seed=1, n_paths=200)
    return publish(asked, tmp_path_factory.mktemp("reports")).page


@pytest.fixture(params=[1280, 390])
def opened(
    browser: Browser, page_path: Path, request: pytest.FixtureRequest
) -> Iterator[tuple[Page, list[str]]]:
    page = browser.new_page(viewport={"width": request.param, "height": 900})
    said: list[str] = []
    page.on("console", lambda message: said.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on("request", lambda asked: said.append(f"request: {asked.url[:80]}"))
    page.goto(page_path.as_uri())
    yield page, said
    page.close()


def test_no_request_leaves_the_page_and_nothing_is_said(opened: tuple[Page, list[str]]):
    _, said = opened
    assert said[0].startswith("request: file://")
    assert [s for s in said[1:] if not s.startswith("request: data:")] == []


def test_the_page_is_no_wider_than_the_screen(opened: tuple[Page, list[str]]):
    page, _ = opened
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_every_picture_is_drawn_and_has_words(opened: tuple[Page, list[str]]):
    page, _ = opened
    pictures = page.locator("img")
    assert pictures.count() >= 6
    for index in range(pictures.count()):
        picture = pictures.nth(index)
        assert picture.get_attribute("alt")
        assert picture.evaluate("node => node.complete && node.naturalWidth > 0")


def test_headings_come_in_order(opened: tuple[Page, list[str]]):
    page, _ = opened
    levels = page.eval_on_selector_all("h1,h2,h3,h4", "all => all.map(n => +n.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
