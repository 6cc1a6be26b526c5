"""What a stranger brings: a series, its indicator and target, all simulated, and a package."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SERIES = """
import numpy as np, pandas as pd, forecast
months = pd.period_range("2012-01", "2019-08", freq="M")
noise = np.random.default_rng(1).normal(0, 2, len(months))  # simulated
frame = pd.DataFrame({"unique_id": "retail_sales", "ds": months.astype(str),
                      "y": (100 * 1.006 ** np.arange(len(months)) + noise).round(1)})
frame["released_on"] = ((months + 1).to_timestamp() + pd.Timedelta(days=14)).astype(str)
figures = forecast.figures_from(frame, area="town", data="mydata", title="level")
figures.to_csv("mydata/figures/figures.csv", index=False)
"""
INDICATOR = """
[[indicator]]
id = "retail_sales"
name_en = "Retail sales"
name_zh = "社零"
unit = "cny_100m"
annual_rule = "sum_of_months"
"""
TARGET = """
[[target]]
area = "town"
year = 2019
indicator = "retail_sales"
comparison = "at_least"
rate_pct = 8.2
announced_on = 2019-02-01
wording = "simulated"
source = "a test"
"""


@contextmanager
def as_package(packages: Path, entry_points: str, module: str) -> Iterator[None]:
    """Hold `mypackage` among installed packages, with the entry points of its pyproject.toml."""
    about = packages / "mypackage-1.0.dist-info"
    about.mkdir()
    named = tomllib.loads(entry_points)["project"]["entry-points"]["forecast.models"]
    lines = [f"{name} = {place}" for name, place in named.items()]
    files = {
        about / "entry_points.txt": "\n".join(["[forecast.models]", *lines, ""]),
        about / "METADATA": "Metadata-Version: 2.1\nName: mypackage\nVersion: 1.0\n",
        packages / "mypackage.py": module,
    }
    try:
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
        yield
    finally:
        for path in files:
            path.unlink(missing_ok=True)
        about.rmdir()
