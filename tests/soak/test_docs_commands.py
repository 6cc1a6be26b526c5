"""Every command of the documents, run in their order in an empty folder, with what it prints.

`make soak` runs it; `pytest tests/soak/test_docs_commands.py -k tutorial` a single page.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from documents import PROJECT, Block, blocks, pages, same_text

RUN = ("forecast ", "cp ", "mkdir ", "papermill ", "python -c")
NOT_RUN = {
    "forecast explore": "it serves until it is stopped; tests/test_jupyterlab.py opens it",
}
MONTHLY = [
    ["2019年1-9月主要经济指标"],
    ["指标名称", "计量单位", "1—9月累计", "同比增长（±%）"],
    ["社会消费品零售总额①", "亿元", 1395.84, "增长7.1"],
    ["\u3000其中：限额以上", "亿元", 601.2, 7.0],
    ["固定资产投资额", "万元", "２３４５６７８", "–"],
    ["进出口总额", "亿元", 4810.2, "约-6.5%"],
    ["注：①为快报数"],
]


def monthly_report(folder: Path) -> None:
    """Write the workbook that the page on importing shows, its map, and the corrected one."""
    corrected = [list(row) for row in MONTHLY]
    corrected[2][3], corrected[5][3] = "增长7.2", -6.5
    for name, rows in (("9月月报.xlsx", MONTHLY), ("corrected.xlsx", corrected)):
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = "主要指标"
        for row in rows:
            sheet.append(row)
        book.save(folder / name)
    words = 'area = "mydistrict"\npublisher = "x"\n\n[words]\n"其中：限额以上" = "skip"\n'
    (folder / "map.toml").write_text(words, encoding="utf-8")


def checkout(folder: Path) -> None:
    """Give a folder the data and notebooks that a clone has beside it; copies, to be written to."""
    for name in ("data", "notebooks"):
        shutil.copytree(PROJECT / name, folder / name)


PREPARED: dict[str, list[Callable[[Path], None]]] = {
    "README.md": [checkout, monthly_report],
    "importing.md": [monthly_report],
}
TESTED = [
    page
    for page in pages()
    if any(b.language == "sh" and any(c.startswith(RUN) for c in b.commands) for b in blocks(page))
]


def run(command: str, folder: Path) -> tuple[int, str]:
    """Run a command line as a shell does; return its exit code and all that it printed."""
    programs = str(Path(sys.executable).parent)
    surroundings = os.environ | {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(PROJECT / "src"),
        "COLUMNS": "120",
        "PROJECT": str(PROJECT),  # for what notes prepare
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        timeout=3600,
    )
    return done.returncode, done.stdout


def expected_code(block: Block, command: str) -> int:
    """Return the exit code that a note announces for a command, else 0."""
    for kind, text in block.notes:
        start, _, code = text.rpartition(" ")
        if kind == "exit" and command.startswith(start):
            return int(code)
    return 0


def faults_of(block: Block, folder: Path) -> list[str]:
    """Do what a block and its notes say; return a sentence for each command that went otherwise."""
    faults = []
    for kind, text in block.notes:
        if kind == "before":
            code, said = run(text, folder)
            if code:
                faults.append(f"{block.name}: before it, {text} ended with {code}\n{said}")
    for kind, text in block.notes:
        if kind in ("write", "append"):
            path = folder / text
            path.parent.mkdir(parents=True, exist_ok=True)
            old = path.read_text(encoding="utf-8") if kind == "append" else ""
            path.write_text(old + block.text, encoding="utf-8")
    if block.language != "sh" or block.note("not run") is not None:
        return faults
    said = ""
    for command in block.commands:
        if not command.startswith(RUN) or command.startswith(tuple(NOT_RUN)):
            continue
        code, said = run(command, folder)
        if code != expected_code(block, command):
            faults.append(f"{block.name}: {command} ended with {code}\n{said}")
    if block.output is not None and not same_text(said, block.output):
        faults.append(f"{block.name} prints\n{said}")
    return faults


@pytest.mark.parametrize("page", TESTED, ids=lambda page: page.stem)
def test_commands_of_a_page_run_one_after_the_other(page: Path, tmp_path: Path):
    faults: list[str] = []
    folder = tmp_path
    for number, block in enumerate(blocks(page)):
        if number == 0 or block.note("folder") is not None:
            folder = tmp_path / f"{number}"
            folder.mkdir()
            for prepare in PREPARED.get(page.name, []):
                prepare(folder)
        faults += faults_of(block, folder)
    assert not faults, "\n".join(faults)
