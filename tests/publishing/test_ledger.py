"""The ledger: no published result is changed, lost or slipped in without being found.

The results here are simulated: the ledger does not look inside them.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from filelock import FileLock

from forecast.archive.folder import read_archive
from forecast.archive.targets import Target
from forecast.base.errors import OutputError
from forecast.base.files import sha256_of
from forecast.cli import main
from forecast.publishing import ledger
from forecast.publishing.integrity import faults_of, is_edited, lost_heads, marks_of
from forecast.publishing.ledger import LEDGER, LOCK, accept, answer, enter, hash_of, read_ledger
from forecast.publishing.places import Page
from forecast.publishing.restoration import is_whole, mend
from forecast.publishing.runs import (
    Inputs,
    put_in_place,
    put_manifest,
    read_manifest,
    write_manifest,
)


def run(reports: Path, day: str, name: str, *, made_at: str = "2019-10-01T07:00:00") -> Path:
    """Put a simulated run in place, and its result where people look for it."""
    home = reports / "district" / "2019" / day / "runs" / name
    home.mkdir(parents=True)
    result = home / "result.json"
    result.write_text(json.dumps({"day": day, "run": name}), encoding="utf-8")
    manifest = {
        "parameters": {"area": "district", "year": 2019, "as_of": day},
        "made_at": made_at,
        "files": {"result.json": sha256_of(result)},
    }
    (home / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (home.parents[1] / "result.json").write_bytes(result.read_bytes())
    return home


def no_rows(digest: str) -> bytes | None:
    """Return no list of rows: simulated runs keep none."""
    return None


PAGE = "<!doctype html><title>Town</title><p>70 %</p></html>"


def publish(reports: Path, day: str, name: str, *, newest: str = "") -> Path:
    """Publish a simulated run of this version, with a page, and return where people find it."""
    home = reports / "district" / "2019" / day / "runs" / name
    home.mkdir(parents=True)
    place = home.parents[1]
    files = {
        "result.json": json.dumps({"day": day, "run": name}),
        "attainment.html": PAGE,
        "attainment.ipynb": "{}",
    }
    for file, content in files.items():
        (home / file).write_text(content, encoding="utf-8")
    inputs = Inputs(parameters={"area": "district", "year": 2019, "as_of": day})
    page = Page(kind="attainment", lang="en")
    manifest = write_manifest(
        home, inputs, [page], head=read_ledger(reports).head, newest_release=newest or day
    )
    content = json.loads((home / "manifest.json").read_bytes()) | {"run": name}
    (home / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    assert manifest.files.keys() == files.keys()
    put_in_place(home, place)
    enter(reports, home)
    put_manifest(home, place)
    return place


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """Return a folder with three published runs of this version."""
    for day, name in (("2019-08-31", "a1"), ("2019-09-30", "b1"), ("2019-10-31", "c1")):
        publish(tmp_path, day, name)
    return tmp_path


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Return a folder with three listed runs, two of them of one day."""
    for day, name in (("2019-08-31", "a1"), ("2019-09-30", "b1"), ("2019-09-30", "b2")):
        enter(tmp_path, run(tmp_path, day, name))
    return tmp_path


def said(reports: Path) -> list[str]:
    return [str(fault) for fault in faults_of(reports)]


def verify(reports: Path, *more: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["verify", "--reports", str(reports), *more])
    return done.exit_code, done.output


def test_every_published_run_has_a_line_in_the_order_of_publication(reports: Path):
    entries = read_ledger(reports).numbered
    assert [(e.sequence, e.day, e.run) for e in entries.values()] == [
        (1, "2019-08-31", "a1"),
        (2, "2019-09-30", "b1"),
        (3, "2019-09-30", "b2"),
    ]
    assert said(reports) == []


def test_a_run_is_listed_once(reports: Path):
    before = (reports / LEDGER).read_bytes()
    enter(reports, reports / "district/2019/2019-09-30/runs/b1")
    assert (reports / LEDGER).read_bytes() == before


def test_what_was_listed_stands_as_a_prefix_of_what_is_listed_later(reports: Path):
    before = (reports / LEDGER).read_bytes()
    enter(reports, run(reports, "2019-10-31", "c1"))
    assert (reports / LEDGER).read_bytes().startswith(before)


