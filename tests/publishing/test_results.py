"""Published calls are settled by the outturns that came, and only those made in time count.

Results, ledger and figures here are simulated, but for the frozen run of real figures.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import pages
from forecast.archive.archive import Archive
from forecast.archive.folder import read_archive
from forecast.archive.published_forecasts import FILE, PublishedForecast, keep_published_forecasts
from forecast.archive.targets import Comparison
from forecast.base.errors import ContractError
from forecast.base.files import sha256_of
from forecast.base.texts import NO_BREAK
from forecast.cli import main
from forecast.pages.tables import track, track_scores
from forecast.pages.tables.track import live_grids
from forecast.publishing import ledger
from forecast.publishing.ledger import enter, read_ledger
from forecast.publishing.scored_reports import ScoredReports, scored_reports
from forecast.report.published import published_scores
from forecast.verification.record import verified_forecasts
from frozen import OVERLAY, frozen_indicator, frozen_result

FIGURES = """area,indicator,first_month,last_month,measure,value,released_on
district,gdp,2016-01,2016-12,growth_pct,7.0,2017-01-30
district,gdp,2017-01,2017-09,growth_pct,8.0,2017-10-30
district,gdp,2017-01,2017-12,growth_pct,8.0,2018-01-30
district,gdp,2017-01,2017-12,growth_pct,8.4,2018-06-30
"""
AFTER = date(2018, 12, 31)


@pytest.fixture
def folder(tmp_path: Path, data_folder: Path) -> Path:
    """Return a data folder in which GDP grew by 8.0 %, later revised to 8.4 %."""
    made = tmp_path / "data"
    (made / "figures").mkdir(parents=True)
    (made / "figures" / "figures.csv").write_text(FIGURES, encoding="utf-8")
    shutil.copy(data_folder / "indicators.toml", made)
    return made


Say = Callable[..., Path]


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Return what publishes a result on a day, as if the clock stood there."""

    def published(told: dict[str, Any], on: str, run: str = "a1") -> Path:
        class Clock(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:
                return datetime.fromisoformat(f"{on}T04:00:00").replace(tzinfo=UTC)

        reports = tmp_path / "reports"
        home = reports / told["area"] / str(told["year"]) / told["as_of"] / "runs" / run
        home.mkdir(parents=True)
        (home / "result.json").write_text(json.dumps(told), encoding="utf-8")
        asked = {name: told[name] for name in ("area", "year", "as_of")}
        files = {"result.json": sha256_of(home / "result.json")}
        manifest = {"parameters": asked, "made_at": f"{on}T04:00:00", "files": files}
        (home / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        monkeypatch.setattr(ledger, "datetime", Clock)
        enter(reports, home)
        return home / "result.json"

    return published


def result(day: str = "2017-10-31", **changes: Any) -> dict[str, Any]:
    """Return the frozen result, in which GDP is to grow by 8.2 % at least, with one in four."""
    gdp = {
        "target": {"comparison": "at_least", "bound_pct": 8.2, "rate_pct": 8.2, "settles": "first"},
        "attained": {"probability": 0.25},
        "forecast": {"quantiles_pct": [7.0, 9.0]},
    }
    one = frozen_indicator(**(gdp | changes))
    question = {"schema_version": "1.6", "area": "district", "year": 2017, "as_of": day}
    return frozen_result(**question, indicators=[one])


def scored(tmp_path: Path, folder: Path, day: date = AFTER) -> ScoredReports:
    """Return the scores of reports whose ledger has an anchor elsewhere."""
    reports = tmp_path / "reports"
    anchors = [(None, read_ledger(reports).head)]
    return scored_reports(reports, read_archive(folder), day, anchors)


def test_a_call_is_settled_by_the_first_release(tmp_path: Path, folder: Path, say: Say):
    say(result(), "2017-11-01")
    (one,) = scored(tmp_path, folder).settled
    assert (one.outturn_pct, one.settled_on, one.hit) == (8.0, date(2018, 1, 30), False)
    assert one.brier == pytest.approx(0.0625)  # 0.25²
    assert one.crps_pp == pytest.approx(0.5)  # E|X−y| = 1, E|X−X'|/2 = 0.5
    assert one.pit == 0.5
    assert one.is_live


def test_a_target_that_the_latest_release_settles_is_met_by_the_revision(
    tmp_path: Path, folder: Path, say: Say
):
    latest = {
        "comparison": "at_least", "bound_pct": 8.2, "rate_pct": 8.2, "settles": "latest",
    }  # fmt: skip
    say(result(target=latest), "2017-11-01")
    (one,) = scored(tmp_path, folder).settled
    assert (one.outturn_pct, one.hit) == (8.4, True)
    assert one.brier == pytest.approx(0.5625)  # 0.75²


@pytest.mark.parametrize(
    ("comparison", "bound_pct", "hit"),
    [("at_least", 8.0, True), ("more_than", 8.0, False), ("at_most", 8.0, True),
     ("at_most", 7.9, False), ("within", 7.5, True), ("about", 7.8, True)],
)  # fmt: skip
def test_the_bound_is_held_as_the_target_says(comparison: str, bound_pct: float, hit: bool):
    call = PublishedForecast(
        area="district", indicator="gdp", year=2017, day=date(2017, 10, 31), sha256="0",
        listed_on=date(2017, 11, 1), comparison=Comparison(comparison), bound_pct=bound_pct,
        probability=0.5,
    )  # fmt: skip
    assert call.target is not None
    assert bool(call.target.is_met_as_published(8.0)) is hit


def test_before_the_outturn_a_call_is_open(tmp_path: Path, folder: Path, say: Say):
    say(result(), "2017-11-01")
    found = scored(tmp_path, folder, date(2018, 1, 29)).scores
    assert (found.n_open, found.overall.n_forecasts) == (1, 0)


@pytest.mark.parametrize(("on", "is_live"), [("2018-01-29", True), ("2018-01-30", False)])
def test_a_call_published_once_the_outturn_was_out_does_not_count(
    on: str, is_live: bool, tmp_path: Path, folder: Path, say: Say
):
    say(result(), on)
    found = scored(tmp_path, folder).scores
    assert (found.overall.n_forecasts, found.late.n_forecasts) == (int(is_live), int(not is_live))


def test_of_two_runs_of_a_day_the_first_counts(tmp_path: Path, folder: Path, say: Say):
    say(result(), "2017-11-01")
    say(result(attained={"probability": 0.0}), "2017-11-02", "b2")
    found = scored(tmp_path, folder)
    assert [one.forecast.probability for one in found.settled] == [0.25]
    assert found.n_repeated == 1


def test_calls_on_unpublished_figures_count_nowhere(tmp_path: Path, folder: Path, say: Say):
    say(result() | {"overlay": OVERLAY}, "2017-11-01")
    found = scored(tmp_path, folder)
    assert (found.calls, found.n_unpublished) == ((), 1)


def test_results_of_versions_without_a_distribution_have_a_brier_score_alone(
    tmp_path: Path, folder: Path, say: Say
):
    old = result() | {"schema_version": "1.5"}
    del old["indicators"][0]["forecast"]["quantiles_pct"]
    say(old, "2017-11-01")
    overall = scored(tmp_path, folder).scores.overall
    assert (overall.brier, overall.crps_pp, overall.mean_pit) == (0.0625, None, None)


def test_scores_are_told_by_indicator_and_over_all(tmp_path: Path, folder: Path, say: Say):
    say(result(), "2017-11-01")
    say(result("2017-11-30", attained={"probability": 0.75}), "2017-12-01")
    found = scored(tmp_path, folder).scores
    assert found.overall.brier == pytest.approx((0.0625 + 0.5625) / 2)
    assert found.overall.pit_counts == [0, 0, 0, 0, 0, 2, 0, 0, 0, 0]
    (gdp,) = found.indicators
    assert (gdp.label.series.indicator, gdp.score) == ("gdp", found.overall)


def test_without_a_target_nothing_is_attained_or_missed(tmp_path: Path, folder: Path, say: Say):
    say(result(target=None, attained=None), "2017-11-01")
    row = live_grids(scored(tmp_path, folder).scores, None, "en")[0].rows[0]
    assert row[1:] == ["1", "–", "–", "–", "0.50", "100 %".replace(" ", NO_BREAK), "0.50"]


# What cannot be scored ----------------------------------------------------------------------------


def score(tmp_path: Path, folder: Path, *more: str) -> Result:
    """Return what is said of the scores where the head of the ledger was kept elsewhere."""
    reports = tmp_path / "reports"
    asked = ("--reports", str(reports), "--data", str(folder))
    return CliRunner().invoke(main, ["score", *asked, "--holds", read_ledger(reports).head, *more])


def edit(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"0.25", b"0.05"))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (edit, "2017-11-30/runs/a1/result.json: altered: its SHA-256 is"),
        (Path.unlink, "2017-11-30/runs/a1/result.json: missing; listed on line 2"),
    ],
)
def test_an_altered_result_is_named_and_the_others_are_scored(
    spoil: Callable[[Path], None], message: str, tmp_path: Path, folder: Path, say: Say
):
    say(result(), "2017-11-01")
    spoil(say(result("2017-11-30"), "2017-12-01"))
    done = score(tmp_path, folder, "--json")
    assert done.exit_code == 1
    assert message in done.stderr
    assert json.loads(done.stdout)["scores"]["overall"]["n_calls"] == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema_version": "2.0"}, "schema_version '2.0'; allowed here: 1.x"),
        ({"indicators": [{"id": "gdp"}]}, "not the result of a report: "),
    ],
)
def test_a_result_of_another_schema_is_named_and_the_others_are_scored(
    change: dict[str, Any], message: str, tmp_path: Path, folder: Path, say: Say
):
    say(result(), "2017-11-01")
    say(result("2017-11-30") | change, "2017-12-01")
    done = score(tmp_path, folder, "--json")
    assert done.exit_code == 1
    assert message in done.stderr
    assert json.loads(done.stdout)["scores"]["overall"]["n_calls"] == 1


