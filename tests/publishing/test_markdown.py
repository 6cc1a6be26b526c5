"""Markdown holds the words of a page, in its order, and nothing that a mail cannot show."""

import re
from html import escape, unescape

import mistune  # comes with nbconvert
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt  # comes with rich
from rich.cells import cell_len

from forecast.publishing.formats import markdown_of

READERS = {
    "mistune": mistune.create_markdown(
        escape=False, plugins=["strikethrough", "table", "footnotes", "task_lists"]
    ),
    "markdown-it": MarkdownIt("commonmark").enable(["table", "strikethrough"]).render,
}
MARKS = "<>|`*_~[](){}!#+-=.:;&\\\"'$^/1ax \n\u2028"
EVERYWHERE = """
<h2>{0}</h2><p>{0}</p><ul><li>{0}</li><li>{0}</li></ul><dl><dt>{0}</dt><dd>{0}</dd></dl>
<details><summary>{0}</summary></details>
<table><caption>{0}</caption><tr><th>{0}</th><th>b</th></tr><tr><td>{0}</td><td>c</td></tr></table>
"""
ELEMENTS = ["h2", "ul", "li", "li", "li", "strong", "table", "thead", "tr", "th", "th", "tbody"]
ELEMENTS += ["tr", "td", "td"]
WRITTEN = 10  # times that it says so


def body(html: str) -> str:
    return f"<html><head><title>no</title><style>p {{}}</style></head><body>{html}</body></html>"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<h1>Why?</h1><p>So  it\n is.</p>", "# Why?\n\nSo it is.\n"),
        ("<ul><li>one</li><li>two <b>times</b></li></ul>", "- one\n- two times\n"),
        ("<figure><img src='x' alt='a'><figcaption>Said</figcaption></figure>", "a\n\nSaid\n"),
        ("<dl><dt>Seed</dt><dd>7</dd><dt>Paths</dt><dd>9</dd></dl>", "- Seed: 7\n- Paths: 9\n"),
        ("<p>&lt; 1 % of 5 * _3_4</p>", "< 1 % of 5 \\* \\_3_4\n"),
        ("<p>&lt;b&gt; [x](http://y) ![z]</p>", "&lt;b> [x]\\(http://y) !\\[z]\n"),
        ("<p>1. of May</p><h2>No. #</h2>", "1\\. of May\n\n## No. \\#\n"),
        ("<p>6~7 &amp;lt; 8~9</p>", "6\\~7 &amp;lt; 8~9\n"),
        ("<p># not a heading</p><p>- nor a list</p>", "\\# not a heading\n\n\\- nor a list\n"),
        ("<p>7.2 % [6.4, 8.0]</p>", "7.2 % [6.4, 8.0]\n"),
        ("<p><svg><text>no</text></svg>lamp</p>", "lamp\n"),
        (
            "<table><caption>Now</caption><tr><th>a</th></tr><tr><td></td></tr><tr><td>"
            "<img src='data:image/png;base64,iVBORw0KGgo=' alt='drawn'>7 %"
            "<small class='beside'>up</small><small>1 pp</small></td></tr></table><p>So.</p>",
            "Now\n\n| a            |\n| ------------ |\n| 7 % up; 1 pp |\n\nSo.\n",
        ),
        (
            "<details><summary>More</summary><img src='data:image/png;base64,iVBORw0KGgo=' "
            "alt='A chart of 2 * 3.'></details>",
            "**More**\n\nA chart of 2 \\* 3.\n",
        ),
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


@pytest.mark.parametrize("reader", READERS)
@given(
    said=st.text(MARKS, min_size=1, max_size=14)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
@example(said="<script>alert(1)</script>")
@example(said="[x](javascript:alert(1))")
@example(said="a | `b|c` | d")
@example(said="&lt;img src=x onerror=alert(1)&gt;")
def test_no_reader_of_markdown_finds_a_mark_in_a_text(reader: str, said: str):
    page = READERS[reader](markdown_of(body(EVERYWHERE.format(escape(said)))))
    elements = re.findall(r"<([a-z]\w*)", page)
    assert [one for one in elements if one != "p"] == ELEMENTS
    assert unescape(re.sub(r"<[^>]*>", "\n", page)).count(said) >= WRITTEN
