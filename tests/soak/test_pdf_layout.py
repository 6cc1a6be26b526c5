"""Ten reports in two languages, twenty prints, have no fault of layout.

Looked for: a page that is empty or nearly so, text beyond the margins, a heading or caption that is
the last line of its page, and a row of a table that two pages share. Needs a browser and pdftotext.
"""

import html
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup, Tag
from PIL import Image

from forecast.base.errors import NoPdf
from forecast.base.parameters import Parameters
from forecast.publishing.formats import pdf_engine
from forecast.publishing.publication import publish

MARGIN = 30  # points; the page has 12 mm, 34 points, at its sides
LEAST_FILLED = 0.15  # of a page's height; what is printed on less is nearly empty
FOOT, HEIGHT = 800, 842  # points; what lies lower is the number of the page
QUESTIONS = [
    *[("futian", 2019, f"2019-{day}") for day in ("03-01", "05-10", "08-31", "09-30", "12-31")],
    *[("china", 2019, f"2019-{day}") for day in ("03-01", "05-10", "08-31", "09-30", "12-31")],
]
WORD = re.compile(
    r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>'
)


@dataclass(frozen=True)
class Word:
    left: float
    top: float
    right: float
    bottom: float
    text: str


def pages_of(pdf: Path) -> list[tuple[float, list[Word]]]:
    """Return the width of each page and its words."""
    said = subprocess.run(
        ["pdftotext", "-bbox", str(pdf), "-"], capture_output=True, encoding="utf-8", check=True
    ).stdout
    pages = re.findall(r'<page width="([\d.]+)" height="[\d.]+">(.*?)</page>', said, re.DOTALL)
    return [
        (float(width), [Word(*map(float, w[:4]), html.unescape(w[4])) for w in WORD.findall(body)])
        for width, body in pages
    ]


def heights_filled(pdf: Path) -> list[float]:
    """Return of each page how far down something is printed, words or a picture, 0 to 1."""
    with tempfile.TemporaryDirectory() as folder:
        drawn = ["pdftoppm", "-r", "24", "-gray", str(pdf), f"{folder}/page"]
        subprocess.run(drawn, check=True, capture_output=True)
        pages = [np.asarray(Image.open(path)) for path in sorted(Path(folder).iterdir())]
    inked = [np.flatnonzero((page < 200).any(axis=1)) / len(page) for page in pages]
    return [float(max(rows[rows < FOOT / HEIGHT], default=0)) for rows in inked]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def last_line(words: list[Word]) -> str:
    body = [w for w in words if w.bottom < FOOT]
    if not body:
        return ""
    lowest = max(w.bottom for w in body)
    return squeezed("".join(w.text for w in body if abs(w.bottom - lowest) < 4))


def words_of(tag: Tag) -> set[str]:
    return set(tag.get_text(" ").split())


def _leads(tag: Tag) -> bool:
    """Return whether a heading stands above words: not closed away, and not above a picture."""
    following = tag.find_next_sibling()
    is_above_picture = isinstance(following, Tag) and (
        following.name in ("figure", "svg", "img") or following.find(["svg", "img"]) is not None
    )
    return (
        bool(tag.get_text().strip()) and tag.find_parent("details") is None and not is_above_picture
    )


def faults_of(pdf: Path, page: Path) -> list[str]:
    """Return a sentence for each fault of layout in the print of a page."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    for unseen in soup(["style", "script"]):
        unseen.decompose()
    heads = {squeezed(tag.get_text()) for tag in soup(["h1", "h2", "h3", "caption"]) if _leads(tag)}
    printed, filled, faults = pages_of(pdf), heights_filled(pdf), []
    for number, (width, words) in enumerate(printed, start=1):
        where = f"{pdf.parent.parent.parent.name} {pdf.parent.name} {pdf.name} page {number}"
        if filled[number - 1] < LEAST_FILLED:
            faults.append(f"{where} is filled to {filled[number - 1]:.0%} of its height")
        beyond = [w.text for w in words if w.left < MARGIN or w.right > width - MARGIN]
        if beyond:
            faults.append(f"{where}: beyond the margin: {beyond[:5]}")
        if number < len(printed) and last_line(words) in heads:
            faults.append(f"{where} ends in the heading {last_line(words)}")
    if ".zh." not in pdf.name:  # Chinese has no words that stay whole where a cell breaks its line
        every = [{w.text for w in words} for _, words in printed]
        for row in soup.select("tbody tr"):
            if row.find_parent("details") is not None or row.find("svg") is not None:
                continue
            wanted = {w for w in words_of(row) if w.isascii()}
            anywhere = set().union(*every)
            if wanted <= anywhere and not any(wanted <= words for words in every):
                text = " ".join(row.get_text(" ").split())[:80]
                faults.append(f"{pdf.parent.name} {pdf.name}: two pages share the row {text!r}")
    return faults


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: f"{q[0]}-{q[2]}")
def test_a_report_is_printed_without_a_fault_of_layout(
    question: tuple[str, int, str], tmp_path: Path
):
    try:
        pdf_engine()
    except NoPdf as error:
        pytest.skip(str(error))
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext")
    area, year, day = question
    faults = []
    for lang in ("en", "zh"):
        asked = {"area": area, "year": year, "as_of": day, "lang": lang, "seed": 1}
        asked |= {"n_paths": 400, "since": "", "data": "", "out": "", "overlay": ""}
        published = publish(
            Parameters.parse(**asked), tmp_path, kinds=["attainment"], formats=["pdf"]
        )
        assert published.lacking == ""
        pdf = published.page
        faults += faults_of(pdf, pdf.with_suffix(".html"))
    assert faults == []
