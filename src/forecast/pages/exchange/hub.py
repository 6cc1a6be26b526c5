"""Joint paths and distributions as hubverse model output: `sample` and `cdf`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecast.archive.targets import round_half_up
from forecast.base.errors import ContractError, Fault, ParameterError
from forecast.base.files import replaced, write_text
from forecast.base.months import MONTHS_A_YEAR, month
from forecast.outlook.value import Outlook

MODEL = "growthtargets-pool"  # team and model, as a hub names them
_SCHEMA = "https://raw.githubusercontent.com/hubverse-org/schemas/main/v5.0.0/{}-schema.json"
_COLUMNS = ["origin_date", "location", "target", "target_end_date"]
_EACH = [*_COLUMNS, "output_type", "output_type_id", "value"]
_HUB, _OURS = "hub-config", "growth targets"


def hub_rows(outlook: Outlook) -> pd.DataFrame:
    """Return an outlook as rows of a hub; raise ParameterError where no indicator has paths.

    `sample` is YTD growth in per cent at the end of each month, one `output_type_id` being one
    future of all indicators; `cdf` is P(growth of the year, as published, <= output_type_id).
    """
    paths = outlook.paths_frame()
    if paths.empty:
        where = f"{outlook.area} {outlook.year} on {outlook.day}"
        raise ParameterError([f"{where}: no indicator has a forecast, there is nothing to export"])
    samples = pd.DataFrame(
        {
            "origin_date": paths["cutoff"].dt.date,
            "location": outlook.area,
            "target": paths["unique_id"].str.partition("/")[2],
            "target_end_date": (paths["ds"] + pd.offsets.MonthEnd(0)).dt.date,
            "output_type": "sample",
            "output_type_id": paths["sample_id"].astype(str),
            "value": paths["growth_pct"].astype(float),
        }
    )
    tables = [samples, *(_cdf(outlook, name) for name in samples["target"].unique())]
    return pd.concat(tables, ignore_index=True)[_EACH]


def _cdf(outlook: Outlook, indicator: str) -> pd.DataFrame:
    own = outlook.indicators[indicator]
    decimals, december = own.history.indicator.decimals, own.december
    published = np.sort(round_half_up(december if december is not None else [], decimals))
    rates = np.unique(published)
    return pd.DataFrame(
        {
            "origin_date": outlook.day,
            "location": outlook.area,
            "target": indicator,
            "target_end_date": outlook.snapshot.schedule.end_of(
                outlook.area, month(outlook.year, MONTHS_A_YEAR)
            ),
            "output_type": "cdf",
            "output_type_id": [f"{rate + 0.0:.{decimals}f}" for rate in rates],
            "value": np.searchsorted(published, rates, side="right") / len(published),
        }
    )


def write_hub(outlook: Outlook, hub: Path) -> Path:
    """Write an outlook into a hub and return its file; other areas of the day stay in it.

    A hub that does not exist is made, with its configuration; one of somebody else keeps its own.
    Raise OutputError, ParameterError, ContractError for files there that are not those of a hub.
    """
    rows = hub_rows(outlook)
    folder = hub / "model-output" / MODEL
    path = folder / f"{outlook.day.isoformat()}-{MODEL}.parquet"
    if path.is_file():
        earlier = _read(path)
        rows = pd.concat([earlier[earlier["location"] != outlook.area], rows], ignore_index=True)
    with replaced(path) as beside:
        rows.to_parquet(beside, index=False)
    _configure(hub, rows)
    metadata = f"team_abbr: growthtargets\nmodel_abbr: pool\nmodel_id: {MODEL}\n"
    write_text(hub / "model-metadata" / f"{MODEL}.yml", metadata)
    return path


def _read(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)[_EACH]
    except (OSError, ValueError, KeyError) as error:
        raise ContractError(
            [Fault(str(path), None, f"not model output of a hub: {error}")]
        ) from error


def _configure(hub: Path, rows: pd.DataFrame) -> None:
    """Write the configuration of a hub that is ours, with all that its rounds have held."""
    admin, tasks = (hub / _HUB / f"{name}.json" for name in ("admin", "tasks"))
    if admin.is_file() and _json(admin).get("name") != _OURS:
        return
    seen = _seen(tasks)
    for name in _COLUMNS:
        seen[name] = sorted({*seen.get(name, []), *map(str, rows[name].unique())})
    is_cdf = rows["output_type"] == "cdf"
    rates = {*seen.get("cdf", []), *rows.loc[is_cdf, "output_type_id"].unique()}
    seen["cdf"] = sorted(rates, key=float)
    n_samples = int(rows.loc[~is_cdf].groupby(_COLUMNS, observed=True).size().max())
    write_text(admin, _text(_admin()))
    write_text(tasks, _text(_tasks(seen, n_samples)))


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except ValueError as error:
        raise ContractError([Fault(str(path), None, f"not JSON: {error}")]) from error
    return content if isinstance(content, dict) else {}


def _seen(tasks: Path) -> dict[str, list[str]]:
    if not tasks.is_file():
        return {}
    task = _json(tasks)["rounds"][0]["model_tasks"][0]
    seen = {name: ids["optional"] for name, ids in task["task_ids"].items()}
    return seen | {"cdf": task["output_type"]["cdf"]["output_type_id"]["required"]}


def _text(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _admin() -> dict[str, Any]:
    return {
        "schema_version": _SCHEMA.format("admin"),
        "name": _OURS,
        "maintainer": _OURS,
        "contact": {"name": _OURS, "email": "none@example.org"},
        "repository": {"host": "github", "owner": "none", "name": "none"},
        "file_format": ["parquet"],
        "timezone": "Asia/Shanghai",
        "model_output_dir": "model-output",
    }


def _tasks(seen: dict[str, list[str]], n_samples: int) -> dict[str, Any]:
    ids = {name: {"required": None, "optional": seen[name]} for name in _COLUMNS}
    sample = {
        "output_type_id_params": {
            "is_required": False,
            "type": "character",
            "max_length": 6,
            "min_samples_per_task": 100,
            "max_samples_per_task": max(n_samples, 100),
            "compound_taskid_set": ["origin_date", "location"],
        },
        "value": {"type": "double"},
        "is_required": False,
    }
    cdf = {
        "output_type_id": {"required": seen["cdf"]},
        "is_required": False,
        "value": {"type": "double", "minimum": 0, "maximum": 1},
    }
    metadata = [
        {
            "target_id": name,
            "target_name": f"growth since January, {name}",
            "target_units": "per cent",
            "target_keys": {"target": name},
            "target_type": "continuous",
            "is_step_ahead": False,
        }
        for name in seen["target"]
    ]
    task = {"task_ids": ids, "output_type": {"sample": sample, "cdf": cdf}}
    return {
        "schema_version": _SCHEMA.format("tasks"),
        "output_type_id_datatype": "character",
        "rounds": [
            {
                "round_id_from_variable": True,
                "round_id": "origin_date",
                "model_tasks": [task | {"target_metadata": metadata}],
                "submissions_due": {"relative_to": "origin_date", "start": 0, "end": 365},
            }
        ],
    }
