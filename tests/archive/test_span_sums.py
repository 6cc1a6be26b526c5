"""Levels of quarters and years beside those of their months. Simulated."""

from pathlib import Path

import pytest

from forecast.archive.folder import read_archive
from forecast.archive.span_sums import sum_contradictions
from forecast.base.errors import ContractError, Fault, grouped
from forecast.base.months import Span


def span(first, last):
    return Span.parse(f"2019-{first:02d}", f"2019-{last:02d}")


MONTHS = {span(m, m): 100.0 + m for m in range(1, 13)}


@pytest.mark.parametrize(
    ("last", "level", "is_contradicted"),
    [(3, 306, False), (3, 102, True), (3, 155, False), (3, 152, True), (12, 1278, False),
     (12, 106, True), (12, 2600, True)],
)  # fmt: skip
def test_a_level_is_about_the_sum_of_its_months(last, level, is_contradicted):
    found = list(sum_contradictions({**MONTHS, span(1, last): float(level)}))
    assert [f.span for f in found] == ([span(1, last)] if is_contradicted else [])


def test_a_year_is_about_the_sum_of_its_quarters():
    quarters = {span(q, q + 2): 300.0 for q in (1, 4, 7, 10)}
    (found,) = sum_contradictions({**quarters, span(1, 12): 301.0})
    assert (found.n_months, found.total) == (3, 1200.0)


def test_nothing_is_said_where_a_part_is_missing():
    assert not list(sum_contradictions({span(1, 3): 10.0, span(1, 1): 10.0, span(3, 3): 10.0}))


def test_check_data_names_the_level_that_its_months_contradict(tmp_path: Path):
    (tmp_path / "figures").mkdir()
    (tmp_path / "indicators.toml").write_text(
        '[[indicator]]\nid = "sales"\nname_en = "Sales"\nname_zh = "零售"\nunit = "index"\n',
        encoding="utf-8",
    )
    rows = [f"here,sales,2019-0{m},2019-0{m},level,9{m},2019-05-15" for m in (1, 2, 3)]
    rows.append("here,sales,2019-01,2019-03,level,92,2019-05-15")
    head = "area,indicator,first_month,last_month,measure,value,released_on"
    (tmp_path / "figures" / "a.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    why = (
        r"figures/a\.csv:5: here sales: level 92 of 2019-01\.\.2019-03 is 0\.33 times the sum of "
        r"its months, 276; allowed: the sum"
    )
    with pytest.raises(ContractError, match=why):
        read_archive(tmp_path)


def test_faults_of_one_kind_are_one_line_with_their_first_places_and_their_number():
    faults = [Fault("a.csv", n, f"value '{n}x' is not a number") for n in range(2, 3050)]
    faults.append(Fault("b.csv", 7, "value '8x' is not a number"))
    faults.append(Fault("a.csv", 4, "area '' is not a name"))
    assert grouped(faults) == [
        "a.csv:2: value '2x' is not a number "
        "(3,049 of this kind; also line 3, line 4, line 5, line 6, and 3,044 more)",
        "a.csv:4: area '' is not a name",
    ]
    cells = [Fault(f"a b.csv S!B{n}", None, f"'{n}x' is not a number") for n in range(2, 6)]
    assert grouped(cells) == [
        "a b.csv S!B2: '2x' is not a number (4 of this kind; also S!B3, S!B4, S!B5)"
    ]
    assert grouped(cells[:3]) == list(map(str, cells[:3]))
