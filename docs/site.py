"""Build the site: `make docs` runs this in .venv-docs. Warnings are errors, and so are dead links.

What is missing is said before anything is built. Afterwards every page is read again: no link
within the site may lead nowhere, and no page may ask the network for a script, a style or a font.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

PROJECT = Path(__file__).parents[1]
SITE = PROJECT / "build" / "site"
BUILDERS = {"sphinx": "sphinx", "myst_parser": "myst-parser", "furo": "furo"}
DOCUMENTED = {  # what the modules import whose names the reference documents
    "matplotlib": "matplotlib",
    "numpy": "numpy",
    "pandas": "pandas",
    "pydantic": "pydantic",
    "scipy": "scipy",
    "statsmodels": "statsmodels",
}
LOADS = {("link", "href"), ("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src")}


def missing_packages() -> list[str]:
    """Return a sentence for each package without which the site cannot be built."""
    lines = [
        f"{package} is not installed; it is in requirements-docs.txt (make docs installs it)"
        for module, package in BUILDERS.items()
        if find_spec(module) is None
    ]
    return lines + [
        f"{package} is not installed; it is in requirements.txt (make setup installs it), and"
        " without it the reference cannot be written"
        for module, package in DOCUMENTED.items()
        if find_spec(module) is None
    ]


@dataclass
class Page(HTMLParser):
    """The anchors of a page, where its links lead, and what it loads from elsewhere."""

    path: Path
    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what a tag names, links to or loads."""
        canonical = ("rel", "canonical") in attrs
        for name, value in attrs:
            if name == "id" and value:
                self.anchors.add(value)
            if not value or canonical:
                continue
            if (tag, name) == ("a", "href"):
                self.links.append(value)
            elif (tag, name) in LOADS:
                self.loads.append(value)


def dead_links(pages: dict[Path, Page]) -> Iterator[str]:
    """Yield a sentence for each link within the site that leads nowhere."""
    for page in pages.values():
        for link in page.links + page.loads:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            aim = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path
            name = page.path.relative_to(SITE)
            if not aim.exists():
                yield f"{name}: {link} leads to a file that is not there"
            elif parts.fragment and aim in pages and parts.fragment not in pages[aim].anchors:
                yield f"{name}: {link} leads to an anchor that is not there"


def requests(pages: dict[Path, Page]) -> Iterator[str]:
    """Yield a sentence for whatever a page or a style would load from the network."""
    for page in pages.values():
        for load in page.loads:
            if urlsplit(load).netloc:
                yield f"{page.path.relative_to(SITE)}: loads {load} from the network"
    for style in SITE.rglob("*.css"):
        text = style.read_text(encoding="utf-8")
        if "url(http" in text or "url(//" in text or "@import" in text:
            yield f"{style.relative_to(SITE)}: loads from the network"


def main() -> int:
    """Build the site; return 0, or 1 after a sentence for each fault."""
    if missing := missing_packages():
        print("\n".join(["The site cannot be built:", *missing]), file=sys.stderr)
        return 1
    from sphinx.cmd.build import main as build

    places = [str(PROJECT), str(SITE)]
    if build(["-c", str(PROJECT / "docs"), "-b", "html", "-q", "-W", "--keep-going", *places]):
        return 1
    pages = {path.resolve(): Page(path.resolve()) for path in sorted(SITE.rglob("*.html"))}
    faults = sorted({*dead_links(pages), *requests(pages)})
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(pages)} pages: {(SITE / 'index.html').relative_to(PROJECT)}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
