"""What is written, read back and summed agrees with what pandas reads from the same file.

pandas is told what the file does not say: the delimiter, the marks, the first day of the month.
All numbers are simulated.
"""

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecast import importing

REGISTRY = '[[area]]\nid = "here"\nname_en = "Here"\nname_zh = "此地"\n' + "".join(
    f'[[indicator]]\nid = "{name}"\nname_en = "{name}"\nname_zh = "{name}数"\nunit = "pieces"\n'
    for name in ("cars", "ships")
)
LAGS = '[[lag]]\nspan = "month"\ndays = 20\n[[lag]]\nspan = "quarter"\ndays = 20\n'
LAGS += '[[lag]]\nspan = "year"\ndays = 20\n'
# delimiter, mark of decimals, mark of thousands
DIALECTS = [
    (",", ".", ""), (",", ".", ","), (";", ",", ""), (";", ",", "."), ("\t", ".", ","),
    ("|", ",", " "), (";", ".", "'"),
]  # fmt: skip
DATES = {"%Y-%m": None, "%Y-%m-01": None, "%d.%m.%Y": None, "%d/%m/%Y": "dmy", "%m/%d/%Y": "mdy"}


def written(value, decimal, thousands):
    """Return a number as an office writes it: 1.234.567,50."""
    return f"{value:,.2f}".replace(",", "\0").replace(".", decimal).replace("\0", thousands)


@st.composite
def files(draw):
    """A file of two indicators over months, its dialect, and how it writes days."""
    dialect, date = draw(st.sampled_from(DIALECTS)), draw(st.sampled_from(sorted(DATES)))
    first, n = draw(st.integers(0, 11)), draw(st.integers(2, 14))
    months = pd.period_range(f"2018-{first + 1:02d}", periods=n, freq="M").to_timestamp()
    cents = st.integers(50_000, 99_999)
    scale = draw(st.sampled_from((1, 100, 10_000)))
    columns = {
        name: [Decimal(draw(cents)) * scale / 100 for _ in months] for name in ("cars", "ships")
    }
    return dialect, date, months, columns


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("round")
    (folder / "data" / "figures").mkdir(parents=True)
    (folder / "data" / "indicators.toml").write_text(REGISTRY, encoding="utf-8")
    (folder / "data" / "schedule.toml").write_text(LAGS, encoding="utf-8")
    return folder


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(file=files())
def test_figures_agree_with_another_reading(folder, file):
    (delimiter, decimal, thousands), date, months, columns = file
    quote = '"' if delimiter == "," else ""
    lines = [delimiter.join(["date", *columns])]
    for n, day in enumerate(months):
        values = [written(own[n], decimal, thousands) for own in columns.values()]
        lines.append(delimiter.join([day.strftime(date), *(f"{quote}{v}{quote}" for v in values)]))
    path = folder / "issued.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    declared = f'decimal = "{decimal}"\nthousands = "{thousands}"\n'
    if DATES[date]:
        declared += f'date_order = "{DATES[date]}"\n'
    map_file = folder / "map.toml"
    map_file.write_text(
        f'area = "here"\ntitle = "当月 level"\n{declared}[columns]\n'
        '"cars" = "cars pieces"\n"ships" = "ships pieces"\n',
        encoding="utf-8",
    )
    out = folder / "data" / "figures" / "new.csv"
    out.unlink(missing_ok=True)
    plan = importing.read(path, map_file, out=out, released_on="usual")
    assert [c.why for c in plan.unread] == []
    assert importing.write(plan) == 2 * len(months)

    marks = {"decimal": decimal, "thousands": thousands or None}
    other = pd.read_csv(path, sep=delimiter, dtype={"date": str}, **marks)
    other["year"] = pd.to_datetime(other["date"], format=date.replace("-01", "-%d")).dt.year
    figures = pd.read_csv(out)
    assert (figures["first_month"] == figures["last_month"]).all()
    figures["year"] = figures["last_month"].str[:4].astype(int)
    for name in columns:
        own = figures[figures["indicator"] == name]
        assert sorted(own["value"]) == sorted(other[name])
        assert own.groupby("year")["value"].sum().to_dict() == pytest.approx(
            other.groupby("year")[name].sum().to_dict(), rel=1e-12
        )
