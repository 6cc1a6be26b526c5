"""A document for Word by GB/T 9704-2012, or in the styles of an office's own template.

The standard sets A4, a text area of 156 by 225 mm, the typefaces, 22 lines a page, and page numbers
between dashes, right on odd pages and left on even ones.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt

from forecast.base.errors import BadTemplate

if TYPE_CHECKING:
    from docx.document import Document as Opened
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.section import Section, _Footer
    from docx.styles.style import ParagraphStyle
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph

TEXT_WIDTH_MM, TEXT_HEIGHT_MM = 156.0, 225.0
_PAGE_MM = (210.0, 297.0)
_MARGINS_MM = {"top_margin": 37, "right_margin": 26, "bottom_margin": 35, "left_margin": 28,
               "header_distance": 15, "footer_distance": 23}  # fmt: skip
_LINE = Pt(29)  # 22 lines in 225 mm
_HIGHEST_PICTURE = Mm(180)
_MANY_COLUMNS = 6
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BODY, _TITLE, _HEI, _KAI, _SONG = "仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312", "宋体"
_LATIN = "Times New Roman"
# What stands in for a typeface on a machine without it.
_INSTEAD = {_BODY: "FangSong", _TITLE: "SimSun", _KAI: "KaiTi", _HEI: "SimHei", _SONG: "SimSun"}
# What an office's template must define.
NEEDED_STYLES = ("Title", "Heading 1", "Heading 2", "Heading 3")
_CENTRE, _LEFT, _BOTH = (
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """How paragraphs of a style look: typeface of Chinese, size in points, and how they are set."""

    name: str
    face: str
    points: float
    is_bold: bool = False
    align: WD_ALIGN_PARAGRAPH | None = None
    is_text: bool = False  # lines as far apart as the standard says, two characters indented
    keeps_next: bool = False
    after: float = 0.0


_STANDARD = (
    _Look(name="Normal", face=_BODY, points=16, align=_BOTH, is_text=True),
    _Look(name="Title", face=_TITLE, points=22, align=_CENTRE, after=29),
    _Look(name="Heading 1", face=_HEI, points=16, is_text=True, keeps_next=True),
    _Look(name="Heading 2", face=_KAI, points=16, is_text=True, keeps_next=True),
    _Look(name="Heading 3", face=_BODY, points=16, is_bold=True, is_text=True, keeps_next=True),
    _Look(name="Footer", face=_SONG, points=14),
)
# Added where a template lacks them.
_ADDED = (
    _Look(name="Caption", face=_BODY, points=12, align=_CENTRE, keeps_next=True),
    _Look(name="Picture", face=_BODY, points=12, align=_CENTRE, keeps_next=True),
    _Look(name="Table Cell", face=_BODY, points=10.5, align=_LEFT),
    _Look(name="Small Table Cell", face=_BODY, points=9, align=_LEFT),
)


@dataclass(frozen=True, slots=True)
class Run:
    """Words in one look; a line feed in them is a line break."""

    words: str
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell of a table; numbers stand right."""

    runs: tuple[Run, ...]
    is_number: bool = False

    @property
    def words(self) -> str:
        """The words of the cell."""
        return "".join(run.words for run in self.runs)


