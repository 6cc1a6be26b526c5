"""A year of nights under a faked clock: ten areas, two reports a month, and what goes wrong.

The reports are simulated (`nights.py`). With `FORECAST_YEAR_LOG` naming a file, the log of the year
is written there; docs/maintenance.md keeps one.
"""

import os
import shutil
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from forecast.publishing import ledger, runs
from forecast.publishing.ledger import read_ledger
from nights import Nights, as_of_an_older_version, did, nights, write_data

AREAS = ("town", "suburb", *(f"city-{n}" for n in range(1, 9)))
FIRST, LAST = date(2018, 2, 11), date(2018, 12, 31)
UPGRADE, EDIT, CORRECTED = date(2018, 4, 10), date(2018, 7, 10), date(2018, 7, 13)
OUTAGE = (date(2018, 5, 10), date(2018, 6, 2))
REVISION, TARGET = date(2018, 6, 20), date(2018, 8, 5)
BACKUP, RESTORE = date(2018, 9, 10), date(2018, 9, 20)
NO_EVENT = ""


def add_figures(night: Nights, day: date) -> None:
    """Add the figures that come out on a day: quarters since January, on the 18th."""
    if day.day == 18 and day.month in (4, 7, 10):
        for area in AREAS:
            with night.figures(area).open("a", encoding="utf-8") as file:
                row = f"2018-01,2018-{day.month - 1:02d},growth_pct,7.{day.month},{day}"
                file.write(f"{area},gdp,{row}\n")


def event(night: Nights, day: date, folder: Path, anchor: Path) -> str:
    """Let happen what happens in the morning of a day, and return its name."""
    figures = night.figures("town")
    text = figures.read_text(encoding="utf-8")
    if day == UPGRADE:
        as_of_an_older_version(night.reports)
        anchor.unlink()
        return "upgrade from a version without proofs of pages"
    if day == REVISION:
        figures.write_text(f"{text}town,gdp,2018-01,2018-03,growth_pct,6.8,{day}\n", "utf-8")
        return "revision"
    if day == TARGET:
        target = (night.data / "targets.toml").read_text(encoding="utf-8").split("[[target]]")[1]
        lower = target.replace("7.0", "6.5").replace("2018-02-10", str(day))
        with (night.data / "targets.toml").open("a", encoding="utf-8") as file:
            file.write(f"[[target]]{lower}")
        return "changed target"
    if day == EDIT:
        figures.write_text(text.replace(",7.1,", ",7.9,", 1), encoding="utf-8")
        return "a published row was edited"
    if day == CORRECTED:
        figures.write_text(text.replace(",7.9,", ",7.1,", 1), encoding="utf-8")
        return "the row was put back"
    if day == BACKUP:
        shutil.copytree(night.reports, folder / "backup")
        return "backup"
    if day == RESTORE:
        shutil.rmtree(night.reports)
        shutil.copytree(folder / "backup", night.reports)
        return "restored from the backup"
    return NO_EVENT


def test_a_year_of_nights_makes_every_report_once_and_keeps_the_ledger_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    night = nights(tmp_path, monkeypatch)
    shutil.rmtree(night.data)
    write_data(night.data, AREAS, '14, "last"')
    anchor, log, made = tmp_path / "heads.txt", [], Counter[tuple[str, str]]()
    clock = [datetime.now(UTC)]
    monkeypatch.setattr(ledger, "_now", lambda: clock[0].isoformat(timespec="seconds"))

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return clock[0]

    monkeypatch.setattr(runs, "datetime", Clock)
    for number in range((LAST - FIRST).days + 2):
        day = FIRST + timedelta(days=number)
        clock[0] = datetime.combine(day, time(7), UTC)
        add_figures(night, day)
        happened = event(night, day, tmp_path, anchor)
        if OUTAGE[0] <= day < OUTAGE[1]:
            continue
        now = f"{day}T07:00"
        said = night.run("--anchor", str(anchor), now=now)
        accepted = said.exit_code
        if day == RESTORE:
            assert accepted == 9, said.output
            said = night.run("--anchor", str(anchor), "--accept-ledger", "restored", now=now)
        is_stopped = EDIT <= day < CORRECTED
        assert said.exit_code == (9 if is_stopped else 0), (day, said.output)
        counts = Counter(what for _, _, what in did(said))
        assert not counts["failed"]
        assert not counts["remade"], (day, said.output)
        assert counts["stopped"] == 2 * is_stopped, (day, said.output)
        made.update((a, d) for a, d, what in did(said) if what == "made")
        if happened or counts["made"]:
            lines = len(read_ledger(night.reports).lines)
            code = f"exit {accepted}" if accepted else "ok"
            log.append(
                f"{day}  {counts['made']:3d} made {counts['stopped']:2d} stopped  "
                f"{lines:4d} lines  {code:7} {happened}"
            )
    verified = night.verify("--anchor", str(anchor))
    assert verified.exit_code == 0, verified.output
    lost = {key for key in made if BACKUP.isoformat() <= key[1] < RESTORE.isoformat()}
    assert {key: n for key, n in made.items() if n != 1} == dict.fromkeys(lost, 2)
    assert len(made) == len(AREAS) * 22
    paths = [entry.path for entry in read_ledger(night.reports).numbered.values()]
    assert len(paths) == len(set(paths)) == len(made)
    assert "of an older version" in verified.output
    if name := os.environ.get("FORECAST_YEAR_LOG"):
        Path(name).write_text("\n".join([*log, ""]), encoding="utf-8")
