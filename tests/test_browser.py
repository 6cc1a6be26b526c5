"""The pages in a real browser: nothing is fetched, nothing fails, everyone can read them."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from forecast.base.parameters import KINDS, Parameters
from forecast.base.texts import LANGUAGES
from forecast.publishing.publication import publish

CHROMIUM = shutil.which("chromium")
# The font that stands for `sans-serif`, and where Debian has it: the boxes of their glyphs differ.
FONTS = {
    "noto-cjk": ("Noto Sans CJK SC", Path("/usr/share/fonts/opentype/noto")),
    "dejavu": ("DejaVu Sans", Path("/usr/share/fonts/truetype/dejavu")),
}
QUIET = ("--disable-gpu", "--disable-background-networking", "--disable-component-update")
WIDTHS = (1280, 390)
# Axe asks less of large letters; here all of them have the contrast of small ones.
STRICT = """axe.configure({checks: [{id: "color-contrast", options:
    {contrastRatio: {normal: {expected: 4.5}, large: {expected: 4.5}}}}]})"""

pytestmark = [
    pytest.mark.system,
    pytest.mark.slow,
    pytest.mark.enable_socket,
]


@dataclass(frozen=True, slots=True)
class Opened:
    """A page in the browser, its kind, and what it asked for and said while it was opened."""

    page: Page
    kind: str
    said: list[str]


@pytest.fixture(scope="module")
def browsers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Browser]]:
    """Start Chromium by the font that it finds first, whatever the machine has besides."""
    absent = [str(folder) for _, folder in FONTS.values() if not folder.is_dir()]
    absent += ["chromium"] if CHROMIUM is None else []
    if absent:
        if os.environ.get("REQUIRE_SYSTEM"):
            pytest.fail(f"REQUIRE_SYSTEM is set and there is no {', no '.join(absent)}")
        pytest.skip(
            f"no {', no '.join(absent)} on this machine; "
            "on Debian: apt install chromium fonts-noto-cjk fonts-dejavu-core"
        )
    with sync_playwright() as driver:
        started = {}
        for name, (first, _) in FONTS.items():
            fonts = font_configuration(first, tmp_path_factory.mktemp("fonts"))
            started[name] = driver.chromium.launch(
                executable_path=CHROMIUM,
                args=["--no-sandbox", *QUIET],
                chromium_sandbox=False,
                env={**os.environ, "FONTCONFIG_FILE": str(fonts)},
            )
        yield started
        for chromium in started.values():
            chromium.close()


@pytest.fixture(scope="module", params=list(FONTS))
def browser(browsers: dict[str, Browser], request: pytest.FixtureRequest) -> Browser:
    return browsers[request.param]


def font_configuration(first: str, folder: Path) -> Path:
    """Write a configuration of fontconfig in which one of the fonts is found first; return it."""
    folders = "".join(f"<dir>{fonts}</dir>" for _, fonts in FONTS.values())
    aliases = "".join(
        f'<alias binding="strong"><family>{family}</family>'
        f"<prefer><family>{first}</family></prefer></alias>"
        for family in ("sans-serif", "system-ui")
    )
    path = folder / "fonts.conf"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">'
        f"<fontconfig>{folders}<cachedir>{folder}</cachedir>{aliases}</fontconfig>",
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """Return a page of each kind and language, all of one publication, and the list of them."""
    given = {"area": "futian", "year": 2019, "as_of": "2019-09-30"}
    given |= {"since": "", "data": "", "out": "", "overlay": ""}
    asked = Parameters.parse(**given, lang="en", seed=1, n_paths=200)
    out = tmp_path_factory.mktemp("reports")
    made = publish(asked, out, kinds=list(KINDS), languages=LANGUAGES, indicators=["gdp"])
    lists = {("index", "en"): out / "index.html", ("index", "zh"): out / "index.zh.html"}
    return dict(zip(product(KINDS, LANGUAGES), made.pages, strict=True)) | lists


@pytest.fixture(
    scope="module",
    params=[
        *product(list(FONTS)[:1], (*KINDS, "index"), LANGUAGES, WIDTHS),
        *product(list(FONTS)[1:], ("attainment", "index"), LANGUAGES, WIDTHS[-1:]),
    ],
    ids=lambda one: "-".join(map(str, one)),
)
def opened(
    browsers: dict[str, Browser],
    pages: dict[tuple[str, str], Path],
    request: pytest.FixtureRequest,
) -> Iterator[Opened]:
    """Open every page in the first font, and in others what is widest on the narrowest screen."""
    font, kind, lang, width = request.param
    page = browsers[font].new_page(viewport={"width": width, "height": 900})
    said: list[str] = []
    page.on("console", lambda message: said.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on("request", lambda asked: said.append(f"request: {asked.url[:80]}"))
    page.goto(pages[kind, lang].as_uri())
    yield Opened(page, kind, said)
    page.close()


def test_no_request_leaves_the_page_and_nothing_is_said(opened: Opened):
    assert opened.said[0].startswith("request: file://")
    assert [s for s in opened.said[1:] if not s.startswith("request: data:")] == []


def test_what_is_not_in_the_page_is_refused(opened: Opened):
    before = len(opened.said)
    refused = opened.page.evaluate(
        """() => new Promise(done => {
            const image = Object.assign(new Image(), {src: "http://127.0.0.1:9/x.png"});
            document.addEventListener("securitypolicyviolation", e => {
                image.remove();
                done(e.effectiveDirective);
            }, {once: true});
            document.body.append(image);
        })"""
    )
    assert refused == "img-src"
    del opened.said[before:]


def test_the_page_is_no_wider_than_the_screen(opened: Opened):
    assert opened.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_nothing_lies_beyond_the_side_but_what_can_be_scrolled_to(opened: Opened):
    beyond = opened.page.locator("section *").evaluate_all(
        """all => all.filter(n => n.getBoundingClientRect().right > innerWidth + 1
            && !n.closest(".scroll[tabindex='0']")).map(n => n.outerHTML.slice(0, 80))"""
    )
    assert beyond == []


def test_every_picture_is_drawn_and_has_words(opened: Opened):
    drawn = opened.page.locator("img").evaluate_all(
        "all => all.map(n => [n.alt.trim() !== '', n.complete && n.naturalWidth > 0])"
    )
    assert all(image == [True, True] for image in drawn)
    assert len(drawn) >= {"bulletin": 0, "index": 0, "track-record": 2}.get(opened.kind, 1)


def test_headings_come_in_order(opened: Opened):
    levels = opened.page.eval_on_selector_all("h1,h2,h3,h4", "all => all.map(n => +n.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_axe_finds_no_fault_and_every_letter_stands_out(opened: Opened):
    opened.page.locator("details").evaluate_all("all => all.forEach(n => { n.open = true })")
    assert faults(opened.page, "{resultTypes: ['violations', 'incomplete']}") == []


def faults(page: Page, options: str) -> list[tuple[str, str, str]]:
    """Return what axe finds wrong with a page, contrasts included."""
    axe = Axe()
    page.evaluate(axe.axe_script + ";" + STRICT)
    found = page.evaluate(f"axe.run({options})")
    return [
        (fault["id"], node["html"][:150], node["failureSummary"][:200])
        for fault in (*found["violations"], *found["incomplete"])
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("kind", [*KINDS, "index"])
def test_in_the_dark_the_page_is_dark_and_every_letter_stands_out(
    browser: Browser, pages: dict[tuple[str, str], Path], kind: str
):
    page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="dark")
    page.goto(pages[kind, "en"].as_uri())
    page.locator("details").evaluate_all("all => all.forEach(n => { n.open = true })")
    paper = "getComputedStyle(document.querySelector('.fragment')).backgroundColor"
    assert page.evaluate(paper) == "rgb(22, 24, 27)"
    assert faults(page, "{runOnly: ['color-contrast']}") == []
    page.close()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_on_a_phone_every_target_stands_within_two_screens(
    browser: Browser, pages: dict[tuple[str, str], Path], lang: str
):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(pages["attainment", lang].as_uri())
    rows = page.locator(".cards tbody tr")
    assert rows.count() == 6
    boxes = [rows.nth(place).bounding_box() for place in range(6)]
    assert all(box["y"] + box["height"] <= 2 * 844 for box in boxes)
    page.close()


def test_a_fault_of_contrast_would_be_found(browser: Browser):
    page = browser.new_page()
    page.set_content("<html lang=en><title>t</title><main><h1 style='color:#8a8a8a'>Grey</h1>")
    axe = Axe()
    page.evaluate(axe.axe_script + ";" + STRICT)
    assert [fault["id"] for fault in page.evaluate("axe.run()")["violations"]] == ["color-contrast"]
    page.close()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_is_small_and_is_there_without_script(
    browser: Browser, pages: dict[tuple[str, str], Path], lang: str
):
    path = pages["attainment", lang]
    assert path.stat().st_size < 1_500_000
    assert "<script" not in path.read_text(encoding="utf-8")
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 1280, "height": 900}
    )
    page = context.new_page()
    page.goto(path.as_uri())
    assert page.get_by_role("heading", level=1).is_visible()
    lights = page.locator(".cards .lamp")
    assert lights.count() == 6
    assert all(lights.nth(i).bounding_box()["y"] < 900 for i in range(6))
    context.close()
