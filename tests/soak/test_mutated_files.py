"""5,000 mutated files to import: each cell with content is accepted or refused, none is changed.

What a cell holds is read independently: by its place, with the mark of decimals that is declared.
All numbers are simulated.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest

from forecast import importing
from forecast.base.errors import ContractError
from forecast.base.months import Span, month

N_FILES, N_SHARDS = 5_000, 10
REGISTRY = """
[[area]]
id = "china"
name_en = "China"
name_zh = "全国"

[[indicator]]
id = "retail"
name_en = "Retail"
name_zh = "社会消费品零售总额"
unit = "cny_100m"
annual_rule = "sum_of_months"
"""
LAGS = "".join(f'[[lag]]\nspan = "{span}"\ndays = 20\n' for span in ("month", "quarter", "year"))
JUNK = (
    *("1..2", "n.a.", "2019", "12,5,1", "1e5", "约7", "(3)", "#DIV/0!", "5 %%", "7'1", "-", "nan"),
    *("1,234", "1.234", "٣", "1 2", "", "", "0x1F", "1_000", "+", "∞", "12.5p", "－3", "１２"),
)
BLANKS = {"", "-", "nan", "n.a."}
Cell = tuple[int, int]


@dataclass(frozen=True)
class Issued:
    """A file as its office issues it: its rows, and the span of the number in some cells."""

    rows: list[list[str]]
    spans: dict[Cell, Span]
    delimiter: str = ","
    decimal: str = "."
    title: str = ""


def _month(number: int) -> Span:
    return Span(month(2018, number), month(2018, number))


def _levels(chance: random.Random) -> list[str]:
    return [f"{chance.uniform(900, 1100):.1f}" for _ in range(12)]


def _down(head: list[list[str]], times: list[str], values: list[str], **more: object) -> Issued:
    """Return a file with times in its first column and values in the last one."""
    width = len(head[-1])
    rows = [*head, *([t, *[""] * (width - 2), v] for t, v in zip(times, values, strict=True))]
    spans = {(len(head) + n, width - 1): _month(n + 1) for n in range(12)}
    return Issued(rows, spans, **more)  # type: ignore[arg-type]


def long_frame(chance: random.Random) -> Issued:
    rows = [["unique_id", "ds", "y"]]
    rows += [["retail", f"2018-{m:02d}-01", v] for m, v in enumerate(_levels(chance), 1)]
    return Issued(rows, {(m, 2): _month(m) for m in range(1, 13)})


def fred(chance: random.Random) -> Issued:
    times = [f"2018-{m:02d}-01" for m in range(1, 13)]
    return _down([["observation_date", "RETAIL"]], times, _levels(chance))


def sdmx(chance: random.Random) -> Issued:
    head = ["FREQ", "REF_AREA", "ITEM", "TIME_PERIOD", "OBS_VALUE"]
    values = enumerate(_levels(chance), 1)
    rows = [head, *(["M", "CHINA", "RETAIL", f"2018-{m:02d}", v] for m, v in values)]
    return Issued(rows, {(m, 4): _month(m) for m in range(1, 13)})


def eurostat(chance: random.Random) -> Issued:
    head = ["freq,indic,geo\\TIME_PERIOD", *(f"2018-{m:02d}" for m in range(1, 13))]
    rows = [head, ["M,RETAIL,CHINA", *_levels(chance)]]
    return Issued(rows, {(1, m): _month(m) for m in range(1, 13)}, delimiter="\t")


def ons(chance: random.Random) -> Issued:
    names = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    head = [["Title", "Retail"], ["CDID", "RETAIL"], ["Unit", ""]]
    return _down(head, [f"2018 {name}" for name in names], _levels(chance))


def bcb(chance: random.Random) -> Issued:
    times = [f"01/{m:02d}/2018" for m in range(1, 13)]
    values = [v.replace(".", ",") for v in _levels(chance)]
    more = {"delimiter": ";", "decimal": ",", "title": "retail"}
    return _down([["data", "valor"]], times, values, **more)


def years_by_months(chance: random.Random) -> Issued:
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    rows = [["Series Id:", "RETAIL"], [""], ["Year", *names], ["2018", *_levels(chance)]]
    return Issued(rows, {(3, m): _month(m) for m in range(1, 13)})


def wind(chance: random.Random) -> Issued:
    ends = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    head = [["指标名称", "社会消费品零售总额:当月值"], ["频率", "月"], ["单位", "亿元"]]
    times = [f"2018-{m:02d}-{end}" for m, end in enumerate(ends, 1)]
    return _down(head, times, _levels(chance))


def national_bureau(chance: random.Random) -> Issued:
    head = ["指标", *(f"2018年{m}月" for m in range(12, 0, -1))]
    rows = [["数据库：月度数据"], head, ["社会消费品零售总额_当期值(亿元)", *_levels(chance)]]
    return Issued(rows, {(2, n): _month(13 - n) for n in range(1, 13)})


def sheet(chance: random.Random) -> Issued:
    times = [f"2018年{m}月" for m in range(1, 13)]
    return _down([["月份", "社会消费品零售总额（亿元）"]], times, _levels(chance))


LAYOUTS: list[Callable[[random.Random], Issued]] = [
    long_frame, fred, sdmx, eurostat, ons, bcb, years_by_months, wind, national_bureau, sheet
]  # fmt: skip


def mutated(issued: Issued, chance: random.Random) -> Issued:
    """Return a file of which some numbers are replaced and some rows repeated, lost or swapped."""
    rows = [list(row) for row in issued.rows]
    for row, column in chance.sample(sorted(issued.spans), chance.randint(1, 4)):
        rows[row][column] = chance.choice(JUNK)
    order = list(range(len(rows)))
    body = sorted({row for row, _ in issued.spans})
    if len(body) > 1:
        first, second = chance.sample(body, 2)
        kind = chance.choice(("swap", "lose", "repeat", "blank", "none"))
        if kind == "swap":
            order[first], order[second] = second, first
        elif kind == "lose":
            order.remove(first)
        elif kind == "repeat":
            order.insert(order.index(first), first)
        elif kind == "blank":
            order.insert(order.index(first), -1)
    spans = {
        (place, column): span
        for place, row in enumerate(order)
        for (own, column), span in issued.spans.items()
        if own == row
    }
    blank = [""] * max(map(len, rows))
    return Issued(
        [rows[row] if row >= 0 else blank for row in order],
        spans, issued.delimiter, issued.decimal, issued.title,
    )  # fmt: skip


def _number(text: str, decimal: str) -> Decimal | None:
    """Return the number in a cell as a plain reading gives it; None where there is none."""
    thousands = "," if decimal == "." else "."
    try:
        plain = text.strip().replace("－", "-").replace(thousands, "").replace(decimal, ".")
        number = Decimal(plain)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data" / "figures").mkdir(parents=True)
    (tmp_path / "data" / "indicators.toml").write_text(REGISTRY, encoding="utf-8")
    (tmp_path / "data" / "schedule.toml").write_text(LAGS, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("shard", range(N_SHARDS))
def test_accepted_and_refused_cells_are_those_with_content(folder: Path, shard: int):
    n_read = 0
    for number in range(N_FILES // N_SHARDS):
        chance = random.Random(f"{shard} {number}")
        issued = mutated(LAYOUTS[number % len(LAYOUTS)](chance), chance)
        path = folder / "mutated.csv"
        quote = '"' if issued.delimiter == "," else ""
        lines = [issued.delimiter.join(f"{quote}{c}{quote}" for c in row) for row in issued.rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        try:
            plan = importing.read(
                path, out=folder / "data" / "figures" / "new.csv",
                released_on="usual", title=issued.title or None,
            )  # fmt: skip
        except ContractError:
            continue  # refused as a whole
        n_read += 1
        check(plan, issued)
    assert n_read > N_FILES // N_SHARDS // 2


def check(plan: importing.ImportPlan, issued: Issued) -> None:
    """Assert that no cell of a file was changed, lost, or taken for another month."""
    accepted = {_cell(change.figure.address): change.figure for change in plan.added}
    refused = {_cell(cell.address) for cell in plan.unread}
    filled = {cell for cell in issued.spans if _text(issued, cell).strip() not in BLANKS}
    # The same number twice is accepted once: the second adds nothing.
    again = {cell for cell in filled - set(accepted) - refused if _is_again(issued, cell, accepted)}
    assert len(again) == plan.n_unchanged
    assert set(accepted) <= filled
    rows_refused = {row for row, _ in refused}
    lost = filled - set(accepted) - refused - again
    assert {cell for cell in lost if cell[0] not in rows_refused} == set()
    for cell, figure in accepted.items():
        assert figure.value == _number(_text(issued, cell), issued.decimal), _text(issued, cell)
        assert figure.span == issued.spans[cell]
        assert (figure.measure, figure.unit) == ("level", "cny_100m")


def _is_again(issued: Issued, cell: Cell, accepted: dict[Cell, object]) -> bool:
    return any(
        issued.spans[other] == issued.spans[cell] and _text(issued, other) == _text(issued, cell)
        for other in accepted
    )


def _text(issued: Issued, cell: Cell) -> str:
    return issued.rows[cell[0]][cell[1]]


def _cell(address: str) -> Cell:
    letters = address.rstrip("0123456789")
    return int(address[len(letters) :]) - 1, ord(letters) - ord("A")
