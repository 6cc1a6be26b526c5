"""The documents: their pictures and links, and every block of code, to the letter.

What takes long, the commands run one after the other in an empty folder, is in
`tests/soak/test_docs_commands.py`.
"""

import csv
import json
import re
import tomllib
from pathlib import Path

import pytest

from documents import (
    DIRECTIVES,
    LANGUAGES,
    NOTES,
    PROJECT,
    Block,
    blocks,
    pages,
    run_examples,
    unknown_options,
)

IMAGES = PROJECT / "docs" / "images"
PAGES = pages()
BLOCKS = [block for page in PAGES for block in blocks(page)]
WITHOUT_DATA = [PROJECT / "docs" / "your-own-models.md"]
WITH_DATA = [
    page
    for page in PAGES
    if page not in WITHOUT_DATA and page.name != "importing.md"
    if any(block.language == "python" for block in blocks(page))
]


def of_language(*languages: str) -> list[Block]:
    return [block for block in BLOCKS if block.language in languages]


def _shown() -> set[Path]:
    return {
        (page.parent / place).resolve()
        for page in PAGES
        for place in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    }


def test_every_picture_that_is_shown_is_there_and_every_one_there_is_shown():
    assert _shown() == set(IMAGES.glob("*.png"))


def test_no_picture_is_large():
    assert {p.name for p in IMAGES.iterdir() if p.stat().st_size > 300_000} == set()


def test_links_between_documents_lead_somewhere():
    for page in PAGES:
        for place in re.findall(r"(?<!!)\[[^\]]+\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / place).exists(), f"{page.name}: {place}"


def test_every_block_names_its_language_and_every_note_is_one_that_is_known():
    faults = [b.name for b in BLOCKS if b.language not in LANGUAGES | DIRECTIVES]
    faults += [f"{b.name} {kind}" for b in BLOCKS for kind, _ in b.notes if kind not in NOTES]
    assert faults == []


def test_data_in_documents_can_be_read():
    for block in of_language("toml"):
        tomllib.loads(block.text)
    for block in of_language("json"):
        for line in block.text.splitlines():
            json.loads(line)
    for block in of_language("csv"):
        if block.note("write") is None:  # else the command that reads it says more
            header, *rows = csv.reader(block.text.splitlines())
            assert all(len(row) == len(header) for row in rows), block.name


def test_python_in_documents_is_python():
    for block in of_language("python"):
        compile(block.text, block.name, "exec")


def test_commands_in_documents_exist_with_their_options():
    shown = [c for b in of_language("sh", "powershell", "console") for c in b.commands]
    shown = [c.removeprefix("$ ") for c in shown]
    shown += [c for b in BLOCKS for kind, c in b.notes if kind == "before"]
    inline = [
        c
        for page in PAGES
        for c in re.findall(r"`(forecast [a-z][^`]*)`", page.read_text(encoding="utf-8"))
        if "..." not in c
    ]
    faults = [
        f"{c}: {f}"
        for c in {*shown, *inline}
        if c.startswith("forecast ")
        for f in unknown_options(c)
    ]
    assert faults == []
    assert len(shown) > 60


def test_what_is_not_run_says_which_test_runs_it_instead():
    named = [
        (block.name, place)
        for block in BLOCKS
        for place in re.findall(r"tests/\S+\.py", block.note("not run") or "")
    ]
    assert [pair for pair in named if not (PROJECT / pair[1]).is_file()] == []
    assert named


def test_every_kind_of_fault_names_the_test_that_holds_it():
    text = (PROJECT / "docs" / "maintenance.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \d+ \| ([^|]+) \| [^|]+ \| `([^`]+)::([^`]+)` \|$", text, re.MULTILINE)
    assert len({fault for fault, *_ in rows}) == len(rows) >= 60
    for fault, place, name in rows:
        source = (PROJECT / "tests" / place).read_text(encoding="utf-8")
        assert f"\ndef {name}(" in source, fault


@pytest.mark.parametrize("page", WITHOUT_DATA, ids=lambda page: page.stem)
def test_examples_print_what_the_page_says(page: Path, request: pytest.FixtureRequest):
    is_update = request.config.getoption("--update-golden")
    assert run_examples(page, is_update=is_update) == []


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_DATA, ids=lambda page: page.stem)
def test_examples_on_real_figures_print_what_the_page_says(
    page: Path, request: pytest.FixtureRequest
):
    is_update = request.config.getoption("--update-golden")
    assert run_examples(page, is_update=is_update) == []