@pytest.mark.parametrize("name", ["a1", "b1", "b2"])
def test_an_altered_result_is_named(reports: Path, name: str):
    (result,) = reports.glob(f"**/runs/{name}/result.json")
    result.write_bytes(result.read_bytes().replace(b"2019", b"2018"))
    (fault,) = [f for f in said(reports) if "altered" in f]
    assert fault.startswith(f"{result.relative_to(reports).as_posix()}: altered: its SHA-256 is ")
    assert verify(reports)[0] == 1


def test_a_missing_result_is_named(reports: Path):
    (reports / "district/2019/2019-08-31/runs/a1/result.json").unlink()
    assert (
        "district/2019/2019-08-31/runs/a1/result.json: missing; listed on line 1 of " + LEDGER
        in (said(reports))
    )


def test_an_unlisted_result_is_named(reports: Path):
    run(reports, "2019-10-31", "c1")
    (fault,) = said(reports)
    assert fault.startswith("district/2019/2019-10-31/runs/c1/result.json: not listed")


@pytest.mark.parametrize("number", [1, 2])
def test_a_changed_line_breaks_the_chain_at_the_next(reports: Path, number: int):
    lines = (reports / LEDGER).read_text(encoding="utf-8").splitlines(keepends=True)
    lines[number - 1] = lines[number - 1].replace("T", "t", 1)
    (reports / LEDGER).write_text("".join(lines), encoding="utf-8")
    assert any(f.startswith(f"{LEDGER}:{number + 1}: the chain is broken") for f in said(reports))


def test_a_line_taken_out_leaves_its_result_unlisted_and_the_chain_broken(reports: Path):
    lines = (reports / LEDGER).read_text(encoding="utf-8").splitlines(keepends=True)
    (reports / LEDGER).write_text(lines[0] + lines[2], encoding="utf-8")
    told = said(reports)
    assert any(f.startswith(f"{LEDGER}:2: the chain is broken") for f in told)
    assert any("runs/b1/result.json: not listed" in f for f in told)


@pytest.mark.parametrize(
    "junk", ["{", "[]", "7", '{"sequence": 3}', "\0\0", '{"sequence": "3"}', "é"]
)
def test_a_line_of_something_else_is_named_with_what_is_allowed(reports: Path, junk: str):
    with (reports / LEDGER).open("a", encoding="utf-8") as file:
        file.write(junk + "\n")
    assert f"{LEDGER}:4: not a line of a ledger; allowed: an object of sequence" in said(reports)[0]


def test_bytes_that_are_no_text_are_named(reports: Path):
    (reports / LEDGER).write_bytes(b"\xff\xfe\x00\n")
    assert said(reports)[0].startswith(f"{LEDGER}:1: not a line of a ledger")


