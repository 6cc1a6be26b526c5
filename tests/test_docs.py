"""The documents show pictures that are there, and the folder holds none that no document shows."""

import re
from pathlib import Path

PROJECT = Path(__file__).parents[1]
IMAGES = PROJECT / "docs" / "images"
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]


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
