"""A document for Word by GB/T 9704-2012, written as the parts of an Office Open XML package.

The standard sets A4, a text area of 156 by 225 mm, the typefaces, 22 lines a page, and page numbers
between dashes, right on odd pages and left on even ones.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

_MM, _POINT, _EMU_A_MM = 56.7, 20, 36_000  # twentieths of a point in a millimetre and in a point
TEXT_WIDTH_MM, TEXT_HEIGHT_MM = 156.0, 225.0
_MARGINS_MM = {"top": 37, "right": 26, "bottom": 35, "left": 28, "header": 15, "footer": 23}
_LINE_POINTS = 29  # 22 lines in 225 mm
_WIDEST_PICTURE_MM, _HIGHEST_PICTURE_MM = TEXT_WIDTH_MM, 180.0
_MANY_COLUMNS = 6
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAMESPACES = " ".join(
    f'xmlns:{prefix}="http://schemas.openxmlformats.org/{path}"'
    for prefix, path in (
        ("w", "wordprocessingml/2006/main"),
        ("r", "officeDocument/2006/relationships"),
        ("wp", "drawingml/2006/wordprocessingDrawing"),
        ("a", "drawingml/2006/main"),
        ("pic", "drawingml/2006/picture"),
    )
)
# Style, typeface of Chinese, size in points, bold, and how its paragraphs are set.
_BODY, _TITLE, _HEI, _KAI, _SONG = "仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312", "宋体"
_INDENT = '<w:ind w:firstLineChars="200" w:firstLine="640"/>'
_LEVEL = '<w:keepNext/><w:outlineLvl w:val="{}"/>'
_STYLES = (
    ("Normal", "Normal", _BODY, 16.0, False, '<w:jc w:val="both"/>' + _INDENT),
    ("Title", "Title", _TITLE, 22.0, False, '<w:spacing w:after="580"/><w:jc w:val="center"/>'),
    ("Heading1", "heading 1", _HEI, 16.0, False, _LEVEL.format(0) + _INDENT),
    ("Heading2", "heading 2", _KAI, 16.0, False, _LEVEL.format(1) + _INDENT),
    ("Heading3", "heading 3", _BODY, 16.0, True, _LEVEL.format(2) + _INDENT),
    ("Caption", "caption", _BODY, 12.0, False, '<w:keepNext/><w:jc w:val="center"/>'),
    ("Picture", "Picture", _BODY, 12.0, False, '<w:keepNext/><w:jc w:val="center"/>'),
    ("Cell", "Table Cell", _BODY, 10.5, False, '<w:jc w:val="left"/>'),
    ("SmallCell", "Small Table Cell", _BODY, 9.0, False, '<w:jc w:val="left"/>'),
    ("Footer", "footer", _SONG, 14.0, False, ""),
)  # fmt: skip
_EXACT = {"Normal", "Title", "Heading1", "Heading2", "Heading3"}
# What stands in for a typeface on a machine without it.
_INSTEAD = {_BODY: "FangSong", _TITLE: "SimSun", _KAI: "KaiTi", _HEI: "SimHei", _SONG: "SimSun"}


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


@dataclass(slots=True)
class WordDocument:
    """A document that is written from its first part to its last; `lang` is `en` or `zh`."""

    title: str
    lang: str
    _body: list[str] = field(default_factory=list)
    _pictures: list[bytes] = field(default_factory=list)

    def heading(self, level: int, words: str) -> None:
        """Add the title of the document, level 0, or a heading of a level from 1 to 3."""
        style = "Title" if level == 0 else f"Heading{min(level, 3)}"
        self._body.append(_paragraph(style, [Run(words)]))

    def paragraph(self, runs: Sequence[Run], style: str = "Normal") -> None:
        """Add a paragraph."""
        self._body.append(_paragraph(style, runs))

    def table(self, rows: Sequence[Sequence[TableCell]], n_heads: int, words: str) -> None:
        """Add a table whose first rows are repeated on each page; `words` say what it shows."""
        if not rows:
            return
        n_columns = max(map(len, rows))
        filled = [[*row, *[TableCell(())] * (n_columns - len(row))] for row in rows]
        widths = _widths(filled)
        style = "SmallCell" if n_columns > _MANY_COLUMNS else "Cell"
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        lines = "".join(
            _row(row, widths, style, is_head=place < n_heads) for place, row in enumerate(filled)
        )
        borders = "".join(
            f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="808080"/>'
            for side in ("top", "left", "bottom", "right", "insideH", "insideV")
        )
        self._body.append(
            f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
            f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/>'
            f"<w:tblCaption w:val={_attribute(words)}/></w:tblPr>"
            f"<w:tblGrid>{grid}</w:tblGrid>{lines}</w:tbl>" + _paragraph("Cell", [])
        )

    def picture(self, png: bytes, width_mm: float, height_mm: float, words: str) -> None:
        """Add a picture, no larger than the text area, with its words as alternative text."""
        shrink = min(1.0, _WIDEST_PICTURE_MM / width_mm, _HIGHEST_PICTURE_MM / height_mm)
        cx, cy = (round(size * shrink * _EMU_A_MM) for size in (width_mm, height_mm))
        self._pictures.append(png)
        n, alt = len(self._pictures), _attribute(words)
        extent = f'cx="{cx}" cy="{cy}"'
        self._body.append(
            '<w:p><w:pPr><w:pStyle w:val="Picture"/></w:pPr><w:r><w:drawing>'
            f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {extent}/>'
            f'<wp:docPr id="{n}" name="picture {n}" descr={alt}/><a:graphic>'
            '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
            f'<pic:pic><pic:nvPicPr><pic:cNvPr id="{n}" name="picture{n}.png" descr={alt}/>'
            f'<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="rIdPicture{n}"/>'
            "<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>"
            f'<a:off x="0" y="0"/><a:ext {extent}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
            "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline>"
            "</w:drawing></w:r></w:p>"
        )

    def file(self) -> bytes:
        """Return the document as a file: the same parts give the same bytes."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self._parts():
                archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
        return packed.getvalue()

    def _parts(self) -> Iterable[tuple[str, bytes | str]]:
        """Yield the parts of the package by name."""
        n = len(self._pictures)
        yield "[Content_Types].xml", _content_types()
        yield "_rels/.rels", _relations(
            [("rId1", "officeDocument", "word/document.xml"),
             ("rId2", "metadata/core-properties", "docProps/core.xml")]
        )  # fmt: skip
        yield "docProps/core.xml", _core(self.title, self.lang)
        yield (
            "word/document.xml",
            _part("document", f"<w:body>{''.join(self._body)}{_section()}</w:body>"),
        )
        yield "word/styles.xml", _part("styles", _styles(self.lang))
        yield (
            "word/settings.xml",
            _part(
                "settings",
                '<w:evenAndOddHeaders/><w:characterSpacingControl w:val="doNotCompress"/>',
            ),
        )
        yield "word/fontTable.xml", _part("fonts", _fonts())
        yield "word/footer1.xml", _part("ftr", _page_number("right"))
        yield "word/footer2.xml", _part("ftr", _page_number("left"))
        pictures = [(f"rIdPicture{i}", "image", f"media/picture{i}.png") for i in range(1, n + 1)]
        yield "word/_rels/document.xml.rels", _relations(
            [("rIdStyles", "styles", "styles.xml"), ("rIdSettings", "settings", "settings.xml"),
             ("rIdFonts", "fontTable", "fontTable.xml"), ("rIdOdd", "footer", "footer1.xml"),
             ("rIdEven", "footer", "footer2.xml"), *pictures]
        )  # fmt: skip
        for i, png in enumerate(self._pictures, start=1):
            yield f"word/media/picture{i}.png", png


