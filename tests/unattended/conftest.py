"""The smallest data folder of which a year's reports can be made. All figures are simulated."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

INDICATORS = """\
# Simulated: no such area exists.
[[area]]
id = "town"
name_en = "Town"
name_zh = "某镇"

[[indicator]]
id = "gdp"
name_en = "GDP"
name_zh = "地区生产总值"
unit = "cny_100m"
annual_rule = "published_ytd"
group = "output"
"""

TARGETS = """\
# Simulated.
[[target]]
area = "town"
year = 2018
indicator = "gdp"
comparison = "at_least"
rate_pct = 7.0
announced_on = 2018-02-10
wording = "增长7%"
source = "simulated"
"""

SCHEDULE = """\
# Simulated.
time_zone = "Asia/Shanghai"

[[lag]]
span = "quarter"
days = 20

[[lag]]
span = "year"
days = 40

[[report]]
area = "town"
years = [2018]
days_of_month = ["last"]
"""

HEADER = "area,indicator,first_month,last_month,measure,value,released_on"


def quarters(rng: np.random.Generator) -> list[str]:
    """Return the town's growth since January, by quarter, of 2013 to September 2018."""
    rows = []
    for year in range(2013, 2019):
        for last in (3, 6, 9, 12):
            growth = 7.0 + rng.standard_normal()
            on = date(year + last // 12, last % 12 + 1, 18)
            if on < date(2019, 1, 1):
                rows.append(f"town,gdp,{year}-01,{year}-{last:02d},growth_pct,{growth:.1f},{on}")
    return rows


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with one indicator of one town; copy it before changing it."""
    folder = tmp_path_factory.mktemp("town") / "data"
    (folder / "figures").mkdir(parents=True)
    lines = [HEADER, *quarters(np.random.default_rng(7)), ""]
    (folder / "figures" / "town.csv").write_text("\n".join(lines), encoding="utf-8")
    for name, text in (("indicators", INDICATORS), ("targets", TARGETS), ("schedule", SCHEDULE)):
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder
