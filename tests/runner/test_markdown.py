"""Markdown holds the words of a page, in its order, and nothing that a mail cannot show."""

import pytest
from rich.cells import cell_len

from forecast.runner.markdown import markdown_of


def body(html: str) -> str:
    return f"<html><head><title>no</title><style>p {{}}</style></head><body>{html}</body></html>"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<h1>Why?</h1><p>So  it\n is.</p>", "# Why?\n\nSo it is.\n"),
        ("<ul><li>one</li><li>two <b>times</b></li></ul>", "- one\n- two times\n"),
        ("<figure><img src='x' alt='a'><figcaption>Said</figcaption></figure>", "Said\n"),
        ("<dl><dt>Seed</dt><dd>7</dd><dt>Paths</dt><dd>9</dd></dl>", "- Seed: 7\n- Paths: 9\n"),
        ("<p>&lt; 1 % of 5 * 3_4</p>", "< 1 % of 5 \\* 3\\_4\n"),
        ("<p>&lt;b&gt; [x](http://y) ![z]</p>", "\\<b> [x]\\(http://y) !\\[z]\n"),
        ("<p># not a heading</p><p>- nor a list</p>", "\\# not a heading\n\n\\- nor a list\n"),
        ("<p>7.2 % [6.4, 8.0]</p>", "7.2 % [6.4, 8.0]\n"),
        ("<p><svg><text>no</text></svg>lamp</p>", "lamp\n"),
    ],
)
def test_words_stay_and_marks_are_text(html: str, text: str):
    assert markdown_of(body(html)) == text


def test_a_table_keeps_its_rows_and_columns():
    rows = "<tr><th>灯</th><th>Growth</th></tr><tr><td>绿灯</td><td>7 %<small>a|b</small></td></tr>"
    said = markdown_of(body(f"<table><caption>Now</caption>{rows}</table>"))
    caption, _, *lines = said.rstrip("\n").split("\n")
    assert caption == "Now"
    assert lines == ["| 灯   | Growth    |", "| ---- | --------- |", "| 绿灯 | 7 %; a\\|b |"]
    assert len({cell_len(line) for line in lines}) == 1