def test_the_hash_of_the_last_line_proves_what_stood_by_then(reports: Path):
    head = read_ledger(reports).head
    code, told = verify(reports)
    assert code == 0
    whole = f"3 published results, each as it was published\nnewest hash: {head}\n"
    assert told.startswith(whole)
    assert "note: ledger.jsonl: no anchor outside of the folder was compared" in told
    assert verify(reports, "--holds", head) == (0, whole)
    enter(reports, run(reports, "2019-10-31", "c1"))
    assert verify(reports, "--holds", head)[0] == 0
    (reports / LEDGER).unlink()  # a forger can write all anew without a fault
    home = reports / "district/2019/2019-08-31/runs/a1"
    for forged in (home / "result.json", home.parents[1] / "result.json"):
        forged.write_text("{}", encoding="utf-8")
    manifest = json.loads((home / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["result.json"] = sha256_of(home / "result.json")
    (home / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    enter(reports, home)
    assert said(reports) == []
    code, told = verify(reports, "--holds", head)
    assert code == 1
    assert "what was listed by then was changed" in told


def test_wherever_a_process_dies_in_a_line_the_next_publication_completes_it(reports: Path):
    """A kill can leave any beginning of the new line, without its end."""
    before = (reports / LEDGER).read_bytes()
    home = run(reports, "2019-10-31", "c1")
    enter(reports, home)
    line = (reports / LEDGER).read_bytes()[len(before) :]
    for length in range(len(line)):
        (reports / LEDGER).write_bytes(before + line[:length])
        torn = [f for f in said(reports) if "torn" in f]
        assert len(torn) == (0 < length < len(line) - 1)
        enter(reports, home)
        assert said(reports) == []
        assert (reports / LEDGER).read_bytes().startswith(before)
        assert [e.run for e in read_ledger(reports).numbered.values()] == ["a1", "b1", "b2", "c1"]


def test_a_run_that_died_unlisted_is_listed_with_the_next_in_the_order_they_were_made(
    reports: Path,
):
    run(reports, "2019-12-31", "late", made_at="2020-01-01T07:00:00")
    run(reports, "2019-11-30", "early", made_at="2019-12-01T07:00:00")
    enter(reports, run(reports, "2020-01-31", "next", made_at="2020-02-01T07:00:00"))
    assert [e.run for e in read_ledger(reports).numbered.values()][3:] == ["early", "late", "next"]
    assert said(reports) == []


def test_a_run_that_is_not_as_its_manifest_says_is_never_listed(reports: Path):
    forged = run(reports, "2019-11-30", "f1")
    (forged / "result.json").write_text("{}", encoding="utf-8")
    (forged.parents[1] / "result.json").unlink()
    enter(reports, run(reports, "2019-12-31", "next"))
    (fault,) = said(reports)
    assert "runs/f1/result.json: not listed" in fault


@pytest.mark.parametrize("junk", [b"", b"[]", b"{}", b"\xff", b'{"files": 1, "parameters": {}}'])
def test_a_run_without_a_manifest_that_can_be_read_is_never_listed(reports: Path, junk: bytes):
    home = run(reports, "2019-11-30", "f1")
    (home / "manifest.json").write_bytes(junk)
    enter(reports, run(reports, "2019-12-31", "next"))
    (fault,) = said(reports)
    assert "runs/f1/result.json: not listed" in fault


def test_what_people_link_to_is_named_where_it_was_edited(reports: Path):
    place = reports / "district/2019/2019-09-30"
    assert not is_edited(place)
    (place / "result.json").write_text("{}", encoding="utf-8")
    assert is_edited(place)
    assert said(reports) == [
        "district/2019/2019-09-30/result.json: edited: it is not the result.json of any run "
        "beside it"
    ]


_ENTERING = """
import sys
from collections.abc import Callable
from pathlib import Path
from forecast.publishing.ledger import enter
for home in sys.argv[2:]:
    enter(Path(sys.argv[1]), Path(home))
"""


def test_processes_that_publish_at_once_list_each_run_once(tmp_path: Path):
    homes = [run(tmp_path, f"2019-{m:02d}-15", f"r{m}") for m in range(1, 13)]
    halves = [homes[::2], homes[1::2], homes[::3]]
    started = [
        subprocess.Popen([sys.executable, "-c", _ENTERING, str(tmp_path), *map(str, some)])
        for some in halves
    ]
    assert [process.wait() for process in started] == [0, 0, 0]
    assert said(tmp_path) == []
    assert len(read_ledger(tmp_path).lines) == len(homes)


def test_a_ledger_that_stays_locked_is_named(reports: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ledger, "SECONDS_FOR_THE_LOCK", 0.05)
    home = run(reports, "2019-10-31", "c1")
    with (
        FileLock(reports / LOCK),
        pytest.raises(OutputError, match=r"ledger\.jsonl was locked by another process"),
    ):
        enter(reports, home)


def test_a_folder_without_a_report_has_nothing_to_verify(tmp_path: Path):
    assert verify(tmp_path)[0] == 0
    code, told = verify(tmp_path / "none")
    assert code == 2
    assert "none is not a folder (expected one with reports)" in told


def sed(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"7", b"8", 1))


def empty(path: Path) -> None:
    path.write_bytes(b"")


SPOILT = [(sed, "altered"), (empty, "empty"), (Path.unlink, "missing")]


@pytest.mark.parametrize(("spoil", "state"), SPOILT)
@pytest.mark.parametrize("name", ["attainment.html", "attainment.ipynb", "manifest.json"])
def test_a_file_of_a_run_that_is_altered_empty_or_missing_is_named(
    published: Path, spoil: Callable[[Path], None], state: str, name: str
):
    assert said(published) == []
    home = published / "district/2019/2019-09-30/runs/b1"
    if spoil is sed and name == "attainment.ipynb":
        (home / name).write_text("[]", encoding="utf-8")
    elif spoil is sed and name == "manifest.json":
        (home / name).write_bytes((home / name).read_bytes() + b" ")
    else:
        spoil(home / name)
    path = f"district/2019/2019-09-30/runs/b1/{name}"
    assert any(f.startswith(f"{path}: {state}") for f in said(published)), said(published)
    code, told = verify(published)
    assert code == 1
    assert "as it was published" not in told


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (sed, "edited: it is not the attainment.html of any run beside it"),
        (empty, "empty; the next `run-due` puts it back from its run"),
        (Path.unlink, "missing; the next `run-due` puts it back from its run"),
    ],
)
def test_a_page_that_people_link_to_is_named_where_it_is_not_that_of_its_run(
    published: Path, spoil: Callable[[Path], None], message: str
):
    spoil(published / "district/2019/2019-09-30/attainment.html")
    assert said(published) == [f"district/2019/2019-09-30/attainment.html: {message}"]


