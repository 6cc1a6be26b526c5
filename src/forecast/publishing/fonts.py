"""The glyphs of a page, cut out of the font that comes along."""

from __future__ import annotations

import base64
import hashlib
import io
from importlib.metadata import version

from forecast.base.cache import cache_folder, keep_text, kept_text

_FONTS = "pylopdf-fonts-zh-cn"
# Without a range it would be the page's first font where no other one is there, and widths would
# follow a font without Latin letters; with its own heights its letters would reach out of lines.
_BESIDE_OTHERS = "unicode-range: U+2E80-10FFFF; ascent-override: 95%; descent-override: 25%; "
_FIRST_CHINESE = "\u2e80"  # from here on lie the signs and characters that other fonts lack


def with_chinese(page: str) -> str:
    """Return a page with the glyphs of its Chinese, for readers whose machine has none.

    Its style names the fonts of the reader's machine before this one, `Report Chinese`. The cut is
    kept: pages made again hold the same characters as a rule.
    """
    chinese = "".join(sorted(c for c in set(page) if c >= _FIRST_CHINESE))
    if not chinese:
        return page
    key = hashlib.sha256(f"{version(_FONTS)} {version('fonttools')} {chinese}".encode())
    kept = cache_folder() / "glyphs" / f"{key.hexdigest()[:32]}.woff.txt"
    font = kept_text(kept)
    if font is None:
        font = _cut(chinese, "woff")
        keep_text(kept, font)
    return _with_style(page, _face("Report Chinese", font, "woff", _BESIDE_OTHERS))


def with_all(page: str, style: str) -> str:
    """Return a page with the glyphs of all its characters as `Report`, and a style after them."""
    return _with_style(page, _face("Report", _cut(page, "otf"), "otf") + style)


def _with_style(page: str, style: str) -> str:
    return page.replace("</head>", f"<style>{style}</style>\n</head>", 1)


def _face(family: str, font: str, form: str, more: str = "") -> str:
    source = f'url("data:font/{form};base64,{font}")'
    return f'@font-face {{ font-family: "{family}"; {more}src: {source}; }}\n'


def _cut(text: str, form: str) -> str:
    """Return the font with the glyphs of a text alone, in base64.

    A glyph that stands for a character and for a radical of the same shape would be copied out of
    a PDF as the radical; here only the characters of the text are left.
    """
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont
    from pylopdf_fonts_zh_cn import sans_path

    with TTFont(str(sans_path()), lazy=True, recalcTimestamp=False) as font:
        subsetter = Subsetter(Options(layout_features=["kern"], hinting=False))
        subsetter.populate(text=text)
        subsetter.subset(font)
        font.flavor = None if form == "otf" else form
        file = io.BytesIO()
        font.save(file)
    return base64.b64encode(file.getvalue()).decode("ascii")
