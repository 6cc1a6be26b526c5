"""Nights with a fault: it is named, the code is right, an alert goes out, and nothing is lost.

The reports are simulated (`nights.py`). Each fault is mended afterwards: the next night is good.
"""

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from forecast.archive.data_rows import packed
from forecast.base.files import cached_table, cached_text, sha256_of
from forecast.publishing import publication
from forecast.publishing.ledger import LEDGER, read_ledger
from forecast.publishing.places import ROWS
from forecast.publishing.scheduled import run as scheduled_run
from nights import AREAS, DAYS, NEXT, Nights, as_of_an_older_version, did, lines_of, nights, tree
from town import HEADER

CITY = [("city", day) for day in (*DAYS, "2018-04-30")]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a good first night."""
    folder = tmp_path_factory.mktemp("first")
    with pytest.MonkeyPatch.context() as monkeypatch:
        found = nights(folder, monkeypatch)
        said = found.run()
        assert said.exit_code == 0, said.output
        assert did(said) == [(area, day, "made") for day in DAYS for area in sorted(AREAS)]
        assert found.verify().exit_code == 0, found.verify().output
    return folder


@pytest.fixture
def night(first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nights:
    """Return nights after a good first one."""
    return nights(tmp_path, monkeypatch, after=first)


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def drop_row(night: Nights) -> None:
    lines = night.figures().read_text(encoding="utf-8").splitlines(keepends=True)
    night.figures().write_text("".join(lines[:3] + lines[4:]), encoding="utf-8")


def conflicted_copy(night: Nights) -> None:
    copy = night.data / "figures" / "town (conflicted copy 2018-04-01).csv"
    copy.write_text(
        night.figures().read_text(encoding="utf-8").replace(",7.1,", ",9.9,", 1), encoding="utf-8"
    )


def junk(text: str) -> Callable[[Nights], None]:
    def spoil(night: Nights) -> None:
        night.figures().write_bytes(text.encode("utf-8", "surrogatepass"))

    return spoil


class DataFault(NamedTuple):
    """How the data are spoilt, the code, and words of what is said."""

    spoil: Callable[[Nights], None]
    code: int
    words: str


DATA_FAULTS = {
    "a value was edited": DataFault(
        lambda n: replace_in(n.figures(), ",7.1,", ",7.9,"), 9,
        "town gdp 2015-01 to 2015-03 growth_pct pct final released 2015-04-18 was 7.1 and is 7.9",
    ),
    "a row is gone": DataFault(
        drop_row, 9, "growth_pct pct final released 2015-10-18 is gone (it was 7.3)"
    ),
    "a day of release was edited": DataFault(
        lambda n: replace_in(n.figures(), "2015-04-18", "2015-04-19"), 9,
        "released 2015-04-18 is gone (it was 7.1)",
    ),
    "a file of figures is gone": DataFault(
        lambda n: n.figures().unlink(), 9, "released 2015-04-18 is gone (it was 7.1)"
    ),
    "a file of figures is empty": DataFault(
        lambda n: n.figures().write_bytes(b""), 2, "figures/town.csv: the file is empty"
    ),
    "a file of figures is a header": DataFault(
        lambda n: n.figures().write_text(HEADER + "\n"), 9, "is gone (it was 7.1)"
    ),
    "a file of figures is cut off": DataFault(
        lambda n: n.figures().write_bytes(n.figures().read_bytes()[:-30]), 2, "figures/town.csv:"
    ),
    "a file of figures is not text": DataFault(junk("\0\0\0"), 2, "figures/town.csv: not text"),
    "a file of figures is another table": DataFault(
        junk("date,value\n2018-01-01,3\n"), 2, "figures/town.csv:1: column 'area' is missing"
    ),
    "a value is not a number": DataFault(
        lambda n: replace_in(n.figures(), ",7.1,", ",much,"), 2, "value 'much' is not a number"
    ),
    "a conflicted copy": DataFault(
        conflicted_copy, 2,
        "figures/town.csv: repeats 12 rows of figures/town (conflicted copy 2018-04-01).csv and "
        "changes 1 of them",
    ),
    "a target was edited": DataFault(
        lambda n: replace_in(n.data / "targets.toml", "rate_pct = 7.0", "rate_pct = 6.0"), 9,
        "target of town 2018 for gdp announced 2018-02-10 was changed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DATA_FAULTS)
def test_changed_data_stop_the_areas_that_they_bear_on_and_no_other(night: Nights, name: str):
    """The suburb uses figures of the town, the city does not."""
    fault, whole = DATA_FAULTS[name], shutil.copytree(night.data, night.data.parent / "whole")
    before = tree(night.reports)
    fault.spoil(night)
    said = night.run(now=NEXT)
    assert said.exit_code == fault.code, said.output
    assert fault.words in said.output
    assert isinstance(said.exception, SystemExit)
    made = [(area, day) for area, day, what in did(said) if what == "made"]
    assert ("city", "2018-04-30") in made
    assert ("town", "2018-04-30") not in made
    stopped = {area for area, _, what in did(said) if what == "stopped"}
    expected = {"town"} if name == "a target was edited" else {"town", "suburb"}
    assert stopped == expected
    assert all(what != "remade" for _, _, what in did(said))
    assert tree(night.reports).items() >= before.items()
    assert fault.words.split(" was ")[0].split(" is ")[0] in night.bodies
    again = night.run(now=NEXT)
    assert again.exit_code == fault.code
    assert {what for _, _, what in did(again)} == {"unchanged", "stopped"}
    shutil.rmtree(night.data)
    shutil.move(whole, night.data)
    good = night.run(now=NEXT)
    assert good.exit_code == 0, good.output
    assert ("town", "2018-04-30", "made") in did(good)
    assert all(what != "remade" for _, _, what in did(good))
    assert night.verify().exit_code == 0, night.verify().output


def test_targets_that_vanished_stop_every_area_that_had_one(night: Nights):
    (night.data / "targets.toml").rename(night.data / "targets.toml.bak")
    before = tree(night.reports)
    said = night.run(now=NEXT)
    assert said.exit_code == 9
    assert {what for _, _, what in did(said)} == {"stopped"}
    assert "target of town 2018 for gdp announced 2018-02-10 is gone" in said.output
    assert tree(night.reports) == before
    assert "target of city 2018" in night.bodies


def test_a_change_goes_on_once_it_was_accepted_and_stays_in_the_ledger(night: Nights):
    replace_in(night.figures(), ",7.1,", ",7.9,")
    said = night.run("--accept-changes", "the bureau's own correction", now=NEXT)
    assert said.exit_code == 0, said.output
    assert ("town", DAYS[0], "remade") in did(said)
    (line,) = read_ledger(night.reports).acceptances.values()
    assert line.reason == "the bureau's own correction"
    assert [key.split(" released")[0] for key in line.items] == [
        "town gdp 2015-01 to 2015-03 growth_pct pct final"
    ]
    verified = night.verify()
    assert verified.exit_code == 0
    assert "accepts changed rows of data (town gdp 2015-01 to 2015-03" in verified.output
    assert night.run(now=NEXT).exit_code == 0
    replace_in(night.figures(), ",7.9,", ",7.1,")
    assert night.run(now=NEXT).exit_code == 9, "to go back is another change"


def test_a_reason_may_be_left_out(night: Nights):
    drop_row(night)
    assert night.run("--accept-changes").exit_code == 0
    (line,) = read_ledger(night.reports).acceptances.values()
    assert line.reason == "no reason was given"


def test_a_revision_and_a_new_target_are_new_rows_and_pass(night: Nights):
    with night.figures().open("a", encoding="utf-8") as file:
        file.write("town,gdp,2015-01,2015-03,growth_pct,7.9,2018-04-02\n")
    said = night.run(now=NEXT)
    assert said.exit_code == 0, said.output
    assert {what for _, _, what in did(said)} == {"unchanged", "made"}


def spoil_place(name: str, text: bytes | None) -> Callable[[Nights], None]:
    def spoil(night: Nights) -> None:
        path = night.place() / name
        path.unlink()
        if text is not None:
            path.write_bytes(text)

    return spoil


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def spoil_run(name: str, text: bytes | None) -> Callable[[Nights], None]:
    def spoil(night: Nights) -> None:
        path = night.home() / name
        path.unlink()
        if text is not None:
            path.write_bytes(text)

    return spoil


RESTORED = {
    f"{where} {name} is {state}": spoil(name, text)
    for where, spoil in (("the linked", spoil_place), ("the run's", spoil_run))
    for name in ("attainment.html", "attainment.ipynb", "manifest.json", "result.json")
    for state, text in (("missing", None), ("empty", b""))
} | {
    f"the linked manifest is {text!r}": spoil_place("manifest.json", text)
    for text in (b"{", b"{}", b"[]", b"null", b"\xff\xfe", b"[" * 9999)
} | {
    "the linked page is half-written": spoil_place("attainment.html", b"<p>town on 2018-03"),
    "the linked result is half-written": spoil_place("result.json", b"{"),
    "the whole run is gone": lambda n: shutil.rmtree(n.home()),
    "the run's list of rows is missing": spoil_run(ROWS, None),
    "the run's list of rows is empty": spoil_run(ROWS, b""),
    "the run's list of rows has a flipped bit": lambda n: flip_a_bit(n.home() / ROWS),
    "the run's list of rows is another": spoil_run(ROWS, packed({})),
}  # fmt: skip


@pytest.mark.parametrize("name", RESTORED)
def test_what_a_report_lost_is_put_back_and_the_others_are_made(night: Nights, name: str):
    before = tree(night.reports)
    ledger = (night.reports / LEDGER).read_bytes()
    RESTORED[name](night)
    assert night.verify().exit_code == 1
    said = night.run()
    assert said.exit_code == 0, said.output
    assert [area for area, _, what in did(said) if what == "restored"] == ["town"]
    assert tree(night.reports) == before
    assert (night.reports / LEDGER).read_bytes() == ledger
    assert night.verify().exit_code == 0, night.verify().output
    assert {what for _, _, what in did(night.run())} == {"unchanged"}


def test_lists_of_rows_that_nobody_can_restore_stop_what_would_be_made_until_accepted(
    night: Nights,
):
    """Whoever edits a published row must not hide it by spoiling the lists that would show it."""
    for path in night.reports.rglob(ROWS):
        path.write_bytes(packed({}))
    replace_in(night.figures(), ",7.1,", ",7.9,")
    said = night.run(now=NEXT)
    assert said.exit_code == 9, said.output
    assert {what for _, day, what in did(said) if day == "2018-04-30"} == {"stopped"}
    assert f"{ROWS} is gone" in night.bodies
    assert night.run("--accept-changes", "the disk was damaged", now=NEXT).exit_code == 0
    assert night.run(now=NEXT).exit_code == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
@pytest.mark.parametrize(
    "name",
    [
        "targets.toml", "schedule.toml", "indicators.toml", "alerts.toml", "commitments.toml",
        "judgements.toml", "live.jsonl", "figures/pipe.csv", "commitments/pipe.csv",
    ],
)  # fmt: skip
def test_a_pipe_in_the_place_of_data_is_named_and_nothing_waits_for_it(night: Nights, name: str):
    path = night.data / name
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    said = night.run(now=NEXT)
    assert said.exit_code == 2, said.output
    assert f"{name}: a pipe or device; allowed: a file" in said.stderr


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
def test_pipes_in_the_place_of_what_reports_hold_are_put_right(night: Nights):
    for path in (
        *(night.place() / name for name in ("manifest.json", "result.json", "attainment.html")),
        *(night.home() / name for name in (ROWS, "attainment.ipynb")),
        *(night.reports / ".alerts" / name for name in ("told.json", "busy.json")),
        night.reports / ".last-run.json",
    ):
        path.unlink(missing_ok=True)
        os.mkfifo(path)
    said = night.run(now=NEXT)
    assert said.exit_code == 0, said.output
    assert ("town", DAYS[1], "restored") in did(said)
    assert night.verify().exit_code == 0, night.verify().output


def test_a_full_log_keeps_no_report_from_being_made(night: Nights, monkeypatch: pytest.MonkeyPatch):
    def full(*_: Any, err: bool = False, **__: Any) -> None:
        if not err:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("forecast.cli.scheduled.click.echo", full)
        assert night.run(now=NEXT).exit_code == 1
    assert {what for _, _, what in did(night.run(now=NEXT))} == {"unchanged"}


EDITED = {
    "the page": ("place", "attainment.html", b"<p>99 %</p>"),
    "the result": ("place", "result.json", b'{"probability": 0.99}'),
    "the notebook": ("place", "attainment.ipynb", b'{"cells": []}'),
}


@pytest.mark.parametrize("name", EDITED)
def test_what_was_edited_by_hand_is_named_and_stays_and_the_others_are_made(
    night: Nights, name: str
):
    _, file, text = EDITED[name]
    path = night.place() / file
    path.write_bytes(text)
    said = night.run(now=NEXT)
    assert said.exit_code == 1
    assert ("town", DAYS[1], "failed") in did(said)
    assert ("city", "2018-04-30", "made") in did(said)
    assert "was edited by hand" in night.bodies
    assert path.read_bytes() == text
    path.unlink()
    assert night.run(now=NEXT).exit_code == 0
    assert night.verify().exit_code == 0


LOST = {
    "vanished": lambda path: path.unlink(),
    "was emptied": lambda path: path.write_bytes(b""),
    "was shortened": lambda path: path.write_bytes(
        b"".join(path.read_bytes().splitlines(keepends=True)[:-2])
    ),
    "has a line changed": lambda path: path.write_bytes(
        path.read_bytes().replace(b'"area": "city"', b'"area": "ctiy"', 1)
    ),
}


@pytest.mark.parametrize("name", LOST)
def test_over_a_ledger_that_lost_lines_nothing_is_made_until_somebody_accepts_it(
    night: Nights, name: str
):
    LOST[name](night.reports / LEDGER)
    before = tree(night.reports)
    said = night.run(now=NEXT)
    assert said.exit_code == 9, said.output
    assert "`forecast run-due --accept-ledger REASON`" in said.stderr
    (line,) = lines_of(said)
    assert (line["did"], line["area"]) == ("failed", None)
    assert tree(night.reports) == before
    assert "the ledger was removed, rebuilt" in night.bodies
    accepted = night.run("--accept-ledger", "the disk was replaced", now=NEXT)
    assert accepted.exit_code == 0, accepted.output
    assert night.run(now=NEXT).exit_code == 0
    if name != "has a line changed":
        assert night.verify().exit_code == 0, night.verify().output


REWRITTEN = {
    "has its last line twice": lambda raw: raw + raw.splitlines(keepends=True)[-1],
    "has other line ends": lambda raw: raw.replace(b"\n", b"\r\n"),
    "begins with a mark of byte order": lambda raw: b"\xef\xbb\xbf" + raw,
    "is in UTF-16": lambda raw: raw.decode().encode("utf-16"),
    "has its first lines swapped": lambda raw: b"".join(
        raw.splitlines(keepends=True)[i] for i in (1, 0, 2, 3, 4, 5)
    ),
    "has spaces in its last line": lambda raw: raw[:-2] + b" }\n",
}


@pytest.mark.parametrize("name", REWRITTEN)
def test_over_a_ledger_that_was_rewritten_nothing_is_made_until_somebody_accepts_it(
    night: Nights, name: str
):
    ledger = night.reports / LEDGER
    ledger.write_bytes(REWRITTEN[name](ledger.read_bytes()))
    assert night.verify().exit_code == 1
    said = night.run(now=NEXT)
    assert said.exit_code == 9, said.output
    assert "ledger.jsonl" in night.bodies
    assert night.run("--accept-ledger", "a transfer rewrote it", now=NEXT).exit_code == 0
    assert night.run(now=NEXT).exit_code == 0


def test_manifests_that_were_forged_with_their_page_are_named(night: Nights):
    for folder in (night.place(), night.home()):
        page, manifest = folder / "attainment.html", folder / "manifest.json"
        before = sha256_of(page)
        replace_in(page, "town", "tovv")
        replace_in(manifest, before, sha256_of(page))
    said = night.run(now=NEXT)
    assert said.exit_code == 1, said.output
    assert ("town", DAYS[1], "failed") in did(said)
    assert ("town", "2018-04-30", "made") in did(said)
    assert "manifest.json is not the one that was published; restore it" in night.bodies


@pytest.mark.parametrize("name", ["", "result.json", "attainment.html"])
def test_a_folder_or_file_in_the_place_of_another_stops_its_report_alone(night: Nights, name: str):
    path = night.place() / name
    if name:
        path.unlink()
        path.mkdir()
    else:
        shutil.rmtree(path)
        path.write_text("a note", encoding="utf-8")
    said = night.run(now=NEXT)
    assert said.exit_code == 1, said.output
    assert [(area, day) for area, day, what in did(said) if what == "failed"] == [("town", DAYS[1])]
    assert ("town", "2018-04-30", "made") in did(said)
    assert str(path) in night.bodies


@pytest.mark.parametrize("where", ["file", "git"])
def test_a_folder_that_was_restored_whole_is_found_by_an_anchor(
    night: Nights, tmp_path: Path, where: str
):
    import subprocess

    anchor = str(tmp_path / "heads.txt")
    if where == "git":
        subprocess.run(["git", "init", "-q", str(tmp_path / "kept")], check=True)
        anchor = f"git:{tmp_path / 'kept'}"
    backup = shutil.copytree(night.reports, tmp_path / "backup")
    assert night.run("--anchor", anchor, now=NEXT).exit_code == 0
    assert night.verify("--anchor", anchor).exit_code == 0
    shutil.rmtree(night.reports)
    shutil.copytree(backup, night.reports)
    assert night.verify().exit_code == 0, "nothing inside the folder can say so"
    assert night.verify("--anchor", anchor).exit_code == 1
    assert night.run("--anchor", anchor, now=NEXT).exit_code == 9
    assert night.run("--anchor", anchor, "--accept-ledger", "restored", now=NEXT).exit_code == 0
    assert night.verify("--anchor", anchor).exit_code == 0


def test_whatever_a_report_raises_the_others_are_made(
    night: Nights, monkeypatch: pytest.MonkeyPatch
):
    publish = publication.publish

    def spoilt(parameters, *rest, **more):
        if parameters.area == "town":
            raise TypeError("unsupported operand")
        return publish(parameters, *rest, **more)

    monkeypatch.setattr(publication, "publish", spoilt)
    said = night.run(now=NEXT)
    assert said.exit_code == 1
    assert ("town", "2018-04-30", "failed") in did(said)
    assert ("city", "2018-04-30", "made") in did(said)
    assert "TypeError: unsupported operand" in night.bodies
    assert "Traceback" not in said.output
    monkeypatch.setattr(publication, "publish", publish)
    assert night.run(now=NEXT).exit_code == 0


def test_a_folder_that_another_process_holds_is_told(night: Nights):
    before = tree(night.reports)
    with scheduled_run.alone_in(night.reports, wait_seconds=0):
        said = night.run("--wait", "0", now=NEXT)
    assert said.exit_code == 6
    assert "another process makes reports there" in night.bodies
    assert tree(night.reports) == before
    assert night.run(now=NEXT).exit_code == 0


def test_a_holder_of_the_folder_is_told_once_and_the_next_one_again(night: Nights):
    def told() -> int:
        return night.bodies.count("another process makes reports there")

    for times in (1, 2):
        with scheduled_run.alone_in(night.reports, wait_seconds=0):
            assert [night.run("--wait", "0").exit_code for _ in range(3)] == [6, 6, 6]
        assert told() == times
        assert night.run().exit_code == 0


def test_a_holder_of_the_folder_that_stays_is_told_again_on_another_day(night: Nights):
    with scheduled_run.alone_in(night.reports, wait_seconds=0):
        night.run("--wait", "0")
        replace_in(night.reports / ".alerts" / "busy.json", '"day": "2', '"day": "1')
        night.run("--wait", "0")
    assert night.bodies.count("another process makes reports there") == 2


def test_a_report_that_takes_longer_than_its_limit_is_ended_and_named(night: Nights):
    schedule = night.data / "schedule.toml"
    text = schedule.read_text(encoding="utf-8")
    limited = text.replace("years = [2018]", "years = [2018]\nlimit_minutes = 0.0005")
    schedule.write_text(limited, encoding="utf-8")
    said = night.run("--limit-minutes", "5", now=NEXT)
    assert said.exit_code == 1
    assert did(said)[-3:] == [(area, "2018-04-30", "failed") for area in sorted(AREAS)]
    assert "it took longer than 0.0005 minutes and was ended" in night.bodies
    schedule.write_text(text, encoding="utf-8")
    assert night.run(now=NEXT).exit_code == 0


@pytest.mark.parametrize(
    "error",
    [ZeroDivisionError("by zero"), MemoryError(), RecursionError("deep"), KeyError("x")],
)
def test_whatever_ends_a_run_is_a_line_a_code_and_an_alert(
    night: Nights, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    def spoilt(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(scheduled_run, "read_sound_archive", spoilt)
    said = night.run()
    assert said.exit_code == 1
    (line,) = lines_of(said)
    assert line["did"] == "failed"
    assert type(error).__name__ in line["error"]
    assert line["time"].endswith("+00:00")
    assert "Traceback" not in said.output
    assert type(error).__name__ in night.bodies


def test_a_traceback_is_printed_to_debug_alone(night: Nights, monkeypatch: pytest.MonkeyPatch):
    def spoilt(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(scheduled_run, "read_sound_archive", spoilt)
    assert "Traceback" in night.run("--debug").stderr


ALERTS = {
    "is not TOML": '[[alert]\nto = ["ALERT_MAIL"]\n',
    "has an address in it": '[[alert]]\nto = ["mailto://u:s3cret@h"]\n',
    "has another table": '[[alarm]]\nto = ["ALERT_MAIL"]\n',
    "has a bad entry": '[[alert]]\nto = ["ALERT_MAIL"]\n[[alert]]\nto = ["A"]\nlang = "fr"\n',
    "is not text": "\0\0",
}


@pytest.mark.parametrize("name", ALERTS)
def test_alerts_that_cannot_be_read_stop_no_report(
    night: Nights, name: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("FORECAST_ALERT_OPERATOR", "json://127.0.0.1")
    (night.data / "alerts.toml").write_text(ALERTS[name], encoding="utf-8")
    said = night.run(now=NEXT)
    assert said.exit_code == 2
    assert ("town", "2018-04-30", "made") in did(said)
    assert "alerts.toml" in said.stderr
    assert "s3cret" not in said.output
    assert "FORECAST_ALERT_OPERATOR" in [name for name, *_ in night.sent]
    assert "alerts.toml" in night.bodies


def test_reports_and_caches_of_an_older_version_are_taken_as_they_are(
    night: Nights, monkeypatch: pytest.MonkeyPatch
):
    """Older ledgers and manifests prove less, and older caches hold no hash of their content."""
    cache = night.data.parent / "cache"
    monkeypatch.setenv("FORECAST_CACHE", str(cache))
    cache.mkdir()
    for name in ("status-1.json", "record-1.points.parquet"):
        (cache / name).write_text("{}", encoding="utf-8")
    before = tree(night.reports)
    as_of_an_older_version(night.reports)
    said = night.run()
    assert said.exit_code == 0, said.output
    assert {what for _, _, what in did(said)} == {"unchanged"}
    assert {n: c for n, c in before.items() if ROWS not in n} == tree(night.reports)
    assert "of an older version" in night.verify().stdout
    assert night.verify().exit_code == 0, night.verify().output
    assert night.run(now=NEXT).exit_code == 0
    assert night.verify().exit_code == 0, night.verify().output
    assert cached_text(cache / "status-1.json") is None
    assert cached_table(cache / "record-1.points.parquet", {}) is None


def test_a_folder_of_reports_that_cannot_be_made_is_told(night: Nights):
    shutil.rmtree(night.reports)
    night.reports.write_text("a file where a folder should be", encoding="utf-8")
    said = night.run()
    assert said.exit_code == 1
    (line,) = lines_of(said)
    assert "could not be written" in line["error"]
    assert "could not be written" in night.bodies


def test_a_disk_without_room_for_a_report_is_told_though_no_message_can_be_stored(
    night: Nights, monkeypatch: pytest.MonkeyPatch
):
    import errno

    from forecast.base import files

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as spoilt:
        spoilt.setattr(files.os, "replace", full)
        spoilt.setattr(Path, "rename", full)
        said = night.run(now=NEXT)
    assert said.exit_code == 1, said.output
    assert "No space left on device" in night.bodies
    assert night.run(now=NEXT).exit_code == 0
    assert night.verify().exit_code == 0


def test_a_data_folder_that_is_gone_is_told_to_the_operator(
    night: Nights, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("FORECAST_ALERT_OPERATOR", "json://127.0.0.1")
    shutil.rmtree(night.data)
    said = night.run()
    assert said.exit_code == 2
    assert "no such folder" in said.stderr
    assert "no such folder" in night.bodies


OUTBOX = {
    "is empty": b"",
    "is torn": b'{"title": "x',
    "is a list": b"[]",
    "lacks a body": b'{"title": "x", "to": ["ALERT_MAIL"], "written_at": ""}',
    "has numbers as addresses": b'{"title": "x", "body": "y", "to": [1], "written_at": ""}',
    "has a text as addresses": b'{"title": "x", "body": "y", "to": "ALERT_MAIL", "written_at": ""}',
    "is deep": b"[" * 99_999,
}


@pytest.mark.parametrize("name", OUTBOX)
def test_a_message_that_cannot_be_read_is_named_and_the_others_are_sent(night: Nights, name: str):
    outbox = night.reports / ".alerts" / "outbox"
    outbox.mkdir(parents=True, exist_ok=True)
    (outbox / "0000.json").write_bytes(OUTBOX[name])
    replace_in(night.figures(), ",7.1,", ",7.9,")
    said = night.run()
    assert said.exit_code == 9
    assert "0000.json: not a message; mend or delete it" in said.stderr
    assert "was 7.1 and is 7.9" in night.bodies
    (outbox / "0000.json").unlink()
    replace_in(night.figures(), ",7.9,", ",7.1,")
    assert night.run().exit_code == 0


def test_a_message_in_a_file_chooses_neither_its_address_nor_a_file_to_attach(night: Nights):
    outbox = night.reports / ".alerts" / "outbox"
    outbox.mkdir(parents=True, exist_ok=True)
    message = {"title": "x", "body": "y", "written_at": ""}
    (outbox / "0000.json").write_text(json.dumps(message | {"to": ["HOME"]}))
    secret = night.data.parent / "secret.html"
    secret.write_text("secret")
    paths = [str(secret), "../secret.html", "ledger.jsonl", "/etc/passwd"]
    asked = message | {"title": "z", "to": ["ALERT_MAIL"], "attachments": paths}
    (outbox / "0001.json").write_text(json.dumps(asked))
    said = night.run()
    assert said.exit_code == 5
    assert "HOME: not a variable that alerts.toml names" in said.stderr
    assert night.sent == [("ALERT_MAIL", "z", "y")]


MEMORIES = [b"", b"{", b"[]", b'{"x": 1}', b'{"x": {"calls": {"town/2018": {"gdp": 7}}}}']


@pytest.mark.parametrize("memory", MEMORIES)
def test_a_memory_of_something_else_counts_as_none(night: Nights, memory: bytes):
    (night.reports / ".alerts" / "told.json").write_bytes(memory)
    assert night.run().exit_code == 0