def _attribute(words: str) -> str:
    return quoteattr(_NOT_IN_XML.sub(" ", words))


def _part(name: str, content: str) -> str:
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return f"{head}\n<w:{name} {_NAMESPACES}>{content}</w:{name}>"


def _paragraph(style: str, runs: Iterable[Run], more: str = "") -> str:
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{more}</w:pPr>'
        f"{''.join(_run(run) for run in runs)}</w:p>"
    )


def _run(run: Run) -> str:
    look = "<w:rPr><w:b/></w:rPr>" if run.is_bold else ""
    lines = escape(_NOT_IN_XML.sub(" ", run.words)).split("\n")
    words = "<w:br/>".join(f'<w:t xml:space="preserve">{line}</w:t>' for line in lines)
    return f"<w:r>{look}{words}</w:r>"


def _row(row: Sequence[TableCell], widths: Sequence[int], style: str, *, is_head: bool) -> str:
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        + _paragraph(style, _bold(cell.runs) if is_head else cell.runs, _side(cell))
        + "</w:tc>"
        for cell, width in zip(row, widths, strict=True)
    )
    head = "<w:tblHeader/>" if is_head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{head}</w:trPr>{cells}</w:tr>"


def _side(cell: TableCell) -> str:
    return '<w:jc w:val="right"/>' if cell.is_number else ""


def _bold(runs: Iterable[Run]) -> list[Run]:
    return [Run(run.words, is_bold=True) for run in runs]


def _widths(rows: Sequence[Sequence[TableCell]]) -> list[int]:
    """Return the widths of columns, by the longest word and by how much stands in them."""
    whole = round(TEXT_WIDTH_MM * _MM)
    longest = [max(_length(cell.words) for cell in column) for column in zip(*rows, strict=True)]
    needs = [min(40.0, max(6.0, length)) ** 0.75 for length in longest]
    widths = [int(whole * need / sum(needs)) for need in needs]
    return [*widths[:-1], whole - sum(widths[:-1])]


