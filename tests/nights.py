"""Nights of `forecast run-due` whose reports are simulated, so that only publishing is at work.

Nothing is computed: a page and a result that say of what they are about take the place of both.
"""

import json
import os
import shutil
import signal
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from forecast.archive.archive import Fingerprints
from forecast.archive.data_rows import packed
from forecast.archive.folder import read_archive
from forecast.base.parameters import Parameters
from forecast.cli import main
from forecast.publishing import publication
from forecast.publishing.data_changes import rows_for_run
from forecast.publishing.ledger import LEDGER, enter, hash_of, read_ledger
from forecast.publishing.places import RESULT, ROWS, RUNS, Page, Publication, day_folder
from forecast.publishing.runs import (
    Inputs,
    finished_run,
    put_in_place,
    put_manifest,
    sync_above,
    unfinished_run,
    verify_run,
)
from forecast.publishing.scheduled import run
from frozen import frozen_result
from town import HEADER, INDICATORS, TARGETS

AREAS = ("town", "city", "suburb")
DAYS = ("2018-02-28", "2018-03-31")
NOW = "2018-04-01T12:00"
NEXT = "2018-05-01T12:00"


def write_data(folder: Path, names: Sequence[str] = AREAS, days_of_month: str = '"last"') -> Path:
    """Write a data folder of areas, of which a suburb uses figures of the town."""
    (folder / "figures").mkdir(parents=True)
    areas = "".join(f'[[area]]\nid = "{a}"\nname_en = "{a}"\nname_zh = "{a}"\n' for a in names)
    own = INDICATORS.split("[[indicator]]")[1]
    related = '\n[[override]]\narea = "suburb"\nindicator = "gdp"\nrelated = ["town/gdp"]\n'
    (folder / "indicators.toml").write_text(f"{areas}\n[[indicator]]{own}{related}", "utf-8")
    targets = "".join(TARGETS.replace('"town"', f'"{area}"') for area in names)
    (folder / "targets.toml").write_text(targets, encoding="utf-8")
    schedule = "".join(
        f'[[report]]\narea = "{area}"\nyears = [2018]\ndays_of_month = [{days_of_month}]\n'
        for area in names
    )
    (folder / "schedule.toml").write_text(schedule, encoding="utf-8")
    for number, area in enumerate(names):
        rows = [
            f"{area},gdp,{year}-01,{year}-{last:02d},growth_pct,{7 + number}.{last // 3},"
            f"{year + last // 12}-{last % 12 + 1:02d}-18"
            for year in range(2015, 2018)
            for last in (3, 6, 9, 12)
        ]
        (folder / "figures" / f"{area}.csv").write_text("\n".join([HEADER, *rows, ""]), "utf-8")
    (folder / "alerts.toml").write_text('[[alert]]\nto = ["ALERT_MAIL"]\n', encoding="utf-8")
    return folder


def publish_simulated(
    parameters: Parameters, reports: Path, *, kinds: Any, languages: Any, formats: Any
) -> Publication:
    """Publish a report as `forecast report` does, except that its pages are simulated."""
    archive = read_archive(parameters.data)
    inputs = Inputs(
        parameters=parameters.question(),
        data=dict(archive.file_hashes),
        known=Fingerprints(archive).on(parameters.as_of, parameters.area),
        package="simulated",
    )
    pages = [
        Page(kind=kind, lang=lang, format=form)
        for kind in kinds
        for lang in languages
        for form in formats
    ]
    place = day_folder(parameters, reports)
    place.mkdir(parents=True, exist_ok=True)
    home = place / RUNS / inputs.run_name(pages)
    is_new = not home.is_dir()
    if is_new:
        with unfinished_run(place) as work:
            ledger = read_ledger(reports)
            question = {"area": parameters.area, "year": parameters.year}
            result = frozen_result(**question, as_of=parameters.as_of.isoformat())
            (work / RESULT).write_text(json.dumps(result), encoding="utf-8")
            (work / ROWS).write_bytes(packed(rows_for_run(reports, ledger, archive)))
            for page in pages:
                text = f"<p>{parameters.area} on {parameters.as_of}, known {inputs.known}</p>"
                (work / page.name).write_text(f"{text}</html>\n", encoding="utf-8")
                (work / page.notebook).write_text("{}", encoding="utf-8")
            home = finished_run(work, inputs, pages, head=ledger.head, newest_release="2018-01-18")
    verify_run(home)
    put_in_place(home, place)
    sync_above(place, reports)
    enter(reports, home, is_new=is_new)
    put_manifest(home, place)
    return Publication(place, (place / pages[0].name,), place / RESULT, home.name, is_new)


@dataclass
class Nights:
    """A data folder, its reports, and what was sent to whom."""

    data: Path
    reports: Path
    sent: list[tuple[str, ...]] = field(default_factory=list)
    is_silent: bool = False

    def send(self, name: str, title: str, body: str, *attachments: Path) -> str | None:
        """Take a message, unless the server is silent."""
        if self.is_silent:
            return "not delivered: unreachable or refused"
        self.sent.append((name, title, body, *map(str, attachments)))
        return None

    def run(self, *more: str, now: str = NOW) -> Result:
        """Return what a call of `run-due` says."""
        asked = {"--data": self.data, "--reports": self.reports, "--now": now, "--paths": 100}
        asked["--limit-minutes"] = 0  # in this process, where making them is simulated
        words = [str(word) for option in asked.items() for word in option]
        return CliRunner().invoke(main, ["run-due", *words, *more])

    def verify(self, *more: str) -> Result:
        """Return what `verify` says of the reports."""
        return CliRunner().invoke(main, ["verify", "--reports", str(self.reports), *more])

    def figures(self, area: str = "town") -> Path:
        """Return the file of figures of an area."""
        return self.data / "figures" / f"{area}.csv"

    def place(self, area: str = "town", day: str = DAYS[1]) -> Path:
        """Return where a report lies."""
        return self.reports / area / "2018" / day

    def home(self, area: str = "town", day: str = DAYS[1]) -> Path:
        """Return the only run of a report."""
        (home,) = (p for p in (self.place(area, day) / RUNS).iterdir() if p.name[0] != ".")
        return home

    @property
    def bodies(self) -> str:
        """What was sent, all together."""
        return "\n".join(body for _, _, body, *_ in self.sent)


