"""The glyphs of a page, cut out of the font that comes along."""

from __future__ import annotations

import base64
import hashlib
import io
from importlib.metadata import version

from forecast.base.cache import cache_folder, cache_text, cached_text

_FONTS = "pylopdf-fonts-zh-cn"
# Without a range this would be the page's first font where no other is installed, and widths would
# follow a font without Latin letters; with its own heights its letters would exceed their lines.
_BESIDE_OTHERS = "unicode-range: U+2E80-10FFFF; ascent-override: 95%; descent-override: 25%; "
_FIRST_CHINESE = "\u2e80"  # from here on lie the signs and characters that other fonts lack


def with_chinese(page: str) -> str:
    """Return a page with the glyphs of its Chinese, for machines without a Chinese font.

    The page's style prefers the fonts of the reader's machine to this one, `Report Chinese`. The
    subset is cached, because later pages usually hold the same characters.
    """
    chinese = "".join(sorted(c for c in set(page) if c >= _FIRST_CHINESE))
    if not chinese:
        return page
    key = hashlib.sha256(f"{version(_FONTS)} {version('fonttools')} {chinese}".encode())
    cached = cache_folder() / "glyphs" / f"{key.hexdigest()[:32]}.woff.txt"
    font = cached_text(cached)
    if font is None:
        font = _cut(chinese, "woff")
        cache_text(cached, font)
    return _with_style(page, _face("Report Chinese", font, "woff", _BESIDE_OTHERS))


def with_all(page: str, style: str) -> str:
    """Return a page with the glyphs of all its characters as font `Report`, and a style."""
    return _with_style(page, _face("Report", _cut(page, "otf"), "otf") + style)


def _with_style(page: str, style: str) -> str:
    return page.replace("</head>", f"<style>{style}</style>\n</head>", 1)


def _face(family: str, font: str, form: str, more: str = "") -> str:
    source = f'url("data:font/{form};base64,{font}")'
    return f'@font-face {{ font-family: "{family}"; {more}src: {source}; }}\n'


def _cut(text: str, form: str) -> str:
    """Return the font in base64, reduced to the glyphs of a text.

    One glyph may serve a character and a radical of the same shape, and would be copied out of a
    PDF as the radical; the subset maps it to the characters of the text only.
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