@pytest.mark.parametrize("spoil", [empty, Path.unlink])
@pytest.mark.parametrize("name", ["attainment.html", "attainment.ipynb", "manifest.json"])
@pytest.mark.parametrize("where", ["", "runs/b1"])
def test_what_a_report_or_its_run_lost_is_put_back(
    published: Path, spoil: Callable[[Path], None], name: str, where: str
):
    place = published / "district/2019/2019-09-30"
    whole = (place / name).read_bytes()
    spoil(place / where / name)
    assert not is_whole(place, read_manifest(place))
    assert mend(published, place, read_ledger(published), no_rows)
    assert (place / where / name).read_bytes() == whole
    assert said(published) == []
    assert is_whole(place, read_manifest(place))


def test_half_of_a_page_is_made_whole_and_an_edited_one_is_never_overwritten(published: Path):
    place = published / "district/2019/2019-09-30"
    ledger = read_ledger(published)
    (place / "attainment.html").write_text(PAGE[:20], encoding="utf-8")
    assert mend(published, place, ledger, no_rows) == ["attainment.html"]
    (place / "attainment.html").write_text(PAGE + "<!-- mine -->", encoding="utf-8")
    with pytest.raises(OutputError, match=r"attainment\.html was edited by hand"):
        mend(published, place, ledger, no_rows)
    assert (place / "attainment.html").read_text(encoding="utf-8").endswith("mine -->")


def test_what_is_nowhere_any_more_is_named(published: Path):
    place = published / "district/2019/2019-09-30"
    for folder in (place, place / "runs/b1"):
        (folder / "attainment.html").unlink()
    with pytest.raises(OutputError, match=r"runs/b1 was altered .*: attainment\.html; restore it"):
        mend(published, place, read_ledger(published), no_rows)


def test_a_file_that_was_slipped_into_a_run_is_named(published: Path):
    (published / "district/2019/2019-09-30/runs/b1/indicator-gdp.html").write_text("forged")
    assert said(published) == [
        "district/2019/2019-09-30/runs/b1/indicator-gdp.html: not listed in its manifest.json"
    ]


