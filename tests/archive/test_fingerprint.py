"""Equal hashes where a report of the day would see the same, and only there."""

import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from forecast.archive.archive import Archive, Fingerprints
from forecast.archive.commitments import Commitment, CommitmentComparison, Commitments
from forecast.archive.folder import read_archive
from forecast.archive.progress import ProgressEntry
from forecast.base.months import Span
from strategies import Release, archive_of, days, releases, target

DAY = date(2018, 9, 1)
FIGURE = Release(span=Span.year_to_date(2018, 6), value=7.0, released_on=date(2018, 8, 1))


def hashed(*made: Release, day: date = DAY) -> str:
    return Fingerprints(archive_of(made)).on(day, "made_up")


@given(releases(), days())
def test_what_is_released_later_leaves_it_as_it_is(made, day):
    early = [r for r in made if r.released_on <= day]
    if early:
        assert hashed(*made, day=day) == hashed(*early, day=day)


@given(releases(), st.randoms())
def test_the_order_of_the_rows_does_not_matter(made, random):
    assert hashed(*made) == hashed(*random.sample(made, len(made)))


def test_whatever_is_known_counts():
    changes = [
        {"value": 7.1},
        {"status": "preliminary"},
        {"released_on": DAY},
        {"indicator": "output"},
        {"span": Span.year_to_date(2018, 5)},
    ]
    found = {hashed(FIGURE), *(hashed(replace(FIGURE, **change)) for change in changes)}
    assert len(found) == 1 + len(changes)


def test_a_target_counts_from_its_announcement_for_its_own_area():
    announced = target(announced_on=DAY)
    without = archive_of([FIGURE], targets=[])
    given = archive_of([FIGURE], targets=[announced])
    before = DAY - timedelta(days=1)
    assert Fingerprints(given).on(before, announced.area) == Fingerprints(without).on(
        before, announced.area
    )
    assert Fingerprints(given).on(DAY, announced.area) != Fingerprints(without).on(
        DAY, announced.area
    )
    assert Fingerprints(given).on(DAY, "elsewhere") == Fingerprints(without).on(DAY, "elsewhere")


def test_the_files_do_not_matter(archive: Archive, data_folder: Path, tmp_path: Path):
    folder = shutil.copytree(data_folder, tmp_path / "data")
    (folder / "figures" / "district.csv").rename(folder / "figures" / "another.csv")
    schedule = folder / "schedule.toml"
    schedule.write_text("# nothing usual\n", encoding="utf-8")
    assert Fingerprints(read_archive(folder)).on(DAY, "district") == Fingerprints(archive).on(
        DAY, "district"
    )


def test_commitments_and_their_progress_count_once_they_are_known(archive: Archive):
    promised = Commitment(
        id="land",
        area="district",
        year=2018,
        name_en="Land",
        name_zh="用地",
        amount=10.0,
        unit_en="ha",
        unit_zh="公顷",
        comparison=CommitmentComparison.AT_LEAST,
        announced_on=DAY,
        wording="",
        source="",
    )
    done = ProgressEntry(
        id="land", day=DAY, done=2.0, source="", released_on=DAY, file="a.csv", line=2
    )
    books = [
        Commitments(),
        Commitments((promised,), (1,)),
        Commitments((promised,), (1,), (done,)),
    ]
    hashes = [Fingerprints(replace(archive, commitments=book)) for book in books]
    assert len({one.on(DAY, "district") for one in hashes}) == 3
    assert len({one.on(DAY - timedelta(days=1), "district") for one in hashes}) == 1
    moved = Commitments((promised,), (7,), (replace(done, file="b.csv", line=5),))
    assert Fingerprints(replace(archive, commitments=moved)).on(DAY, "district") == hashes[2].on(
        DAY, "district"
    )