def _length(words: str) -> float:
    """Return the length of the longest line; a Chinese character is as wide as two letters."""
    return max(sum(2.0 if char > "\u2e7f" else 1.0 for char in line) for line in words.split("\n"))


def _section() -> str:
    margins = " ".join(f'w:{side}="{round(mm * _MM)}"' for side, mm in _MARGINS_MM.items())
    return (
        '<w:sectPr><w:footerReference w:type="default" r:id="rIdOdd"/>'
        '<w:footerReference w:type="even" r:id="rIdEven"/><w:pgSz w:w="11906" w:h="16838"/>'
        f'<w:pgMar {margins} w:gutter="0"/><w:pgNumType w:start="1"/>'
        f'<w:docGrid w:type="lines" w:linePitch="{_LINE_POINTS * _POINT}"/></w:sectPr>'
    )


def _page_number(side: str) -> str:
    """Return a page number between dashes, one character from the outer margin."""
    begin, code, end = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>',
        '<w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>',
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
    )
    dash = '<w:r><w:t xml:space="preserve">{}</w:t></w:r>'
    return (
        f'<w:p><w:pPr><w:pStyle w:val="Footer"/><w:ind w:{side}Chars="100" w:{side}="280"/>'
        f'<w:jc w:val="{side}"/></w:pPr>{dash.format("— ")}{begin}{code}{end}'
        f"{dash.format(' —')}</w:p>"
    )


def _styles(lang: str) -> str:
    language = '<w:lang w:val="en-GB" w:eastAsia="zh-CN"/>'
    defaults = (
        f"<w:docDefaults><w:rPrDefault><w:rPr>{_typeface(_BODY)}{language}</w:rPr></w:rPrDefault>"
        "</w:docDefaults>"
    )
    return defaults + "".join(_style(*style, lang) for style in _STYLES)


def _style(
    key: str, name: str, face: str, points: float, is_bold: bool, setting: str, lang: str
) -> str:
    is_default = key == "Normal"
    default = ' w:default="1"' if is_default else ""
    based = "" if is_default else '<w:basedOn w:val="Normal"/>'
    size, bold = round(2 * points), "<w:b/>" if is_bold else '<w:b w:val="0"/>'
    return (
        f'<w:style w:type="paragraph" w:styleId="{key}"{default}><w:name w:val="{name}"/>{based}'
        f"<w:qFormat/><w:pPr>{_set(key, setting, lang)}</w:pPr><w:rPr>{_typeface(face)}{bold}"
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>'
    )


def _set(key: str, setting: str, lang: str) -> str:
    """Return the settings of a style's paragraphs, in the order that the format asks for."""
    rule = f'w:line="{_LINE_POINTS * _POINT}" w:lineRule="exact"' if key in _EXACT else (
        'w:line="240" w:lineRule="auto"'
    )  # fmt: skip
    after = re.search(r'w:after="(\d+)"', setting)
    spacing = f'<w:spacing w:after="{after[1] if after else 0}" {rule}/>'
    keep = "<w:keepNext/>" if "keepNext" in setting else ""
    indent = _INDENT if _INDENT in setting else '<w:ind w:firstLineChars="0" w:firstLine="0"/>'
    side = re.search(r'<w:jc w:val="\w+"/>', setting)
    level = re.search(r'<w:outlineLvl w:val="\d"/>', setting)
    align = '<w:jc w:val="left"/>' if lang == "en" and key == "Normal" else side[0] if side else ""
    return keep + spacing + indent + align + (level[0] if level else "")


def _typeface(chinese: str) -> str:
    latin = 'w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman"'
    return f'<w:rFonts {latin} w:eastAsia="{chinese}"/>'


def _fonts() -> str:
    return "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{instead}"/></w:font>'
        for name, instead in _INSTEAD.items()
    )


def _content_types() -> str:
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    parts = {
        "document": "document.main", "styles": "styles", "settings": "settings",
        "fontTable": "fontTable", "footer1": "footer", "footer2": "footer",
    }  # fmt: skip
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{kind}.{what}+xml"/>'
        for name, what in parts.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="png" ContentType="image/png"/>'
        '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        f"{overrides}</Types>"
    )


def _relations(targets: Iterable[tuple[str, str, str]]) -> str:
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    lines = "".join(
        f'<Relationship Id="{key}" Type="{package if "/" in kind else office}/{kind}" '
        f'Target="{target}"/>'
        for key, kind, target in targets
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<Relationships xmlns="{package}">{lines}</Relationships>'
    )


def _core(title: str, lang: str) -> str:
    language = "zh-CN" if lang == "zh" else "en-GB"
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
        'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(_NOT_IN_XML.sub(' ', title))}</dc:title>"
        f"<dc:language>{language}</dc:language></cp:coreProperties>"
    )
