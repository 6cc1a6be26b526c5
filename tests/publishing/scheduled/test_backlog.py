"""What became of a due report is said truthfully."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from forecast.archive.archive import Fingerprints
from forecast.archive.folder import read_archive
from forecast.base.parameters import Parameters
from forecast.publishing import publication
from forecast.publishing.places import PageRequest, Publication, day_folder
from forecast.publishing.runs import Inputs, write_manifest
from town import call, entries

PAGES = [
    ('languages = ["zh"]\nformats = ["pdf"]', "attainment.zh.pdf"),
    ('languages = ["en", "zh"]\nformats = ["md", "html"]', "attainment.html"),
    ('kinds = ["indicator"]\nlanguages = ["zh"]', "indicator-gdp.zh.html"),
]


@pytest.mark.parametrize(("entry", "page"), PAGES)
def test_a_report_names_the_first_of_the_pages_that_were_made(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str, page: str
):
    """Nothing is computed: in place of the pages stands the manifest that lists them."""

    def listed(asked: Parameters, reports: Path, **names: Any) -> Publication:
        request = PageRequest(**names, indicators=("gdp",))
        home = day_folder(asked, reports) / "runs" / "r1"
        home.mkdir(parents=True)
        known = Fingerprints(read_archive(asked.data)).on(asked.as_of, asked.area)
        inputs = Inputs(parameters=asked.question(), known=known)
        write_manifest(home, inputs, request.pages())
        shutil.copyfile(home / "manifest.json", home.parents[1] / "manifest.json")
        return Publication(home.parents[1], (), home / "result.json", "r1", True)

    monkeypatch.setattr(publication, "publish", listed)
    data = shutil.copytree(town, tmp_path / "data")
    with (data / "schedule.toml").open("a", encoding="utf-8") as schedule:
        schedule.write(entry)
    for _ in ("made", "unchanged"):
        (said, *_) = entries(call(data, tmp_path / "reports", "2018-08-01"))
        assert said["page"] == str(tmp_path / "reports/town/2018/2018-07-31" / page)
