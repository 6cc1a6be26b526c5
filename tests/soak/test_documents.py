"""Twenty documents for Word in two languages, opened in LibreOffice and printed: no layout fault.

Sections are those of the frozen report. A fault is a word outside of the text area, a heading that
stands last on its page, or a page with nothing on it.
"""

import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document

from forecast.outlook.attainment import Probability
from forecast.pages import charts, tables
from forecast.pages.html import Html
from forecast.publishing.formats import pdf_engine
from forecast.publishing.word import docx_of
from forecast.report.result import read_result
from forecast.report.value import Report
from frozen import GOLDEN

MM = 72 / 25.4
LEFT, RIGHT, TOP, BOTTOM = 28 * MM, 26 * MM, 37 * MM, 35 * MM  # GB/T 9704-2012
SLACK = 1.5 * MM
_EDGES = ("xMin", "yMin", "xMax", "yMax")
NUMBER = re.compile(r"—|\d+")


def section(report: Report, kind: str, lang: str) -> Html:
    """Return what one kind of document holds."""
    one = report.of_indicator("retail_sales")
    if kind == "report":
        fans = charts.fans(report, lang) + charts.all_together(report, lang)
        return tables.headline(report, lang) + fans + tables.details(report, lang)
    if kind == "bulletin":
        return tables.bulletin(report, lang)
    if kind == "track":
        scores = tables.track_scores(report, lang) + tables.track_indicators(report, lang)
        return tables.track_headline(report, lang) + scores + tables.judgements(report, lang)
    if kind == "indicator":
        depth = tables.rest_of_year(one, lang) + tables.figures(one, lang)
        return tables.depth_headline(one, lang) + charts.strips(one, lang) + depth
    data = tables.known(report, lang) + tables.quality(report, lang)
    return tables.headline(report, lang) + tables.caveats(report, lang) + data


def variants() -> list[Report]:
    """Return the frozen report, and one in which every probability is small and red."""
    report = read_result(GOLDEN)
    red = [
        one
        if one.attainment is None
        else replace(
            one,
            attainment=replace(
                one.attainment,
                probability=Probability(0.07, 0.004),
                word="very_unlikely",
                light="red",
            ),
        )
        for one in report.indicators
    ]
    return [report, replace(report, indicators=red)]


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with twenty documents and what LibreOffice prints of each."""
    if (office := shutil.which("soffice")) is None or shutil.which("pdftotext") is None:
        pytest.skip("no soffice or no pdftotext")
    pdf_engine()
    folder = tmp_path_factory.mktemp("documents")
    kinds = ("report", "bulletin", "track", "indicator", "data")
    for number, report in enumerate(variants()):
        for kind in kinds:
            for lang in ("en", "zh"):
                markup = f"<main>{section(report, kind, lang).markup}</main>"
                (folder / f"{kind}.{number}.{lang}.docx").write_bytes(docx_of(markup, lang))
    command = [office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", "pdf", "--outdir", str(folder)]
    files = sorted(map(str, folder.glob("*.docx")))
    assert len(files) == 20
    subprocess.run([*command, *files], check=True, capture_output=True, timeout=1200)
    if kept := os.environ.get("KEEP_DOCUMENTS"):
        shutil.copytree(folder, kept, ignore=shutil.ignore_patterns("profile"), dirs_exist_ok=True)
    return folder


def pages_of(pdf: Path) -> list[tuple[float, float, list[tuple[float, float, float, float, str]]]]:
    """Return the width and height of each page, and its words with left, top, right and bottom."""
    done = subprocess.run(["pdftotext", "-bbox", str(pdf), "-"], check=True, capture_output=True)
    markup = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", done.stdout.decode())
    root = ET.fromstring(re.sub(r"<!DOCTYPE[^>]*>|&nbsp;", "", markup))
    spaces = {"x": "http://www.w3.org/1999/xhtml"}
    found = []
    for page in root.iterfind(".//x:page", spaces):
        words = [
            (*(float(w.attrib[k]) for k in _EDGES), (w.text or "").strip())
            for w in page.iterfind("x:word", spaces)
        ]
        found.append((float(page.attrib["width"]), float(page.attrib["height"]), words))
    return found


def lines_of(words: list[tuple[float, float, float, float, str]]) -> list[str]:
    """Return the words of the text area line by line."""
    lines: dict[int, list[tuple[float, str]]] = {}
    for left, top, _, _, text in words:
        lines.setdefault(round(top / 4), []).append((left, text))
    return ["".join(text for _, text in sorted(line)) for _, line in sorted(lines.items())]


def pages_with_pictures(pdf: Path) -> set[int]:
    done = subprocess.run(["pdfimages", "-list", str(pdf)], check=True, capture_output=True)
    return {int(line.split()[0]) for line in done.stdout.decode().splitlines()[2:]}


def faults(docx: Path, pdf: Path) -> list[str]:
    headings = {
        re.sub(r"\s", "", one.text)
        for one in Document(str(docx)).paragraphs
        if one.style.name.startswith("Heading") and one.text.strip()
    }
    found = []
    every, drawn = pages_of(pdf), pages_with_pictures(pdf)
    for number, (width, height, words) in enumerate(every, start=1):
        body = [w for w in words if w[1] < height - BOTTOM + SLACK]
        foot = [w for w in words if w not in body]
        where = f"{docx.name}, page {number} of {len(every)}"
        found += [f"{where}: {w[4]!r} below the text area" for w in foot if not NUMBER.match(w[4])]
        found += [
            f"{where}: {w[4]!r} at {w[0] / MM:.0f} to {w[2] / MM:.0f} mm, beyond the margins"
            for w in body
            if w[0] < LEFT - SLACK or w[2] > width - RIGHT + SLACK or w[1] < TOP - 4 * MM
        ]
        lines = lines_of(body)
        if number in drawn:
            continue  # of what stands beside pictures the words tell nothing
        if not lines:
            found.append(f"{where}: nothing on it")
        elif number < len(every) and re.sub(r"\s", "", lines[-1]) in headings:
            found.append(f"{where}: the heading {lines[-1]!r} stands last")
    return found


def test_twenty_documents_have_no_layout_fault(documents: Path):
    every = [
        fault
        for docx in sorted(documents.glob("*.docx"))
        for fault in faults(docx, docx.with_suffix(".pdf"))
    ]
    assert every == []
