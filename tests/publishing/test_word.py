"""Pages as documents for Word: by GB/T 9704-2012, with their words, tables and pictures."""

import base64
import io
import os
import shutil
import struct
import subprocess
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from pypdf import PdfReader

from forecast.base.errors import BadTemplate, NoPdf
from forecast.pages.word import Run, TableCell, WordDocument
from forecast.publishing import word
from forecast.publishing.word import docx_of

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"


def part(file: bytes, name: str = "word/document.xml") -> ET.Element:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return ET.fromstring(archive.read(name))


def paragraphs(file: bytes) -> list[tuple[str, str]]:
    """Return the style and the words of each paragraph outside of tables that has words."""
    body = part(file)[0]
    found = []
    for one in body.findall(f"{W}p"):
        style = one.find(f"{W}pPr/{W}pStyle")
        words = "".join(t.text or "" for t in one.iter(f"{W}t"))
        if words:
            found.append(("Normal" if style is None else style.get(f"{W}val"), words))
    return found


def tables(file: bytes) -> list[list[list[str]]]:
    return [
        [
            ["".join(_words(cell)) for cell in row.findall(f"{W}tc")]
            for row in table.findall(f"{W}tr")
        ]
        for table in part(file).iter(f"{W}tbl")
    ]


def _words(cell: ET.Element) -> list[str]:
    return [
        "\n" if node.tag == f"{W}br" else node.text or ""
        for node in cell.iter()
        if node.tag in (f"{W}t", f"{W}br")
    ]