class WordDocument:
    """A document that is written from its first part to its last; `lang` is `en` or `zh`.

    With a template, what that holds stands first, and its styles and margins count. Raise
    BadTemplate where it cannot be read or lacks a style.
    """

    def __init__(self, title: str, lang: str, template: Path | None = None) -> None:
        self._opened = Document() if template is None else _template(template)
        if template is None:
            _standard(self._opened, lang)
        for look in _ADDED:
            is_missing = look.name not in self._opened.styles
            if is_missing:
                self._opened.styles.add_style(look.name, WD_STYLE_TYPE.PARAGRAPH)
            if is_missing or template is None:
                _set(self._opened, look, has_face=template is None)
        about = self._opened.core_properties
        about.title, about.language = _clean(title), "zh-CN" if lang == "zh" else "en-GB"
        if template is None:
            about.author = about.comments = ""

    def heading(self, level: int, words: str) -> None:
        """Add the title of the document, level 0, or a heading of a level from 1 to 3."""
        self.paragraph([Run(words)], "Title" if level == 0 else f"Heading {min(level, 3)}")

    def paragraph(self, runs: Sequence[Run], style: str = "Normal") -> None:
        """Add a paragraph."""
        _write(self._opened.add_paragraph(style=style), runs)

    def table(self, rows: Sequence[Sequence[TableCell]], n_heads: int, words: str) -> None:
        """Add a table whose first rows are repeated on each page; `words` say what it shows."""
        if not rows:
            return
        n_columns = max(map(len, rows))
        filled = [[*row, *[TableCell(())] * (n_columns - len(row))] for row in rows]
        widths = _widths(filled, self._text_width)
        style = "Small Table Cell" if n_columns > _MANY_COLUMNS else "Table Cell"
        table = self._opened.add_table(0, n_columns)
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        _border(table._tbl.tblPr, words)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        for place, row in enumerate(filled):
            added = table.add_row()
            rule = added._tr.get_or_add_trPr()
            rule.append(OxmlElement("w:cantSplit"))
            if place < n_heads:
                rule.append(OxmlElement("w:tblHeader"))
            for cell, words_of, width in zip(added.cells, row, widths, strict=True):
                cell.width = width
                _fill(cell, words_of, style, is_head=place < n_heads)
        self._opened.add_paragraph(style="Table Cell")

    def picture(self, png: bytes, width_mm: float, height_mm: float, words: str) -> None:
        """Add a picture, no larger than the text area, with its words as alternative text."""
        width, height = Mm(width_mm), Mm(height_mm)
        shrink = min(1.0, self._text_width / width, _HIGHEST_PICTURE / height)
        run = self._opened.add_paragraph(style="Picture").add_run()
        size = (Emu(round(side * shrink)) for side in (width, height))
        shape = run.add_picture(io.BytesIO(png), *size)
        shape._inline.docPr.set("descr", _clean(words))

    def file(self) -> bytes:
        """Return the document as a file: the same parts give the same bytes."""
        saved, packed = io.BytesIO(), io.BytesIO()
        self._opened.save(saved)
        with zipfile.ZipFile(saved) as source, zipfile.ZipFile(packed, "w") as archive:
            for name in source.namelist():
                part = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                archive.writestr(part, source.read(name), zipfile.ZIP_DEFLATED)
        return packed.getvalue()

    @property
    def _text_width(self) -> int:
        section = self._opened.sections[-1]
        sides = (section.left_margin or 0) + (section.right_margin or 0)
        return int((section.page_width or Mm(_PAGE_MM[0])) - sides)


def _template(path: Path) -> Opened:
    """Return an office's template, opened."""
    try:
        opened = Document(str(path))
        names = {style.name for style in opened.styles if style.type is WD_STYLE_TYPE.PARAGRAPH}
    except Exception as error:  # what reads it raises errors of zip, of XML and of its own
        raise BadTemplate(
            str(path), "cannot be read as a Word document (save it as .docx)"
        ) from error
    missing = [name for name in NEEDED_STYLES if name not in names]
    if missing:
        listed = ", ".join(f"'{name}'" for name in missing)
        needed = ", ".join(f"'{name}'" for name in NEEDED_STYLES)
        raise BadTemplate(str(path), f"lacks the paragraph styles {listed}; needed: {needed}")
    return opened


def _standard(opened: Opened, lang: str) -> None:
    """Set page, typefaces and page numbers as the standard has them."""
    section = opened.sections[0]
    section.page_width, section.page_height = (Mm(side) for side in _PAGE_MM)
    for side, mm in _MARGINS_MM.items():
        setattr(section, side, Mm(mm))
    for look in _STANDARD:
        _set(opened, look, has_face=True)
    if lang == "en":
        opened.styles["Normal"].paragraph_format.alignment = _LEFT
    opened.settings.odd_and_even_pages_header_footer = True
    _number_pages(section)
    (fonts,) = (
        part for part in opened.part.package.iter_parts() if part.partname == "/word/fontTable.xml"
    )
    fonts._blob = _fonts()