def test_a_call_of_which_the_data_know_nothing_is_named(tmp_path: Path, folder: Path, say: Say):
    say(result(id="pearls"), "2017-11-01")
    done = score(tmp_path, folder)
    assert done.exit_code == 1
    assert "district/pearls has no figures in the data folder" in done.stderr


def test_a_day_that_is_none_is_bad_input(tmp_path: Path, folder: Path, say: Say):
    say(result(), "2017-11-01")
    done = score(tmp_path, folder, "--as-of", "soon")
    assert (done.exit_code, "--as-of: 'soon' is not a date" in done.stderr) == (2, True)


# The scoreboard of pages --------------------------------------------------------------------------


def test_kept_calls_are_data_that_later_reports_show(tmp_path: Path, folder: Path, say: Say):
    say(result(), "2017-11-01")
    done = score(tmp_path, folder, "--keep")
    assert done.exit_code == 0, done.output
    archive = read_archive(folder)
    assert FILE in archive.file_hashes
    after, before = (published_scores(archive.as_of(d)) for d in (AFTER, date(2018, 1, 29)))
    assert (after.overall.n_forecasts, after.overall.brier) == (1, 0.0625)
    assert (before.overall.n_forecasts, before.n_open) == (0, 1)


def test_without_an_anchor_elsewhere_calls_are_scored_as_replayed(
    tmp_path: Path, folder: Path, say: Say
):
    """A ledger that was deleted and written anew under a wrong clock looks the same."""
    say(result(), "2017-11-01")
    reports = tmp_path / "reports"
    found = scored_reports(reports, read_archive(folder), AFTER)
    assert (found.scores.overall.n_forecasts, found.scores.late.n_forecasts) == (0, 1)
    assert found.n_unanchored == 1
    done = CliRunner().invoke(main, ["score", "--reports", str(reports), "--data", str(folder)])
    assert done.exit_code == 0
    assert "no anchor outside of the folder proves when 1 report was listed" in done.stderr