@dataclass
class Disk:
    """What a power cut leaves of a folder: what was synced, and nothing else.

    `states` has it after every sync, as files by path; once with the names of files as they were
    synced, and once with the names of now, as a file system has them that wrote names by itself.
    """

    root: Path
    names: dict[int, dict[str, tuple[int, bool]]] = field(default_factory=dict)
    content: dict[int, bytes] = field(default_factory=dict)
    states: list[dict[str, bytes]] = field(default_factory=list)

    def fsync(self, handle: int) -> None:
        """Take what a file or folder holds as written, in place of `os.fsync`."""
        path, status = Path(os.readlink(f"/proc/self/fd/{handle}")), os.fstat(handle)
        if stat.S_ISDIR(status.st_mode):
            self.names[status.st_ino] = self._listed(path)
        else:
            self.content[status.st_ino] = path.read_bytes()
        for is_named in (False, True):
            state = dict(self._state(self.root, "", self.root.stat().st_ino, is_named))
            if state not in self.states:
                self.states.append(state)

    def _listed(self, folder: Path) -> dict[str, tuple[int, bool]]:
        with os.scandir(folder) as entries:
            return {e.name: (e.inode(), e.is_dir(follow_symlinks=False)) for e in entries}

    def _state(
        self, folder: Path, name: str, inode: int, is_named: bool
    ) -> Iterator[tuple[str, bytes]]:
        listed = self._listed(folder) if is_named else self.names.get(inode, {})
        for child, (number, is_folder) in sorted(listed.items()):
            path = f"{name}{child}"
            if is_folder:
                yield from self._state(folder / child, f"{path}/", number, is_named)
            else:
                yield path, self.content.get(number, b"")


def put_back(state: dict[str, bytes], folder: Path) -> None:
    """Write a state of a disk into a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in state.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


_WATCHED = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.utime", "os.chmod")


def killed_at(night: Nights, number: int) -> bool:
    """Run a night in a process that is killed (SIGKILL) at some call on files of the reports.

    Return whether it was killed: whether there were so many calls.
    """
    child = os.fork()
    if child == 0:
        left = [number]

        def count(event: str, values: tuple[object, ...]) -> None:
            if event not in _WATCHED or not str(values[0]).startswith(str(night.reports)):
                return
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        try:
            night.run(now=NEXT)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def survives(night: Nights, whole: dict[str, bytes]) -> None:
    """Assert that the next run makes of the reports what stands without a kill or a power cut."""
    said = night.run(now=NEXT)
    assert said.exit_code == 0, said.output
    assert tree(night.reports) == whole
    verified = night.verify()
    assert verified.exit_code == 0, verified.output
    again = night.run(now=NEXT)
    assert {what for _, _, what in did(again)} == {"unchanged"}, again.output


def nights(folder: Path, monkeypatch: pytest.MonkeyPatch, after: Path | None = None) -> Nights:
    """Return nights in a folder, before the first of them, or as others stood in a folder."""
    if after is not None:
        shutil.copytree(after, folder, dirs_exist_ok=True)
    data = folder / "data"
    found = Nights(data if after is not None else write_data(data), folder / "reports")
    monkeypatch.setattr(os, "fsync", lambda handle: None)  # `test_power_cut.py` is about it
    monkeypatch.setattr(publication, "publish", publish_simulated)
    monkeypatch.setattr(run, "send", found.send)
    monkeypatch.setenv("ALERT_MAIL", "json://127.0.0.1")
    return found


def as_of_an_older_version(reports: Path) -> None:
    """Write the ledger and the manifests as the version before had them."""
    lines, previous = [], "0" * 64
    for line in (reports / LEDGER).read_bytes().splitlines():
        entry = json.loads(line) | {"previous": previous}
        del entry["manifest"]
        lines.append(json.dumps(entry, ensure_ascii=False, sort_keys=True).encode())
        previous = hash_of(lines[-1])
    (reports / LEDGER).write_bytes(b"".join(line + b"\n" for line in lines))
    for path in reports.rglob("manifest.json"):
        content = json.loads(path.read_bytes())
        del content["head"], content["newest_release"]
        content["files"].pop("data-rows.csv.gz", None)
        path.write_text(json.dumps(content), encoding="utf-8")
    for path in reports.rglob("data-rows.csv.gz"):
        path.unlink()


def lines_of(said: Result) -> list[dict[str, Any]]:
    """Return what a call said, line by line."""
    return [json.loads(line) for line in said.stdout.splitlines()]


def did(said: Result) -> list[tuple[str, str, str]]:
    """Return the area and day of each line, and what was done."""
    return [(line["area"], line["as_of"], line["did"]) for line in lines_of(said)]


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file that people see, by its path, except for times of making."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        is_hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not is_hidden and path.name not in ("manifest.json", "ledger.jsonl"):
            found[name] = path.read_bytes()
    return found


def is_root() -> bool:
    """Whether modes of files bind nobody."""
    return hasattr(os, "geteuid") and os.geteuid() == 0
