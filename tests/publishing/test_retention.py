"""Old runs go to the archive, and stay as provable there as they were."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forecast.cli import main
from forecast.publishing import retention
from forecast.publishing.places import ARCHIVE, RUNS
from forecast.publishing.scheduled.run import alone_in
from nights import AREAS, DAYS, NEXT, Nights, did, nights

LATE = "town,gdp,2018-01,2018-01,growth_pct,6.9,2018-02-20\n"


@pytest.fixture(scope="module")
def remade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of nights in which late figures remade the reports of a town."""
    folder = tmp_path_factory.mktemp("remade")
    with pytest.MonkeyPatch.context() as monkeypatch:
        night = nights(folder, monkeypatch)
        assert night.run().exit_code == 0
        with night.figures().open("a", encoding="utf-8") as file:
            file.write(LATE)
        said = night.run()
        assert said.exit_code == 0, said.output
        assert {what for area, _, what in did(said) if area == "town"} == {"remade"}
    return folder


@pytest.fixture
def night(remade: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nights:
    return nights(tmp_path, monkeypatch, after=remade)


def prune(night: Nights, *more: str) -> Result:
    return CliRunner().invoke(main, ["prune", "--reports", str(night.reports), *more])


def runs_of(folder: Path, day: str = DAYS[0]) -> list[Path]:
    return sorted((folder / "town" / "2018" / day / RUNS).iterdir())


@pytest.mark.parametrize("is_on_one_disk", [True, False])
def test_replaced_runs_are_moved_and_everything_is_as_it_was_published(
    night: Nights, monkeypatch: pytest.MonkeyPatch, is_on_one_disk: bool
):
    monkeypatch.setattr(retention, "_is_on_one_disk", lambda *_: is_on_one_disk)
    before = {path.name for path in runs_of(night.reports)}
    said = prune(night, "--keep", "1")
    assert said.exit_code == 0, said.output
    (kept,), (moved,) = runs_of(night.reports), runs_of(night.reports / ARCHIVE)
    assert {kept.name, moved.name} == before
    assert f"town/2018/{DAYS[0]}/{RUNS}/{moved.name}\n" in said.stdout
    assert night.verify().exit_code == 0, night.verify().output
    assert prune(night, "--keep", "1").stdout.startswith("0 runs moved")
    again = night.run(now=NEXT)
    assert again.exit_code == 0, again.output
    made = {(area, day) for area, day, what in did(again) if what != "unchanged"}
    assert made == {(area, "2018-04-30") for area in AREAS}
    assert night.verify().exit_code == 0, night.verify().output


def test_what_is_altered_or_lost_in_the_archive_is_named(night: Nights):
    assert prune(night, "--keep", "1").exit_code == 0
    (moved,) = runs_of(night.reports / ARCHIVE)
    (moved / "attainment.html").write_text("another page", encoding="utf-8")
    (other,) = runs_of(night.reports / ARCHIVE, DAYS[1])
    shutil.rmtree(other)
    said = night.verify()
    assert said.exit_code == 1
    assert f"town/2018/{DAYS[0]}/{RUNS}/{moved.name}/attainment.html: altered" in said.stderr
    assert f"town/2018/{DAYS[1]}/{RUNS}/{other.name}/result.json: missing" in said.stderr


def test_what_stays_and_what_is_only_named(night: Nights):
    assert prune(night, "--keep", "2").stdout.startswith("0 runs moved")
    assert prune(night, "--keep", "1", "--before", DAYS[0]).stdout.startswith("0 runs moved")
    said = prune(night, "--keep", "1", "--dry-run")
    assert "runs would be moved" in said.stdout
    assert len(runs_of(night.reports)) == 2
    said = prune(night, "--keep", "1", "--before", DAYS[1])
    assert DAYS[0] in said.stdout
    assert len(runs_of(night.reports, DAYS[1])) == 2


def test_a_run_that_was_altered_stays_and_is_named(night: Nights):
    for home in runs_of(night.reports):
        (home / "attainment.html").write_text("another page", encoding="utf-8")
    said = prune(night, "--keep", "1")
    assert said.exit_code == 1
    assert "attainment.html is altered" in said.stderr
    assert len(runs_of(night.reports)) == 2


def test_nothing_is_moved_while_another_process_works(night: Nights):
    with alone_in(night.reports, wait_seconds=0):
        assert prune(night, "--keep", "1", "--wait", "0").exit_code == 6