def shorten(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


@pytest.mark.parametrize("lose", [Path.unlink, empty, shorten])
def test_a_ledger_that_lost_lines_is_found_and_stays_found_after_the_next_report(
    published: Path, lose: Callable[[Path], None]
):
    lose(published / LEDGER)
    lost = lost_heads(published, read_ledger(published))
    assert "district/2019/2019-10-31/manifest.json" in lost.values()
    assert any("though it was: the ledger was removed, shortened" in f for f in said(published))
    publish(published, "2019-11-30", "d1")
    assert lost_heads(published, read_ledger(published))
    assert verify(published)[0] == 1


def test_a_ledger_that_was_rebuilt_is_found_by_the_heads_in_manifests(published: Path):
    """Whoever writes all lines anew, with other times, cannot change the manifests' hashes too."""
    ledger = published / LEDGER
    values = [json.loads(line) for line in ledger.read_bytes().splitlines()]
    lines, previous = [], "0" * 64
    for entry in values:
        line = json.dumps(entry | {"time": "2019-11-01T00:00:00+00:00", "previous": previous})
        lines.append(line.encode())
        previous = hash_of(lines[-1])
    ledger.write_bytes(b"".join(line + b"\n" for line in lines))
    faults = said(published)
    assert [f.split(":")[0] for f in faults] == [
        "district/2019/2019-09-30/runs/b1/manifest.json",
        "district/2019/2019-10-31/runs/c1/manifest.json",
    ]
    assert "no line has it: the ledger was removed, rebuilt, shortened" in faults[0]
    assert len(lost_heads(published, read_ledger(published))) == 2


def test_what_was_accepted_is_in_the_ledger_and_the_lost_runs_are_listed_anew(published: Path):
    (published / LEDGER).unlink()
    lost = lost_heads(published, read_ledger(published))
    accept(published, "ledger", lost, "the disk was replaced", is_listing=True)
    ledger = read_ledger(published)
    assert lost_heads(published, ledger) == {}
    assert sorted(e.run for e in ledger.numbered.values()) == ["a1", "b1", "c1"]
    code, told = verify(published)
    assert code == 0
    assert "note: ledger.jsonl:1: accepts heads that it lacks" in told
    assert "the disk was replaced" in told


def test_a_line_of_an_older_version_is_accepted_and_named(published: Path):
    old = json.loads((published / LEDGER).read_bytes().splitlines()[0])
    del old["manifest"]
    (published / LEDGER).write_text(json.dumps(old) + "\n", encoding="utf-8")
    (mark,) = marks_of(published, read_ledger(published))
    assert "1 line of an older version without the hash of a manifest (the first is line 1)" in mark


@pytest.mark.parametrize(
    ("number", "time", "message"),
    [
        (2, "2019-09-01T00:00:00+00:00", "lies before that of line 1"),
        (1, "2019-08-30T00:00:00+00:00", "lies before 2019-08-31, the release of the newest"),
        (3, "yesterday", "'yesterday' is not a time"),
    ],
)
def test_a_line_whose_time_cannot_be_is_marked(
    published: Path, number: int, time: str, message: str
):
    times = ["2019-10-01T00:00:00+00:00"] * 2 + ["2019-11-01T00:00:00+00:00"]
    times[number - 1] = time
    values = [json.loads(line) for line in (published / LEDGER).read_bytes().splitlines()]
    lines = [json.dumps(v | {"time": t}) for v, t in zip(values, times, strict=True)]
    (published / LEDGER).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    marks = marks_of(published, read_ledger(published))
    assert [m for m in marks if m.startswith(f"{LEDGER}:{number}: ") and message in m]


@pytest.mark.parametrize("junk", ["{", "[" * 100_000, "null", "7"])
def test_a_manifest_of_something_else_is_named_without_a_traceback(published: Path, junk: str):
    place = published / "district/2019/2019-09-30"
    (place / "manifest.json").write_text(junk, encoding="utf-8")
    assert said(published)[0].startswith("district/2019/2019-09-30/manifest.json: missing, empty")
    assert mend(published, place, read_ledger(published), no_rows) == ["manifest.json"]
    assert said(published) == []


def test_what_was_answered_for_a_target_stands_in_the_ledger_and_verify_accepts_it(
    published: Path, tmp_path_factory: pytest.TempPathFactory, data_folder: Path
):
    data = shutil.copytree(data_folder, tmp_path_factory.mktemp("answered") / "data")
    targets = read_archive(data).targets
    target = max((t for t in targets if t.area == "district"), key=lambda t: t.announced_on)
    asked = [
        "answer", "--area", target.area, "--indicator", target.indicator, "--year",
        str(target.year), "--owner", "商务局", "--action", "发放消费券", "--due", "2019-12-31",
        "--data", str(data), "--reports", str(published),
    ]  # fmt: skip
    done = CliRunner().invoke(main, asked)
    assert done.exit_code == 0, done.output
    stands = read_archive(data).as_of(target.announced_on).targets(target.area, target.year)
    assert (stands[target.indicator].owner, stands[target.indicator].due) == (
        "商务局", date(2019, 12, 31),
    )  # fmt: skip
    (answer,) = read_ledger(published).answers.values()
    assert (answer.owner, answer.action, answer.due) == ("商务局", "发放消费券", "2019-12-31")
    assert said(published) == []
    code, output = verify(published)
    assert code == 0
    assert f"商务局 answers for {target.area}/{target.indicator} {target.year}" in output
    again = CliRunner().invoke(main, asked)
    assert again.exit_code == 2
    assert "商务局 and 发放消费券 stands there already" in again.output
    assert len(read_ledger(published).answers) == 1


def test_an_answer_for_no_target_names_those_that_there_are(published: Path, data_folder: Path):
    done = CliRunner().invoke(
        main,
        ["answer", "--area", "district", "--indicator", "luck", "--year", "2018", "--owner", "a",
         "--action", "b", "--data", str(data_folder), "--reports", str(published)],
    )  # fmt: skip
    assert done.exit_code == 2
    assert "no target for district/luck 2018; allowed: " in done.output


def test_a_changed_answer_breaks_the_chain(published: Path):
    made_up = Target(
        area="district", year=2019, indicator="gdp", comparison="at_least", rate_pct=7.0,
        announced_on=date(2019, 2, 1), wording="", source="", owner="Commerce", action="vouchers",
    )  # fmt: skip
    answer(published, made_up)
    answer(published, made_up)
    path = published / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b"vouchers", b"nothing", 1))
    assert any("ledger.jsonl:5" in one for one in said(published))
