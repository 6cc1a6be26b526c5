"""A page brings the glyphs of its Chinese, so that it can be read where no such font is."""

import base64
import io
import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from forecast.publishing.formats import with_chinese

FACE = re.compile(
    r'font-family: "Report Chinese"; [^()]+ src: url\("data:font/woff;base64,([^"]+)"\)'
)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FORECAST_CACHE", str(tmp_path))
    return tmp_path / "glyphs"


def page(body: str) -> str:
    return f"<html><head></head><body>{body}</body></html>"


def drawn(made: str) -> set[str]:
    """Return the characters of which a page brings the glyphs."""
    found = FACE.search(made)
    assert found is not None
    return set(map(chr, TTFont(io.BytesIO(base64.b64decode(found[1]))).getBestCmap()))


def test_a_page_brings_every_chinese_sign_on_it_and_no_other():
    body = "福田区2019年：社会消费品零售总额（亿元）、GDP 7.1%"
    made = with_chinese(page(body))
    assert drawn(made) == {c for c in body if ord(c) >= 0x2E80}
    assert made.endswith(page(body).partition("</head>")[2])


def test_a_page_without_chinese_is_as_it_was(cache: Path):
    assert with_chinese(page("retail sales, 7.1 % “so far”")) == page(
        "retail sales, 7.1 % “so far”"
    )
    assert not cache.exists()


def test_what_was_cut_once_is_kept_and_the_same(cache: Path):
    first = with_chinese(page("目标"))
    kept = list(cache.iterdir())
    assert with_chinese(page("标目<b>目</b>")).startswith(first.partition("</head>")[0])
    assert list(cache.iterdir()) == kept
    kept[0].unlink()
    assert with_chinese(page("目标")) == first
