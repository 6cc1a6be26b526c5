"""The index lists every report that lies there, and what cannot be read."""

import json
import re
import shutil
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from forecast.publishing import index as listing
from forecast.publishing.index import write_index
from frozen import MISSED, OVERLAY, frozen_result


def lay(reports: Path, day: str, **changes: Any) -> Path:
    """Put the frozen result where the report of a day would lie, with a page beside it."""
    said = frozen_result(**({"as_of": day} | changes))
    place = reports / said["area"] / str(said["year"]) / day
    place.mkdir(parents=True)
    (place / "result.json").write_text(json.dumps(said), encoding="utf-8")
    (place / "attainment.html").write_text("a page", encoding="utf-8")
    return place


def indicators(probability: float, **changes: Any) -> list[dict[str, Any]]:
    """Return the frozen indicators, the first target with a probability of its own."""
    every = frozen_result()["indicators"]
    first = next(one for one in every if one["attained"] is not None)
    first |= {"settled": None, **changes}
    first["attained"] |= {"probability": probability, "light": "green"}
    return every


def words(page: Path) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8"))))


def links(page: Path) -> list[str]:
    return re.findall(r'href="([^"]+)"', page.read_text(encoding="utf-8"))


def test_reports_stand_newest_first_with_the_change_since_the_one_before(tmp_path: Path):
    lay(tmp_path, "2019-05-31", indicators=indicators(0.70))
    lay(tmp_path, "2019-06-30", indicators=indicators(0.81))
    write_index(tmp_path)
    said = words(tmp_path / "index.html")
    assert said.index("30 Jun 2019") < said.index("31 May 2019")
    newest = said[said.index("30 Jun 2019") : said.index("31 May 2019")]
    assert "green 81 % +11 pp" in newest
    assert "+11" not in said[said.index("31 May 2019") :]
    assert "2019年6月30日" in words(tmp_path / "index.zh.html")
    assert "+11个百分点" in words(tmp_path / "index.zh.html")


def test_the_change_is_that_between_the_printed_per_cents(tmp_path: Path):
    lay(tmp_path, "2019-05-31", indicators=indicators(0.7454))
    lay(tmp_path, "2019-06-30", indicators=indicators(0.5746))
    write_index(tmp_path)
    assert "57 % −18 pp" in words(tmp_path / "index.html")


def test_a_yellow_light_without_figures_is_marked_and_a_missed_target_settles_all(tmp_path: Path):
    every = indicators(0.5, months_known=0)
    blind, other, *_ = (one for one in every if one["target"] is not None)
    blind["attained"]["light"] = "yellow"
    lay(tmp_path, "2019-05-31", indicators=every)
    write_index(tmp_path)
    assert "no figures 50 %" in words(tmp_path / "index.html")
    other["settled"] = MISSED
    lay(tmp_path, "2019-06-30", indicators=every)
    write_index(tmp_path)
    newest = words(tmp_path / "index.html").partition("30 Jun 2019")[2]
    assert newest.count("missed") == 2  # the target, and all together


def test_every_link_leads_to_a_page_that_is_there(tmp_path: Path):
    place = lay(tmp_path, "2019-05-31")
    (place / "bulletin.zh.pdf").write_bytes(b"%PDF-")
    (place / "notes.html").write_text("not a page of ours", encoding="utf-8")
    write_index(tmp_path)
    for index in ("index.html", "index.zh.html"):
        found = links(tmp_path / index)
        assert len(found) == 3  # two pages, and the index in the other language
        assert all((tmp_path / unquote(link)).is_file() for link in found)


@pytest.mark.parametrize("spoilt", ["{", "[]", '{"area": "x"}', '{"area": null, "joint": 3}', ""])
def test_a_result_that_cannot_be_read_is_named_and_the_others_listed(spoilt: str, tmp_path: Path):
    lay(tmp_path, "2019-05-31")
    (lay(tmp_path, "2019-06-30") / "result.json").write_text(spoilt, encoding="utf-8")
    write_index(tmp_path)
    said = words(tmp_path / "index.html")
    assert "could not be read" in said
    assert re.search(r"\w+/2019/2019-06-30/result\.json", said)
    assert "31 May 2019" in said


