"""A PDF is A4, numbered, small, and its text can be searched, in Chinese too."""

import io
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from forecast.base.errors import NoPdf
from forecast.base.parameters import Parameters
from forecast.cli import main
from forecast.cli.terminal import NO_PDF
from forecast.publishing.formats import ENGINE_VARIABLE, pdf_engine, pdf_of
from forecast.publishing.places import Publication
from forecast.publishing.publication import publish

pytestmark = pytest.mark.usefixtures("short_past")
A4 = (595, 842)  # points
ASKED = {"area": "longgang", "year": 2013, "as_of": "2013-09-30", "since": "", "lang": "zh"}
ASKED |= {"seed": 1, "n_paths": 200, "data": "", "out": "", "overlay": ""}


@pytest.fixture(scope="module")
def engine() -> str:
    try:
        return pdf_engine()
    except NoPdf as error:
        if os.environ.get("REQUIRE_SYSTEM"):
            pytest.fail(f"REQUIRE_SYSTEM is set and {error}")
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def published(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Publication:
    folder = tmp_path_factory.mktemp("reports")
    return publish(
        Parameters.parse(**ASKED), folder, kinds=["attainment", "bulletin"], formats=["pdf"]
    )


def fonts_of(pdf: PdfReader) -> list[dict]:
    resources = (page["/Resources"] for page in pdf.pages)
    return [f.get_object() for r in resources for f in r.get("/Font", {}).values()]


def is_embedded(font: dict) -> bool:
    if font["/Subtype"] == "/Type3":  # its glyphs are drawings in the file
        return bool(font["/CharProcs"])
    inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
    held = inner["/FontDescriptor"].get_object()
    return bool({"/FontFile", "/FontFile2", "/FontFile3"} & set(held))


@pytest.mark.system
@pytest.mark.slow
def test_a_report_is_printed_on_numbered_a4_with_its_fonts(published: Publication):
    assert published.page.name == "attainment.zh.pdf"
    assert published.page.stat().st_size < 3_000_000
    pdf = PdfReader(published.page)
    assert 2 <= len(pdf.pages) <= 10
    for number, page in enumerate(pdf.pages, start=1):
        size = (round(page.mediabox.width), round(page.mediabox.height))
        assert size == A4
        assert f"{number} / {len(pdf.pages)}" in page.extract_text()
    fonts = fonts_of(pdf)
    assert fonts
    assert all(is_embedded(font) for font in fonts)


@pytest.mark.system
@pytest.mark.slow
def test_chinese_can_be_found_in_it_as_it_was_written(published: Publication):
    text = "".join(page.extract_text() for page in PdfReader(published.page).pages)
    for said in ("龙岗区2013年", "截至2013年9月30日", "社会消费品零售总额", "达标概率"):
        assert said in text
    radicals = {c for c in text if "\u2e80" <= c <= "\u2fdf"}
    assert radicals == set()


@pytest.mark.system
@pytest.mark.slow
def test_the_page_stands_beside_it(published: Publication):
    assert published.lacking == ""
    assert (published.place / "attainment.zh.html").is_file()


@pytest.mark.system
@pytest.mark.slow
def test_the_bulletin_takes_one_sheet(published: Publication):
    assert len(PdfReader(published.place / "bulletin.zh.pdf").pages) == 1


@pytest.mark.system
def test_text_that_looks_like_html_stays_text(engine: str):
    page = "<!DOCTYPE html><html><head></head><body><p>&lt;script&gt; 长目</p></body></html>"
    pdf = PdfReader(io.BytesIO(pdf_of(page, engine)))
    assert "<script> 长目" in pdf.pages[0].extract_text()


def test_without_an_engine_the_page_is_made_and_the_exit_code_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(ENGINE_VARIABLE, "no-such-browser")
    asked = ["--area", "longgang", "--as-of", "2013-09-30", "--seed", "1", "--paths", "200"]
    asked += ["--format", "pdf", "--out", str(tmp_path)]
    for _ in range(2):
        done = CliRunner().invoke(main, ["report", *asked])
        assert done.exit_code == NO_PDF
        assert "no-such-browser" in done.stderr
        assert "no PDF was made" in done.stderr
    place = tmp_path / "longgang" / "2013" / "2013-09-30"
    assert str(place / "attainment.html") in done.stdout
    assert (place / "attainment.html").is_file()
    assert not (place / "attainment.pdf").exists()


@pytest.mark.skipif(shutil.which("false") is None, reason="no program that fails on this system")
def test_an_engine_that_fails_is_named():
    with pytest.raises(NoPdf, match="false printed nothing, code 1"):
        pdf_of("<html><head></head><body></body></html>", str(shutil.which("false")))
