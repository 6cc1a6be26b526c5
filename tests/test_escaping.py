"""Text from data stays text: names, wordings and sources that hold HTML or a script."""

import io
import os
from collections.abc import Sequence
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from markdown_it import MarkdownIt  # comes with rich
from pypdf import PdfReader

from forecast.base.errors import NoPdf
from forecast.base.parameters import KINDS, Parameters
from forecast.base.texts import LANGUAGES
from forecast.publishing.formats import markdown_of, pdf_engine, pdf_of
from forecast.publishing.places import Publication
from forecast.publishing.publication import publish
from town import HEADER, SCHEDULE, quarters

SCRIPT = "<script>alert(1)</script>"
BROKEN_OUT = "</title></style>\"'><img src=x onerror=alert(2)>{{ 7 * 7 }}"
MATHS = r"$\evil{$"  # not to be read as a formula either
MARKS = "| `b` [c](javascript:alert(3)) *d*\n# e"  # of Markdown
OF_MARKDOWN = {"h1", "h2", "h3", "h4", "p", "ul", "li", "strong"}
OF_MARKDOWN |= {"table", "thead", "tbody", "tr", "th", "td"}
HOSTILE = {
    what: f"{what} {SCRIPT}{BROKEN_OUT}{MATHS}{MARKS}" for what in ("area", "gdp", "wording")
}
HOSTILE |= {
    what: f"{what} {SCRIPT}{BROKEN_OUT}{MARKS}" for what in ("source", "bench", "unit", "said")
}

INDICATORS = f"""\
# Simulated: no such area exists.
[[area]]
id = "town"
name_en = '''{HOSTILE["area"]}'''
name_zh = '''{HOSTILE["area"]}'''

[[area]]
id = "county"
name_en = '''{HOSTILE["area"]}'''
name_zh = '''{HOSTILE["area"]}'''

[[indicator]]
id = "gdp"
name_en = '''{HOSTILE["gdp"]}'''
name_zh = '''{HOSTILE["gdp"]}'''
unit = '''{HOSTILE["unit"]}'''
annual_rule = "published_ytd"
group = "output"
related = ["county/gdp"]

[[indicator]]
id = "retail_sales"
name_en = '''{HOSTILE["gdp"]}'''
name_zh = '''{HOSTILE["gdp"]}'''
unit = '''{HOSTILE["unit"]}'''
annual_rule = "published_ytd"
group = "demand"
"""

TARGETS = "".join(
    f"""
[[target]]
area = "town"
year = 2018
indicator = "{indicator}"
comparison = "at_least"
rate_pct = 7.0
announced_on = 2018-02-10
wording = '''{HOSTILE["wording"]}'''
source = '''{HOSTILE["source"]}'''
"""
    for indicator in ("gdp", "retail_sales")
)

COMMITMENTS = f"""\
[[commitment]]
id = "benches"
area = "town"
year = 2018
name_en = '''{HOSTILE["bench"]}'''
name_zh = '''{HOSTILE["bench"]}'''
amount = 40
unit_en = '''{HOSTILE["unit"]}'''
unit_zh = '''{HOSTILE["unit"]}'''
comparison = "at_least"
wording = '''{HOSTILE["said"]}'''
source = '''{HOSTILE["source"]}'''
announced_on = 2018-02-10
"""


def hostile_folder(folder: Path) -> Path:
    """Write a simulated data folder whose texts try to become part of the page."""
    (folder / "figures").mkdir(parents=True)
    rng = np.random.default_rng(7)
    rows = [
        row.replace("town,gdp", series, 1)
        for series in ("town,gdp", "county,gdp", "town,retail_sales")
        for row in quarters(rng)
    ]
    (folder / "figures" / "figures.csv").write_text("\n".join([HEADER, *rows, ""]), "utf-8")
    for name, said in (
        ("indicators", INDICATORS), ("targets", TARGETS), ("schedule", SCHEDULE),
        ("commitments", COMMITMENTS),
    ):  # fmt: skip
        (folder / f"{name}.toml").write_text(said, encoding="utf-8")
    return folder


class Read(HTMLParser):
    """What a browser makes of a page: its elements with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def columns(read: Read) -> list[int]:
    """Return of each table the cells of its widest row."""
    rows: list[list[int]] = []
    for tag, _ in read.elements:
        if tag == "table":
            rows.append([0])
        elif tag == "tr":
            rows[-1].append(0)
        elif tag in ("td", "th"):
            rows[-1][-1] += 1
    return [max(cells) for cells in rows]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Publication:
    folder = tmp_path_factory.mktemp("hostile")
    asked = Parameters.parse(
        area="town", year=2018, as_of=date(2018, 9, 30).isoformat(), since="", lang="en", seed=1,
        n_paths=100, data=str(hostile_folder(folder / "data")), out="", overlay="",
    )  # fmt: skip
    return publish(asked, folder / "reports", kinds=list(KINDS), languages=LANGUAGES)


@pytest.mark.slow
def test_no_text_becomes_an_element_an_attribute_or_a_template(published: Publication):
    reports = published.place.parents[2]
    for path in [*published.pages, reports / "index.html", reports / "index.zh.html"]:
        read = Read(path.read_text(encoding="utf-8"))
        assert "script" not in {tag for tag, _ in read.elements}, path.name
        assert not [a for _, given in read.elements for a in given if a.startswith("on")], path.name
        sources = [given.get("src") or "" for tag, given in read.elements if tag == "img"]
        assert all(source.startswith("data:image/") for source in sources), path.name
        assert "{{ 7 * 7 }}" in read.text, path.name


@pytest.mark.slow
def test_no_text_becomes_a_mark_of_markdown(published: Publication):
    for path in published.pages:
        page = path.read_text(encoding="utf-8")
        shown = Read(MarkdownIt("commonmark").enable("table").render(markdown_of(page)))
        assert {tag for tag, _ in shown.elements} <= OF_MARKDOWN, path.name
        assert columns(shown) == columns(Read(page)), path.name
        said = " ".join(shown.text.split())
        for what in ("area", "gdp"):
            assert " ".join(HOSTILE[what].split()) in said, (path.name, what)


@pytest.mark.system
@pytest.mark.slow
def test_a_script_is_words_in_the_pdf_and_nothing_in_it_acts(published: Publication):
    try:
        engine = pdf_engine()
    except NoPdf as error:
        if os.environ.get("REQUIRE_SYSTEM"):
            pytest.fail(f"REQUIRE_SYSTEM is set and {error}")
        pytest.skip(str(error))
    page = (published.place / "attainment.html").read_text(encoding="utf-8")
    pdf = PdfReader(io.BytesIO(pdf_of(page, engine)))
    read = "".join("".join(page.extract_text().split()) for page in pdf.pages)
    for what in HOSTILE.keys() - {"bench", "unit", "said"}:  # these are on the screen alone
        assert "".join(HOSTILE[what].split()) in read, what
    objects = [pdf.get_object(number) for number in range(1, int(pdf.trailer["/Size"]))]
    held = [one for one in objects if isinstance(one, dict)]
    assert len(held) > len(pdf.pages)
    assert not [one for one in held if {"/JS", "/AA", "/OpenAction"} & set(one)]
    assert not [one for one in held if one.get("/Type") == "/Annot" and "/A" in one]


@pytest.mark.slow
def test_every_text_is_read_as_it_was_written(published: Publication):
    read = Read((published.place / "attainment.html").read_text(encoding="utf-8"))
    titles = read.text + " ".join(str(given.get("alt")) for _, given in read.elements)
    for what, said in HOSTILE.items():
        assert said in titles, what
