"""A hubverse hub: joint paths as samples, growth of the year as cdf, areas beside each other."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import forecast
from forecast.base.errors import ContractError, ParameterError
from forecast.cli import main
from forecast.outlook.value import Outlook
from forecast.pages.exchange.hub import MODEL, hub_rows, write_hub


@pytest.fixture(scope="module")
def outlook(data_folder: Path) -> Outlook:
    return asked("district", data_folder)


def asked(area: str, data_folder: Path) -> Outlook:
    question = {"area": area, "year": 2018, "as_of": "2018-08-31", "n_paths": 100}
    return forecast.ask(**question, data=data_folder).outlook


def test_samples_are_the_joint_paths(outlook: Outlook):
    rows = hub_rows(outlook)
    samples = rows[rows["output_type"] == "sample"]
    for name, own in outlook.indicators.items():
        of_target = samples[samples["target"] == name]
        if own.paths is None:
            assert of_target.empty
            continue
        wide = of_target.pivot_table(
            index="output_type_id", columns="target_end_date", values="value", sort=False
        )
        assert np.array_equal(wide.to_numpy(), own.paths)
        assert wide.columns[-1] == date(2018, 12, 31)
        assert list(wide.index) == [str(i) for i in range(100)]


def test_the_cdf_is_the_share_of_paths_up_to_a_published_rate(outlook: Outlook):
    rows = hub_rows(outlook)
    own = outlook.indicators["gdp"]
    cdf = rows[(rows["output_type"] == "cdf") & (rows["target"] == "gdp")]
    rate = cdf["output_type_id"].iloc[len(cdf) // 2]
    expected = (own.december < float(rate) + 0.05 - 1e-9).mean()
    assert cdf.set_index("output_type_id").loc[rate, "value"] == pytest.approx(expected)
    assert cdf["value"].is_monotonic_increasing
    assert cdf["value"].iloc[-1] == 1.0


def test_areas_of_a_day_share_a_file_and_the_configuration_names_both(
    outlook: Outlook, data_folder: Path, tmp_path: Path
):
    path = write_hub(outlook, tmp_path)
    assert path == tmp_path / "model-output" / MODEL / f"2018-08-31-{MODEL}.parquet"
    first = pd.read_parquet(path)
    write_hub(asked("nation", data_folder), tmp_path)
    write_hub(outlook, tmp_path)  # again: nothing is doubled
    both = pd.read_parquet(path)
    pd.testing.assert_frame_equal(
        both[both["location"] == "district"].reset_index(drop=True), first
    )
    assert set(both["location"]) == {"district", "nation"}
    tasks = json.loads((tmp_path / "hub-config" / "tasks.json").read_bytes())
    (task,) = tasks["rounds"][0]["model_tasks"]
    assert task["task_ids"]["location"]["optional"] == ["district", "nation"]


def test_the_configuration_of_another_hub_is_left_alone(outlook: Outlook, tmp_path: Path):
    (tmp_path / "hub-config").mkdir()
    admin = tmp_path / "hub-config" / "admin.json"
    admin.write_text('{"name": "flusight"}', encoding="utf-8")
    write_hub(outlook, tmp_path)
    assert admin.read_text(encoding="utf-8") == '{"name": "flusight"}'
    assert not (tmp_path / "hub-config" / "tasks.json").exists()


def test_a_file_that_is_no_model_output_is_named(outlook: Outlook, tmp_path: Path):
    path = write_hub(outlook, tmp_path)
    path.write_bytes(b"no parquet")
    with pytest.raises(ContractError, match="not model output of a hub"):
        write_hub(outlook, tmp_path)


def test_an_area_without_forecasts_has_nothing_to_export(data_folder: Path, tmp_path: Path):
    settled = forecast.ask(
        area="district", year=2018, as_of="2019-04-30", n_paths=100, data=data_folder
    ).outlook
    only = Outlook(settled.area, 2018, settled.snapshot, {
        name: own for name, own in settled.indicators.items() if own.paths is None
    }, 100)  # fmt: skip
    with pytest.raises(ParameterError, match="district 2018 on 2019-04-30: no indicator has a for"):
        write_hub(only, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_paths_quantiles_and_a_hub(data_folder: Path, tmp_path: Path):
    paths, quantiles, hub = (tmp_path / name for name in ("p.parquet", "q.parquet", "hub"))
    command = ["export", "--area", "district", "--as-of", "2018-08-31", "--paths", "100"]
    command += ["--data", str(data_folder), "--paths-file", str(paths)]
    command += ["--quantiles", str(quantiles), "--hub", str(hub)]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    long = pd.read_parquet(paths)
    assert list(long.columns) == ["unique_id", "ds", "cutoff", "sample_id", "growth_pct"]
    columns = list(pd.read_parquet(quantiles).columns)
    assert columns[:4] == ["unique_id", "ds", "cutoff", "model"]
    assert columns[4:] == ["q0.05", "q0.1", "q0.5", "q0.9", "q0.95"]
    unknown = CliRunner().invoke(main, [*command[:2], "nowhere", *command[3:]])
    assert unknown.exit_code == 2
    assert "no figures for area 'nowhere'" in unknown.stderr


def test_one_form_at_least_is_asked_for():
    done = CliRunner().invoke(main, ["export", "--area", "district"])
    assert done.exit_code == 2
    assert "one or more of --paths-file, --quantiles, --hub" in done.stderr