def _set(opened: Opened, look: _Look, *, has_face: bool) -> None:
    """Set the look of a style; the typeface is left as it comes where the template has its own."""
    style: ParagraphStyle = opened.styles[look.name]
    if look.name != "Normal":
        style.base_style = opened.styles["Normal"]
    if has_face:
        style.font.name = _LATIN
        faces = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            faces.attrib.pop(qn(f"w:{kind}"), None)
        faces.set(qn("w:eastAsia"), look.face)
        faces.set(qn("w:cs"), _LATIN)
    style.font.size, style.font.bold = Pt(look.points), look.is_bold
    style.font.italic, style.font.color.rgb = False, None
    style.element.get_or_add_rPr()._remove_color()
    setting = style.paragraph_format
    _drop_border(style)
    if look.is_text:
        setting.line_spacing, setting.line_spacing_rule = _LINE, WD_LINE_SPACING.EXACTLY
    else:
        setting.line_spacing = 1.0
    setting.first_line_indent = Pt(2 * look.points) if look.is_text else Pt(0)
    indent = style.element.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:firstLineChars"), "200" if look.is_text else "0")
    setting.space_before, setting.space_after = Pt(0), Pt(look.after)
    setting.keep_with_next, setting.alignment = look.keeps_next, look.align


def _drop_border(style: ParagraphStyle) -> None:
    """Take out the line below a title that the empty document has."""
    settings = style.element.get_or_add_pPr()
    for border in settings.findall(qn("w:pBdr")):
        settings.remove(border)


def _number_pages(section: Section) -> None:
    """Put page numbers between dashes, one character from the outer margin."""
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        _number(footer, side)


def _number(footer: _Footer, side: str) -> None:
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.style = "Footer"
    setting = paragraph.paragraph_format
    setting.alignment = getattr(WD_ALIGN_PARAGRAPH, side.upper())
    setattr(setting, f"{side}_indent", Pt(14))
    paragraph.add_run("— ")
    for kind in ("begin", "PAGE", "separate", "1", "end"):
        run = paragraph.add_run()
        if kind == "PAGE":
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = " PAGE "
            run._r.append(code)
        elif kind == "1":
            run.text = kind
        else:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
    paragraph.add_run(" —")


def _write(paragraph: Paragraph, runs: Sequence[Run]) -> None:
    for run in runs:
        added = paragraph.add_run(_clean(run.words))
        if run.is_bold:
            added.bold = True


def _fill(cell: _Cell, content: TableCell, style: str, *, is_head: bool) -> None:
    cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    paragraph = cell.paragraphs[0]
    paragraph.style = style
    if content.is_number:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    runs = [Run(run.words, is_bold=True) for run in content.runs] if is_head else content.runs
    _write(paragraph, runs)


def _border(rules: BaseOxmlElement, words: str) -> None:
    """Draw the lines of a table and add the words that say what it shows."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "808080")):
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
    layout = rules.find(qn("w:tblLayout"))
    rules.insert(len(rules) if layout is None else rules.index(layout), borders)
    caption = OxmlElement("w:tblCaption")
    caption.set(qn("w:val"), _clean(words))
    rules.append(caption)


def _widths(rows: Sequence[Sequence[TableCell]], whole: int) -> list[Emu]:
    """Return the widths of columns, by the longest word and by how much stands in them."""
    longest = [max(_length(cell.words) for cell in column) for column in zip(*rows, strict=True)]
    needs = [min(40.0, max(6.0, length)) ** 0.75 for length in longest]
    return [Emu(int(whole * need / sum(needs))) for need in needs]


def _length(words: str) -> float:
    """Return the length of the longest line; a Chinese character is as wide as two letters."""
    return max(sum(2.0 if char > "\u2e7f" else 1.0 for char in line) for line in words.split("\n"))


def _clean(words: str) -> str:
    return _NOT_IN_XML.sub(" ", words)


def _fonts() -> bytes:
    """Return the part of the document that says what stands in for a missing typeface."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{instead}"/></w:font>'
        for name, instead in _INSTEAD.items()
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return f'{head}\n<w:fonts xmlns:w="{space}">{fonts}</w:fonts>'.encode()
