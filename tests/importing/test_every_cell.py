"""Every cell with content is read or refused, and none is changed. Simulated."""

import csv
import random
from decimal import Decimal

import pytest

from forecast import importing
from forecast.base.errors import ContractError

N_FILES = 300  # of each layout
JUNK = ("1..2", "n.a.", "2019", "12,5,1", "1e5", "约7", "(3)", "#DIV/0!", "5 %%", "7'1")


def long_frame(values):
    rows = [f"retail_sales,{month}-01,{v}" for month, v in values.items()]
    return "\n".join(["unique_id,ds,y", *rows]) + "\n"


def fred(values):
    rows = [f"{month}-01,{v}" for month, v in values.items()]
    return "\n".join(["DATE,RETAIL_SALES", *rows]) + "\n"


def table(values):
    rows = [f"{month},{v}" for month, v in values.items()]
    return "\n".join(["月份,社会消费品零售总额（亿元）", *rows]) + "\n"


@pytest.mark.parametrize("layout", [long_frame, fred, table])
def test_accepted_and_refused_cells_are_those_with_content(office, layout):
    rng = random.Random(7)
    months = [f"2018-{m:02d}" for m in range(1, 13)]
    for _ in range(N_FILES // 30):
        values = {month: f"{rng.uniform(900, 1100):.1f}" for month in months}
        for month in rng.sample(months[1:], 3):
            values[month] = rng.choice(("", *JUNK))
        path = office.file(layout(values), "mutated.csv")
        try:
            plan = importing.read(path, out=office.out, area="futian", released_on="usual")
        except ContractError:
            continue  # refused as a whole
        rows = {n for n, text in enumerate(values.values(), 2) if text}
        accepted = {_row(change.figure.address) for change in plan.added}
        refused = {_row(cell.address) for cell in plan.unread}
        assert (accepted | refused, accepted & refused) == (rows, set())
        assert len(accepted) == len(plan.added)
        lines = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
        for change in plan.added:
            written = lines[_row(change.figure.address) - 1][len(lines[0]) - 1]
            assert change.figure.value == Decimal(written), written


def _row(address):
    return int(address.strip("ABCDE"))