def png(width: int, height: int) -> bytes:
    """Return a white picture of such a size."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xff" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


SVG = '<svg width="72pt" height="36pt" xmlns="http://www.w3.org/2000/svg"></svg>'
PICTURE = base64.b64encode(SVG.encode()).decode()


@pytest.fixture(autouse=True)
def _without_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise NoPdf("Chromium or Chrome was not found")

    monkeypatch.setattr(word, "pdf_engine", missing)


def page(body: str) -> bytes:
    return docx_of(f"<html><head><title>x</title></head><body>{body}</body></html>", "zh")


# The standard -------------------------------------------------------------------------------------


def test_the_page_is_a4_with_a_text_area_of_156_by_225_mm():
    section = part(page("<h1>报告</h1>"))[0].find(f"{W}sectPr")
    assert section is not None
    size, margins = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
    twips_a_mm = 1440 / 25.4
    width, height = (int(size.get(f"{W}{side}")) / twips_a_mm for side in ("w", "h"))
    left, right, top, bottom = (
        int(margins.get(f"{W}{side}")) / twips_a_mm for side in ("left", "right", "top", "bottom")
    )
    assert (width, height) == (pytest.approx(210, abs=0.1), pytest.approx(297, abs=0.1))
    assert (left, top) == (pytest.approx(28, abs=0.1), pytest.approx(37, abs=0.1))
    assert width - left - right == pytest.approx(156, abs=0.1)
    assert height - top - bottom == pytest.approx(225, abs=0.1)


@pytest.mark.parametrize(
    ("style", "face", "half_points"),
    [
        ("Title", "方正小标宋简体", "44"),  # size 2 is 22 points
        ("Normal", "仿宋_GB2312", "32"),  # size 3 is 16 points
        ("Heading1", "黑体", "32"),
        ("Heading2", "楷体_GB2312", "32"),
        ("Footer", "宋体", "28"),  # size 4 is 14 points
    ],
)
def test_typefaces_and_sizes_are_those_of_the_standard(style: str, face: str, half_points: str):
    styles = part(page("<h1>报告</h1>"), "word/styles.xml")
    (own,) = [s for s in styles.findall(f"{W}style") if s.get(f"{W}styleId") == style]
    assert own.find(f"{W}rPr/{W}rFonts").get(f"{W}eastAsia") == face
    assert own.find(f"{W}rPr/{W}sz").get(f"{W}val") == half_points


def test_body_text_has_22_lines_a_page_and_is_indented_by_two_characters():
    styles = part(page("<p>文</p>"), "word/styles.xml")
    (own,) = [s for s in styles.findall(f"{W}style") if s.get(f"{W}styleId") == "Normal"]
    spacing, indent = own.find(f"{W}pPr/{W}spacing"), own.find(f"{W}pPr/{W}ind")
    assert spacing.get(f"{W}lineRule") == "exact"
    line_mm = int(spacing.get(f"{W}line")) / 20 * 25.4 / 72
    assert int(225 / line_mm) == 21 or 22 * line_mm <= 225.1
    assert indent.get(f"{W}firstLineChars") == "200"


def test_page_numbers_stand_between_dashes_right_on_odd_pages_and_left_on_even_ones():
    file = page("<p>文</p>")
    references = part(file)[0].find(f"{W}sectPr").findall(f"{W}footerReference")
    assert [r.get(f"{W}type") for r in references] == ["default", "even"]
    for name, side in (("word/footer1.xml", "right"), ("word/footer2.xml", "left")):
        footer = part(file, name)
        assert footer.find(f".//{W}jc").get(f"{W}val") == side
        assert "".join(t.text for t in footer.iter(f"{W}t")) == "— 1 —"
        assert " PAGE " in [t.text for t in footer.iter(f"{W}instrText")]
    assert part(file, "word/settings.xml").find(f"{W}evenAndOddHeaders") is not None


# What stands in it --------------------------------------------------------------------------------


def test_headings_paragraphs_and_lists_come_in_their_order():
    file = page(
        "<main><h1>报告</h1><p class=lead>截至<b>9月30日</b></p><h2>结论</h2>"
        "<ul><li>一</li><li>二</li></ul><section><h3>细节</h3><div>文</div></section></main>"
    )
    assert paragraphs(file) == [
        ("Title", "报告"), ("Normal", "截至9月30日"), ("Heading1", "结论"), ("Normal", "一"),
        ("Normal", "二"), ("Heading2", "细节"), ("Normal", "文"),
    ]  # fmt: skip


def test_what_a_page_hides_or_only_draws_is_left_out():
    file = page(
        "<style>p{}</style><script>x()</script><h1>报告</h1><!-- note --><p>"
        '<svg><text>a</text></svg>灯<span class="hidden">b</span></p>'
    )
    assert paragraphs(file) == [("Title", "报告"), ("Normal", "灯")]


def test_tables_are_tables_with_their_heads_repeated_and_small_print_below():
    file = page(
        '<table><caption>表</caption><thead><tr><th>指标</th><th class="number">目标</th></tr>'
        "</thead><tbody><tr><th>GDP</th><td>7.0%<small>上半年7.2%</small></td></tr>"
        '<tr><th>零售</th><td>9.0% <small class="beside">旁注</small></td></tr></tbody></table>'
    )
    assert tables(file) == [[["指标", "目标"], ["GDP", "7.0%\n上半年7.2%"], ["零售", "9.0% 旁注"]]]
    heads = [row.find(f"{W}trPr/{W}tblHeader") is not None for row in part(file).iter(f"{W}tr")]
    assert heads == [True, False, False]
    assert ("Caption", "表") in paragraphs(file)


def test_a_table_is_as_wide_as_the_text_area():
    cells = "".join(f"<td>{'字' * n}</td>" for n in (1, 40, 3))
    grid = part(page(f"<table><tr>{cells}</tr></table>")).find(f".//{W}tblGrid")
    widths = [int(column.get(f"{W}w")) for column in grid]
    assert sum(widths) == pytest.approx(156 * 1440 / 25.4, abs=5)
    assert widths[1] > widths[2] >= widths[0] > 0


def test_words_with_marks_and_characters_that_no_document_may_hold_stay_text():
    file = page("<h1>&lt;w:p/&gt; &amp; \x01</h1><p>a\x00b</p>")
    assert paragraphs(file)[0][1].rstrip() == "<w:p/> &"


def test_an_empty_page_is_a_document():
    assert paragraphs(page("")) == []


# Pictures -----------------------------------------------------------------------------------------


def test_a_picture_carries_its_words_as_alternative_text():
    source = base64.b64encode(png(300, 150)).decode()
    file = page(f'<figure><img src="data:image/png;base64,{source}" alt="走势图 &quot;一&quot;">'
                "<figcaption>图1</figcaption></figure>")  # fmt: skip
    (drawing,) = part(file).iter(f"{WP}docPr")
    assert drawing.get("descr") == '走势图 "一"'
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        assert archive.read("word/media/image1.png") == png(300, 150)
    assert ("Caption", "图1") in paragraphs(file)


def test_a_picture_is_no_wider_than_the_text_area_and_keeps_its_form():
    document = WordDocument("t", "en")
    document.picture(png(2, 1), 400.0, 200.0, "wide")
    (extent,) = part(document.file()).iter(f"{WP}extent")
    width, height = (int(extent.get(side)) / 36_000 for side in ("cx", "cy"))
    assert (width, height) == (pytest.approx(156, abs=0.05), pytest.approx(78, abs=0.05))


def test_without_a_browser_the_words_of_a_drawing_stand_in_its_place():
    file = page(f'<h1>报告</h1><img src="data:image/svg+xml;base64,{PICTURE}" alt="走势：7.2%">')
    assert paragraphs(file) == [("Title", "报告"), ("Normal", "走势：7.2%")]


def test_pictures_of_elsewhere_are_never_fetched():
    assert paragraphs(page('<img src="http://example.org/a.png" alt="x"><p>文</p>')) == [
        ("Normal", "文")
    ]


# The file -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [lambda: page("<h1>报告</h1><p>文</p>")])
def test_the_same_page_gives_the_same_bytes(make: Callable[[], bytes]):
    assert make() == make()


def test_every_part_is_declared_and_every_reference_leads_to_one():
    document = WordDocument("t", "zh")
    document.heading(0, "t")
    document.table([[TableCell((Run("a"),))]], 1, "a")
    document.picture(png(1, 1), 10.0, 10.0, "p")
    file = document.file()
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        names = set(archive.namelist())
        for name in names:
            if name.endswith((".xml", ".rels")):
                ET.fromstring(archive.read(name))
    types = part(file, "[Content_Types].xml")
    declared = {one.get("PartName", "").lstrip("/") for one in types} - {""}
    assert declared <= names
    relations = part(file, "word/_rels/document.xml.rels")
    targets = {os.path.normpath(f"word/{one.get('Target')}") for one in relations}
    assert targets <= names
    used = {
        value
        for node in part(file).iter()
        for key, value in node.attrib.items()
        if key.endswith(("}id", "}embed")) and value.startswith("rId")
    }
    assert used <= {one.get("Id") for one in relations}


# A template of the office's own ------------------------------------------------------------------


def template(folder: Path, *, without: str = "") -> Path:
    """Write a document with a letterhead, in a typeface and with margins of its own."""
    opened = Document()
    opened.add_paragraph("福田区统计局文件")
    opened.styles["Normal"].font.name = "Georgia"
    opened.sections[0].left_margin = opened.sections[0].right_margin = 360_000 * 5
    if without:
        opened.styles[without].delete()
    path = folder / "office.docx"
    opened.save(str(path))
    return path


def test_a_template_lends_its_letterhead_its_styles_and_its_margins(tmp_path: Path):
    html = "<html><body><h1>报告</h1><p>文</p><table><tr><td>字</td></tr></table></body></html>"
    file = docx_of(html, "zh", template(tmp_path))
    assert [words for _, words in paragraphs(file)] == ["福田区统计局文件", "报告", "文"]
    styles = part(file, "word/styles.xml")
    (normal,) = [s for s in styles.findall(f"{W}style") if s.get(f"{W}styleId") == "Normal"]
    assert normal.find(f"{W}rPr/{W}rFonts").get(f"{W}ascii") == "Georgia"
    (column,) = part(file).find(f".//{W}tblGrid")
    page_mm = 8.5 * 25.4  # the template's paper is US letter
    assert int(column.get(f"{W}w")) == pytest.approx((page_mm - 100) * 1440 / 25.4, abs=5)


@pytest.mark.parametrize("name", ["Title", "Heading 2"])
def test_a_template_without_a_needed_style_is_refused_by_its_name(tmp_path: Path, name: str):
    with pytest.raises(
        BadTemplate, match=f"lacks the paragraph styles '{name}'; needed: 'Title', "
    ):
        WordDocument("t", "zh", template(tmp_path, without=name))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html></html>"])
def test_a_file_that_is_no_document_is_refused_as_a_template(tmp_path: Path, content: bytes):
    path = tmp_path / "office.docx"
    path.write_bytes(content)
    with pytest.raises(BadTemplate, match="cannot be read as a Word document"):
        WordDocument("t", "zh", path)
    with pytest.raises(BadTemplate, match="cannot be read as a Word document"):
        WordDocument("t", "zh", tmp_path / "missing.docx")


# Opened by another program ------------------------------------------------------------------------


@pytest.mark.system
@pytest.mark.slow
def test_libreoffice_opens_the_document_and_prints_its_words_table_and_picture(tmp_path: Path):
    office = shutil.which("soffice")
    if office is None:
        if os.environ.get("REQUIRE_SYSTEM"):
            pytest.fail("REQUIRE_SYSTEM is set and there is no soffice")
        pytest.skip("no soffice")
    document = WordDocument("报告", "zh")
    document.heading(0, "报告")
    for _ in range(60):
        document.paragraph([Run("社会消费品零售总额"), Run("9.1%", is_bold=True)])
    document.table([[TableCell((Run(word),))] for word in ("指标", "GDP")], 1, "表")
    document.picture(png(30, 15), 100.0, 50.0, "走势")
    (tmp_path / "report.docx").write_bytes(document.file())
    command = [office, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "report.docx")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    pages = PdfReader(tmp_path / "report.pdf").pages
    texts = [page.extract_text() for page in pages]
    assert len(pages) == 4  # 21 or 22 lines a page, then the table with the picture
    assert texts[0].startswith("报告")
    assert texts[0].count("9.1%") == 20
    assert [f"— {n} —" in text for n, text in enumerate(texts, start=1)] == [True] * 4
    assert "GDP" in texts[-1] or "GDP" in texts[-2]
    drawn = [b" Do" in page.get_contents().get_data() for page in pages]
    assert drawn == [False, False, False, True]  # the picture
