"""A report is made in a process of its own: what it raises comes out, and its end is named."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from forecast.base.errors import NotebookFailed, OutputError, ReportFailed
from forecast.base.parameters import Parameters
from forecast.publishing.scheduled.process import ReportProcess, Task

QUESTION = Parameters.parse(area="town", year=2018, as_of="2018-03-31")


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated(Task):
    """Does what `kinds` names in the place of a report."""

    def do(self) -> None:
        (what,) = self.kinds
        if what == "hang":
            subprocess.run([sys.executable, "-c", "import time; time.sleep(60)"], check=True)
        if what == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if what == "leaves":
            os._exit(3)
        if what == "prints":
            os.write(1, b"a word of a library")
        if what == "a cell fails":
            raise NotebookFailed(3, "ValueError", "no", "x.ipynb")
        if what == "a full disk":
            raise OutputError("no space") from OSError(28, "No space left on device")
        if what == "an error that is no value":
            raise type("Strange", (Exception,), {})("odd")
        (self.reports / what).write_text(str(os.getpid()), encoding="utf-8")


def task(what: str, folder: Path) -> Task:
    return Simulated(
        parameters=QUESTION, reports=folder, kinds=(what,), languages=("en",), formats=("html",)
    )


@pytest.fixture(scope="module")
def process() -> Iterator[ReportProcess]:
    with ReportProcess() as process:
        yield process


def test_reports_are_made_in_one_other_process_or_in_this_one(
    process: ReportProcess, tmp_path: Path
):
    for what in ("first", "prints", "second"):
        process.make(task(what, tmp_path), 1)
    first, second = ((tmp_path / what).read_text() for what in ("first", "second"))
    assert first == second != str(os.getpid())
    process.make(task("third", tmp_path), 0)
    assert (tmp_path / "third").read_text() == str(os.getpid())


@pytest.mark.parametrize(
    ("what", "error", "words"),
    [
        ("a cell fails", NotebookFailed, "cell 3 failed: ValueError: no"),
        ("a full disk", OutputError, "no space"),
        ("an error that is no value", ReportFailed, "Strange: odd"),
        ("killed", ReportFailed, "died (killed, perhaps because memory ran out); run again"),
        ("leaves", ReportFailed, "died (exit code 3); run again"),
    ],
)
def test_what_keeps_a_report_from_being_made_is_raised_and_the_next_is_made(
    process: ReportProcess, tmp_path: Path, what: str, error: type[Exception], words: str
):
    with pytest.raises(error, match=re.escape(words)) as raised:
        process.make(task(what, tmp_path), 1)
    assert isinstance(raised.value.__cause__, OSError) == (what == "a full disk")
    process.make(task("next", tmp_path), 1)
    assert (tmp_path / "next").is_file()


def test_a_report_that_hangs_is_ended_with_all_that_it_started(
    process: ReportProcess, tmp_path: Path
):
    with pytest.raises(ReportFailed, match=r"took longer than 0\.02 minutes and was ended"):
        process.make(task("hang", tmp_path), 0.02)
    assert not [p for p in psutil.process_iter() if "import time; time.sleep(60)" in words_of(p)]
    process.make(task("next", tmp_path), 1)
    assert (tmp_path / "next").is_file()


def words_of(process: psutil.Process) -> list[str]:
    with suppress(psutil.Error):
        return process.cmdline()
    return []


def test_the_process_ends_with_the_one_that_started_it(tmp_path: Path):
    code = (
        "from test_process import *\n"
        "process = ReportProcess()\n"
        f"process.make(task('made', Path({str(tmp_path)!r})), 1)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    path = {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])}
    done = subprocess.run([sys.executable, "-c", code], env=os.environ | path, check=False)
    assert done.returncode == -signal.SIGKILL
    number = int((tmp_path / "made").read_text())
    end = time.monotonic() + 10
    while psutil.pid_exists(number) and psutil.Process(number).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < end, "the process goes on"