def test_names_are_text(tmp_path: Path):
    hostile = "<script>alert(1)</script>\"'"
    changed = indicators(0.5, name_en=hostile, name_zh=hostile)
    lay(tmp_path, "2019-05-31", area_name_en=hostile, area_name_zh=hostile, indicators=changed)
    write_index(tmp_path)
    for index in ("index.html", "index.zh.html"):
        assert "<script" not in (tmp_path / index).read_text(encoding="utf-8")
        assert hostile in words(tmp_path / index)


def test_a_report_that_is_gone_leaves_the_index_with_its_next_writing(tmp_path: Path):
    gone = lay(tmp_path, "2019-05-31")
    write_index(tmp_path)
    shutil.rmtree(gone)
    write_index(tmp_path)
    assert "There is no report yet." in words(tmp_path / "index.html")
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".index.h")] == []


def test_runs_are_not_listed_and_unpublished_figures_are_marked(tmp_path: Path):
    place = lay(tmp_path, "2019-05-31")
    shutil.copytree(place, place / "runs" / "abc")
    said = json.loads((place / "result.json").read_text(encoding="utf-8"))
    over = place / "overlay-0123456789ab"
    over.mkdir()
    (over / "result.json").write_text(json.dumps(said | {"overlay": OVERLAY}), encoding="utf-8")
    write_index(tmp_path)
    assert words(tmp_path / "index.html").count("31 May 2019") == 2
    assert words(tmp_path / "index.html").count("with unpublished figures") == 1


def test_of_many_reports_the_newest_stand_first_and_all_on_a_page_of_their_year(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(listing, "_MOST_ROWS", 2)
    days = ("2019-05-31", "2019-06-30", "2019-07-31")
    places = [
        lay(tmp_path, day, indicators=indicators(0.70 + n / 10)) for n, day in enumerate(days)
    ]
    write_index(tmp_path)
    first, year = tmp_path / "index.html", places[0].parent / "index.html"
    assert [day in words(first) for day in ("31 May", "30 Jun", "31 Jul")] == [False, True, True]
    assert "+10 pp" in words(first).partition("30 Jun 2019")[2]
    assert "2019: 1 more reports" in words(first)
    assert [day in words(year) for day in ("31 May", "30 Jun", "31 Jul")] == [True, True, True]
    for page in (first, year, year.with_name("index.zh.html")):
        for link in links(page):
            assert (page.parent / unquote(link)).is_file(), link
    shutil.rmtree(places[0])
    write_index(tmp_path)
    assert not year.exists()


def test_only_new_results_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    lay(tmp_path, "2019-05-31")
    write_index(tmp_path)
    read = []
    reading = listing.read_result
    monkeypatch.setattr(listing, "read_result", lambda path: read.append(path) or reading(path))
    new = lay(tmp_path, "2019-06-30")
    write_index(tmp_path)
    assert read == [new / "result.json"]
    assert "31 May 2019" in words(tmp_path / "index.html")


@pytest.mark.parametrize("spoilt", ["", "{", "[]", '{"package": 1}', '{"results": null}'])
def test_what_is_kept_of_results_may_be_lost_or_spoilt(spoilt: str, tmp_path: Path):
    lay(tmp_path, "2019-05-31")
    write_index(tmp_path)
    (tmp_path / ".index.json").write_text(spoilt, encoding="utf-8")
    write_index(tmp_path)
    assert "31 May 2019" in words(tmp_path / "index.html")


def test_the_index_shows_no_number_that_rests_on_unpublished_figures(tmp_path: Path):
    place = lay(tmp_path, "2019-05-31")
    said = json.loads((place / "result.json").read_text(encoding="utf-8"))
    (place / "result.json").unlink()
    over = place / "overlay-0123456789ab"
    over.mkdir()
    (over / "result.json").write_text(json.dumps(said | {"overlay": OVERLAY}), encoding="utf-8")
    write_index(tmp_path)
    shown = words(tmp_path / "index.html")
    assert "with unpublished figures" in shown
    assert "%" not in shown.partition("31 May 2019")[2]
