"""The examples in `ops/`: a cron line that runs, units that systemd takes, schemas kept."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from town import write_town

OPS = Path(__file__).parents[2] / "ops"
SCHEMA = Path(__file__).parent / "cronjob.schema.json"
SCRIPTS = Path(sys.executable).parent
PLACE = "/srv/forecast"


def read(name: str) -> str:
    return (OPS / name).read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_cron_line_makes_what_is_due_once_and_then_says_nothing(tmp_path: Path):
    targets = write_town(tmp_path / "data") / "targets.toml"
    late = targets.read_text(encoding="utf-8").replace("2018-02-10", "2018-12-20")
    targets.write_text(late, encoding="utf-8")
    (tmp_path / ".venv").symlink_to(SCRIPTS.parent)
    (line,) = [t for t in read("crontab").splitlines() if t[:1].isdigit()]
    command = line.split(maxsplit=5)[5].replace(PLACE, str(tmp_path))
    given = {
        name: os.environ[name] for name in ("FORECAST_CACHE", "PYTHONPATH") if name in os.environ
    }
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "SHELL": "/bin/sh"} | given
    for _ in range(2):
        called = subprocess.run(
            ["/bin/sh", "-c", command], env=environment, capture_output=True, text=True
        )
        assert (called.returncode, called.stdout, called.stderr) == (0, "", "")
    (said,) = (tmp_path / "run-due.jsonl").read_text(encoding="utf-8").splitlines()
    assert (json.loads(said)["as_of"], json.loads(said)["did"]) == ("2018-12-31", "made")
    assert (tmp_path / "reports" / "town" / "2018" / "2018-12-31" / "attainment.html").is_file()


@pytest.mark.system
def test_systemd_takes_the_units(tmp_path: Path):
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        absent("systemd-analyze")
    for name in ("forecast-run-due.service", "forecast-run-due.timer"):
        text = read(name).replace(f"{PLACE}/.venv/bin", str(SCRIPTS))
        (tmp_path / name).write_text(text, encoding="utf-8")
    units = sorted(str(path) for path in tmp_path.iterdir())
    said = subprocess.run([str(analyze), "verify", *units], capture_output=True, text=True)
    about_ours = [t for t in said.stderr.splitlines() if "forecast" in t]
    assert (said.returncode, about_ours) == (0, []), said.stderr
    hourly = [t for t in read("forecast-run-due.timer").splitlines() if "OnCalendar" in t]
    when = hourly[0].partition("=")[2]
    said = subprocess.run([str(analyze), "calendar", when], capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert when.endswith("Asia/Shanghai")


@pytest.mark.system
def test_the_service_may_do_little():
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        absent("systemd-analyze")
    unit = str(OPS / "forecast-run-due.service")
    said = subprocess.run(
        [str(analyze), "security", "--offline=true", "--threshold=30", "--no-pager", unit],
        capture_output=True, text=True,
    )  # fmt: skip
    assert (said.returncode, said.stderr) == (0, ""), said.stdout + said.stderr


def absent(what: str) -> None:
    """Skip where a part of the system is missing; fail where everything has to be there."""
    if os.environ.get("REQUIRE_SYSTEM"):
        pytest.fail(f"{what} is not installed")
    pytest.skip(f"{what} is not installed")


def test_the_workflow_keeps_the_schema_of_github():
    check = [str(SCRIPTS / "check-jsonschema"), "--builtin-schema", "vendor.github-workflows"]
    said = subprocess.run([*check, str(OPS / "github-actions.yml")], capture_output=True, text=True)
    assert said.returncode == 0, said.stdout + said.stderr


def cron_job() -> Any:
    return yaml.safe_load(read("kubernetes-cronjob.yaml"))


def test_the_cron_job_keeps_the_schema_of_kubernetes():
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(cron_job(), schema)
    wrong = cron_job()
    wrong["spec"]["timezone"] = wrong["spec"].pop("timeZone")
    with pytest.raises(jsonschema.ValidationError, match="timezone"):
        jsonschema.validate(wrong, schema)


def test_every_example_names_its_time_zone_and_the_untested_say_so():
    assert cron_job()["spec"]["timeZone"] == "Asia/Shanghai"
    examples = (
        "crontab",
        "forecast-run-due.timer",
        "github-actions.yml",
        "kubernetes-cronjob.yaml",
    )
    assert all("Asia/Shanghai" in read(name) for name in examples)
    assert all(
        "Untested example" in read(n) for n in ("github-actions.yml", "kubernetes-cronjob.yaml")
    )
