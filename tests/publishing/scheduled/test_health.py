"""How the runs are, for a person, a monitor and a page of metrics; and the ping after a run."""

import re
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forecast.cli import main
from forecast.publishing.scheduled import health as of_runs
from forecast.publishing.scheduled.health import STATE, Health, ping
from forecast.publishing.scheduled.outbox import write_json
from nights import NEXT, NOW, Nights, nights

MOMENT = datetime(2026, 11, 29, 7, 0, tzinfo=UTC)
WELL = Health(
    now=MOMENT, ended_at=MOMENT, good_at=MOMENT - timedelta(hours=2), due=(), late=(), failing=(),
    n_undelivered=0, max_age=timedelta(hours=26),
)  # fmt: skip


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nights:
    """Return nights before the first one."""
    return nights(tmp_path, monkeypatch)


def health(night: Nights, *more: str, now: str = NOW) -> Result:
    folders = ("--data", str(night.data), "--reports", str(night.reports))
    return CliRunner().invoke(main, ["health", *folders, "--now", now, *more])


def test_a_folder_is_well_after_a_good_run_and_late_once_a_report_is_missing(night: Nights):
    before = health(night)
    assert before.exit_code == 4
    assert "last good run: none" in before.output
    assert "due: 6, late: 3, failing: 0" in before.output
    assert night.run().exit_code == 0
    after = health(night)
    assert after.exit_code == 0, after.output
    assert "due: 0, late: 0, failing: 0" in after.output
    due = health(night, now="2018-05-01T12:00")
    assert (due.exit_code, due.output.splitlines()[1]) == (0, "due: 3, late: 0, failing: 0")
    late = health(night, now="2018-05-02T12:00")
    assert late.exit_code == 4
    assert "late: town 2018 2018-04-30" in late.output
    assert health(night, "--late-hours", "48", now="2018-05-02T12:00").exit_code == 0


def test_a_run_that_failed_is_failing_and_the_last_good_one_stays(night: Nights):
    night.run()
    good = health(night).output.splitlines()[0]
    night.figures().write_text("junk", encoding="utf-8")
    assert night.run(now=NEXT).exit_code == 2
    failing = health(night, now=NEXT)
    assert failing.exit_code == 1
    assert failing.output.splitlines()[0].split(",")[0] == good.split(",")[0]
    assert "failing: town 2018" in failing.output
    assert "figures/town.csv" in failing.output


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"good_at": 7, "failing": 3}', '{"good_at": "x"}']
)
def test_a_state_of_something_else_is_no_good_run(night: Nights, text: str):
    night.run()
    (night.reports / STATE).write_text(text, encoding="utf-8")
    said = health(night)
    assert said.exit_code == 4
    assert "last good run: none" in said.output


def test_data_that_cannot_be_read_are_failing(night: Nights):
    (night.data / "indicators.toml").write_text("[", encoding="utf-8")
    said = health(night)
    assert said.exit_code == 1
    assert "failing: 1 fault in the data indicators.toml" in said.output


def test_a_good_run_that_is_too_long_ago_is_late(night: Nights):
    night.run()
    old = (datetime.now(UTC) - timedelta(hours=27)).isoformat()
    write_json(night.reports / STATE, {"good_at": old, "ended_at": old, "failing": []})
    assert health(night).exit_code == 0, "in 2018 the good run has yet to come"
    assert Health.is_late.fget is not None
    assert WELL.is_late is False
    from dataclasses import replace

    assert replace(WELL, good_at=MOMENT - timedelta(hours=26)).is_late is False
    assert replace(WELL, good_at=MOMENT - timedelta(hours=26, seconds=1)).is_late is True


def test_the_metrics_are_as_openmetrics_has_them(night: Nights):
    night.run()
    said = health(night, "--openmetrics")
    assert said.exit_code == 0
    lines = said.output.splitlines()
    assert lines[-1] == "# EOF"
    samples = [line for line in lines if not line.startswith("#")]
    form = re.compile(r'[a-z_]+(\{state="(due|late|failing)"\})? [0-9.e+]+')
    assert all(form.fullmatch(line) for line in samples)
    assert 'forecast_reports{state="late"} 0' in samples
    assert "forecast_healthy 1" in samples
    types = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert types == list(dict.fromkeys(line.split("{")[0].split(" ")[0] for line in samples))


def test_an_address_is_asked_after_each_good_run_and_no_other(
    night: Nights, web_server: tuple[int, list[tuple[str, bytes]]], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("FORECAST_PING", f"http://127.0.0.1:{web_server[0]}/s3cret")
    assert night.run().exit_code == 0
    assert web_server[1] == [("/s3cret", b"")]
    night.figures().write_text("junk", encoding="utf-8")
    assert night.run(now=NEXT).exit_code == 2
    assert web_server[1] == [("/s3cret", b"")]


@pytest.mark.parametrize("address", ["file:///etc/passwd", "s3cret"])
def test_a_ping_goes_to_the_web_alone(address: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FORECAST_PING", address)
    problem = ping()
    assert problem is not None
    assert "holds no address of the web" in problem
    assert "s3cret" not in problem


def test_a_silent_server_does_not_hold_up_a_run(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(of_runs, "_SECONDS_TO_PING", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        monkeypatch.setenv("FORECAST_PING", f"http://127.0.0.1:{silent.getsockname()[1]}/s3cret")
        problem = ping()
    assert problem is not None
    assert problem.startswith("FORECAST_PING: no")
    assert "s3cret" not in problem
