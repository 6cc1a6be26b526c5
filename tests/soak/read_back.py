"""Read what `forecast export --hub` and `history` wrote by hubdata, pysdmx and prometheus_client.

Run it in an environment that has these three and not this project:

    forecast export --area futian --as-of 2019-09-30 --hub OUT/hub --paths-file OUT/p.parquet
    forecast history --parquet OUT/h.parquet --sdmx OUT/h.csv --openmetrics OUT/h.prom
    python tests/soak/read_back.py OUT

It ends without a word where every number comes back to the last digit.
"""

import sys
from pathlib import Path

import pandas as pd

MEASURES = {
    "probability": "PROBABILITY",
    "standard_error": "PROBABILITY_SE",
    "required_growth_pct": "REQUIRED_GROWTH",
    "median_pct": "GROWTH_MEDIAN",
    "lower80_pct": "GROWTH_LOWER80",
    "upper80_pct": "GROWTH_UPPER80",
    "outturn_pct": "GROWTH_OUTTURN",
}


def check_hub(out: Path) -> None:
    from hubdata import connect_hub

    rows = connect_hub(out / "hub").get_dataset().to_table().to_pandas()
    samples = rows[rows["output_type"] == "sample"]
    paths = pd.read_parquet(out / "p.parquet")
    keyed = paths.assign(
        target=paths["unique_id"].str.partition("/")[2],
        target_end_date=(paths["ds"] + pd.offsets.MonthEnd(0)).dt.date,
        output_type_id=paths["sample_id"].astype(str),
    )
    both = samples.merge(keyed, on=["target", "target_end_date", "output_type_id"])
    assert len(both) == len(samples) == len(paths)
    assert (both["value"] == both["growth_pct"]).all()
    cdf = rows.loc[rows["output_type"] == "cdf", "value"]
    assert cdf.between(0, 1).all()


def check_sdmx(out: Path, published: pd.DataFrame) -> None:
    from pysdmx.io import read_sdmx

    table = read_sdmx(out / "h.csv").data[0].data
    keys = ["AREA", "INDICATOR", "TARGET_YEAR", "TIME_PERIOD", "MEASURE"]
    read = {tuple(row[k] for k in keys): float(row["OBS_VALUE"]) for _, row in table.iterrows()}
    expected = {
        (row["area"], row["indicator"], str(row["year"]), str(row["as_of"]), measure): row[name]
        for row in published.to_dict("records")
        for name, measure in MEASURES.items()
        if pd.notna(row[name])
    }
    assert read == expected


def check_openmetrics(out: Path, published: pd.DataFrame) -> None:
    from prometheus_client.openmetrics.parser import text_string_to_metric_families

    text = (out / "h.prom").read_text(encoding="utf-8")
    families = {family.name: family for family in text_string_to_metric_families(text)}
    read = {
        (s.labels["area"], s.labels["year"], s.labels["indicator"]): s.value
        for s in families["forecast_target_probability"].samples
    }
    newest = published.sort_values("as_of").groupby(["area", "year", "indicator"]).tail(1)
    expected = {
        (row["area"], str(row["year"]), row["indicator"]): row["probability"]
        for row in newest.to_dict("records")
        if pd.notna(row["probability"])
    }
    assert read == expected


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    check_hub(folder)
    history = pd.read_parquet(folder / "h.parquet")
    check_sdmx(folder, history)
    check_openmetrics(folder, history)