@pytest.mark.parametrize(
    ("kept_at", "is_live"),
    [("2017-11-02T00:00:00+00:00", True), ("2018-01-31T00:00:00+00:00", False)],
)
def test_a_call_counts_from_the_time_at_which_an_anchor_held_it(
    kept_at: str, is_live: bool, tmp_path: Path, folder: Path, say: Say
):
    """The outturn came out on 2018-01-30."""
    say(result(), "2017-11-01")
    reports = tmp_path / "reports"
    anchors = [(datetime.fromisoformat(kept_at), read_ledger(reports).head)]
    (one,) = scored_reports(reports, read_archive(folder), AFTER, anchors).settled
    assert one.is_live is is_live


def test_a_call_on_a_backdated_line_is_scored_as_replayed(tmp_path: Path, folder: Path, say: Say):
    say(result(), "2017-12-01")
    say(result("2017-11-30"), "2017-11-30")
    found = scored(tmp_path, folder)
    assert [one.is_live for one in found.settled] == [True, False]
    assert found.n_unanchored == 1


@pytest.mark.parametrize("day", [date(2017, 10, 31), date(2017, 10, 30)])
def test_a_report_sees_no_call_of_its_own_day_or_later(
    day: date, tmp_path: Path, folder: Path, say: Say
):
    say(result(), "2017-10-31")
    score(tmp_path, folder, "--keep")
    assert published_scores(read_archive(folder).as_of(day)).n_open == 0


