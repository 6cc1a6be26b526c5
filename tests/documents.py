"""The blocks of the documents, and what comments before them say of how each is checked.

A fence names its language. A comment right before it, which no reader sees, may say more:

    <!-- not run: why -->        it is only parsed
    <!-- environment: NAME -->  it needs packages of its own: tests/soak/test_examples.py has them
    <!-- before: COMMAND -->     a command that the folder needs first; several are run in order
    <!-- write: FILE -->         the block is the content of a file, written before what follows
    <!-- append: FILE -->        likewise, at the end of a file that is there
    <!-- exit: COMMAND 3 -->     with which code a command ends that begins so; others with 0
    <!-- folder: empty -->       it begins in a new folder

A block `output` holds what the block before it prints, to the letter.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from forecast.cli import main

PROJECT = Path(__file__).parents[1]
LANGUAGES = {"console", "csv", "json", "output", "powershell", "python", "sh", "text", "toml"}
DIRECTIVES = {"{autofunction}", "{autoclass}", "{include}", "{toctree}"}
NOTES = {"not run", "environment", "before", "write", "append", "exit", "folder"}
FENCE = re.compile(r"( *)```(.*)$")
NOTE = re.compile(r"<!-- ([a-z ]+): (.*?) -->")


def pages() -> list[Path]:
    """Return every document of the site, those in Chinese too."""
    tops = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
    others = ("benchmarks/README.md", "data/README.md", "notebooks/README.md")
    named = [PROJECT / name for name in (*tops, *others)]
    return [p for p in named if p.is_file()] + sorted((PROJECT / "docs").rglob("*.md"))


@dataclass(frozen=True, kw_only=True)
class Block:
    """A fenced block, with the notes before it and the output that is said to follow from it."""

    page: Path
    line: int
    language: str
    text: str
    notes: tuple[tuple[str, str], ...] = ()
    output: str | None = None

    @property
    def name(self) -> str:
        return f"{self.page.relative_to(PROJECT)}:{self.line}"

    def note(self, kind: str) -> str | None:
        return next((text for name, text in self.notes if name == kind), None)

    @property
    def commands(self) -> list[str]:
        """The command lines of a block, without comments; lines that go on are one."""
        lines = self.text.replace("\\\n", " ").splitlines()
        return [line for line in map(_without_comment, lines) if line]


def _without_comment(line: str) -> str:
    return re.sub(r"(^|\s+)#\s.*$", "", line).strip()


@dataclass
class _Open:
    line: int
    indent: int
    language: str
    lines: list[str] = field(default_factory=list)


def blocks(page: Path) -> list[Block]:
    """Return the blocks of a page in their order."""
    found: list[Block] = []
    notes: list[tuple[str, str]] = []
    opened: _Open | None = None
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        fence = FENCE.match(line)
        if opened is not None and fence and not fence[2]:
            text = "\n".join(x[opened.indent :] for x in opened.lines) + "\n"
            _keep(found, page, opened, text, notes)
            opened, notes = None, []
        elif opened is not None:
            opened.lines.append(line)
        elif fence:
            opened = _Open(number, len(fence[1]), fence[2].partition(" ")[0])
        elif line.lstrip().startswith("<!-- "):
            notes += NOTE.findall(line)
        elif line.strip():
            notes = []
    assert opened is None, f"{page}:{number}: a fence is never closed"
    return found


def _keep(
    found: list[Block], page: Path, opened: _Open, text: str, notes: Sequence[tuple[str, str]]
) -> None:
    if opened.language != "output":
        details = {"line": opened.line, "language": opened.language, "text": text}
        found.append(Block(page=page, notes=tuple(notes), **details))  # type: ignore[arg-type]
        return
    assert found, f"{page}:{opened.line}: an output without a block before it"
    last = found[-1]
    assert last.output is None, f"{last.name} has two outputs"
    found[-1] = Block(**(vars(last) | {"output": text}))


def unknown_options(command: str) -> Iterator[str]:
    """Yield a sentence for each option of a `forecast` command that it does not have."""
    words = shlex.split(re.split(r"\s(?:>{1,2}|\|)\s*\S", command)[0])
    place: click.Command = main
    names = words[1:]
    while names and isinstance(place, click.Group):
        name = names.pop(0)
        if name not in place.commands:
            yield f"{name!r} is not a command"
            return
        place = place.commands[name]
    known = {o for p in place.params for o in (*p.opts, *p.secondary_opts)} | {"--help"}
    for word in names:
        option = word.partition("=")[0]
        if option.startswith("--") and option not in known:
            yield f"{option} is not an option of {place.name}"


def printed(block: Block, names: dict[str, Any]) -> str:
    """Run a Python block in a namespace; return what it prints."""
    out = io.StringIO()
    code = compile("\n" * block.line + block.text, str(block.page), "exec")
    with contextlib.redirect_stdout(out), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The inplace keyword")  # of Prophet, about pandas
        exec(code, names)
    return out.getvalue()


def run_examples(
    page: Path, *, environment: str | None = None, is_update: bool = False
) -> list[str]:
    """Run the Python blocks of a page, one after the other; return a sentence for each fault.

    Of the blocks that need an environment those of the one that is named are run too. With
    `is_update` the outputs in the page are written anew instead; review the diff.
    """
    names: dict[str, Any] = {"__name__": "example"}
    faults = []
    for block in blocks(page):
        if block.language != "python" or block.note("not run") is not None:
            continue
        if block.note("environment") not in (None, environment):
            continue
        said = printed(block, names)
        if block.output is None or same_text(said, block.output):
            continue
        faults.append(f"{block.name} prints\n{said}")
        if is_update:
            shown = "\n".join(line.rstrip() for line in said.strip("\n").splitlines())
            text = page.read_text(encoding="utf-8")
            old = f"```python\n{block.text}```\n\n```output\n{block.output}```"
            new = f"```python\n{block.text}```\n\n```output\n{shown}\n```"
            assert text.count(old) == 1, f"{block.name}: an output must follow its block at once"
            page.write_text(text.replace(old, new), encoding="utf-8")
    return [] if is_update else faults


NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def same_text(printed_text: str, shown: str) -> bool:
    """Whether a program printed what a document shows.

    Blanks do not count, and a number may differ by one in its last digit: processors differ in
    the last bits of a fit.
    """
    texts = [" ".join(text.split()) for text in (printed_text, shown)]
    if NUMBER.sub("#", texts[0]) != NUMBER.sub("#", texts[1]):
        return False
    pairs = zip(NUMBER.findall(texts[0]), NUMBER.findall(texts[1]), strict=True)
    return all(_is_close(a, b) for a, b in pairs)


def _is_close(first: str, second: str) -> bool:
    digits = {len(text.partition(".")[2]) for text in (first, second)}
    return abs(float(first) - float(second)) <= 1.001 * 10.0 ** -max(digits)