def test_what_is_kept_is_never_lost_nor_overtaken(tmp_path: Path, folder: Path, say: Say):
    first = say(result(), "2017-11-01")
    score(tmp_path, folder, "--keep")
    kept = (folder / FILE).read_bytes()
    edit(first)
    assert score(tmp_path, folder, "--keep").exit_code == 1
    assert (folder / FILE).read_bytes() == kept
    (call,) = read_archive(folder).published_forecasts
    keep_published_forecasts(folder, [replace(call, listed_on=date(2018, 5, 1), probability=0.0)])
    assert (folder / FILE).read_bytes() == kept


def test_a_fault_in_kept_calls_is_named_with_its_line(tmp_path: Path, folder: Path, say: Say):
    say(result(), "2017-11-01")
    score(tmp_path, folder, "--keep")
    line = (folder / FILE).read_text(encoding="utf-8")
    faulty = [line.strip(), line.strip().replace("0.25", "25"), line.strip().replace("gdp", "x")]
    (folder / FILE).write_text("\n".join(faulty), encoding="utf-8")
    with pytest.raises(
        ContractError, match=r"live.jsonl:2: not a published forecast: probability: "
    ) as error:
        read_archive(folder)
    assert "live.jsonl:3: unknown indicator 'x'" in str(error.value)


def test_the_frozen_run_is_scored_by_what_then_came(real_archive: Archive, say: Say):
    told = frozen_result()
    reports = say(told, "2019-10-01").parents[5]
    anchors = [(None, read_ledger(reports).head)]
    found = scored_reports(reports, real_archive, date(2021, 12, 31), anchors)
    assert found.faults == ()
    by_name = {one.forecast.indicator: one for one in found.settled}
    gdp = by_name["gdp"]
    said = next(one for one in told["indicators"] if one["id"] == "gdp")
    chance = said["attained"]["probability"]
    assert gdp.is_live
    assert gdp.brier == pytest.approx((chance - gdp.hit) ** 2)
    assert 0 < gdp.pit < 1
    assert found.scores.overall.n_forecasts + found.scores.late.n_forecasts == len(found.settled)


@pytest.mark.parametrize("drawn", [track, track_scores])
def test_pages_without_live_calls_say_so(drawn: Callable[..., Any]):
    assert "there is no live record" in drawn(pages.report(), "en").markup
    assert "没有实时成绩" in drawn(pages.report(), "zh").markup


@pytest.mark.parametrize("drawn", [track, track_scores])
def test_live_scores_stand_beside_the_replayed_ones(
    drawn: Callable[..., Any], tmp_path: Path, folder: Path, say: Say
):
    say(result(), "2017-11-01")
    scores = scored(tmp_path, folder).scores
    markup = drawn(replace(pages.report(), published_scores=scores), "en").markup
    assert "All published before the outturn" in markup
    assert "Replayed, for comparison" in markup
    assert "0.063" in markup  # 0.0625


def test_unpublished_figures_settle_nothing(folder: Path, tmp_path: Path, say: Say):
    say(result(), "2017-11-01")
    archive = read_archive(folder)
    rows = archive.figures.assign(is_published=False)
    early = replace(archive, unpublished=rows.assign(released_on=archive.figures["released_on"][0]))
    calls = scored(tmp_path, folder).calls
    settled, still_open = verified_forecasts(calls, early.as_of(date(2017, 12, 31)))
    assert (settled, len(still_open)) == ([], 1)
