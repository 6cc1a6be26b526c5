"""Files too large to hold, of which the rows of the folder's series alone are kept. Simulated."""

import pytest

from forecast.base.errors import ContractError
from forecast.importing import large_files

HEAD = "FREQ,REF_AREA,ITEM,TIME_PERIOD,OBS_VALUE\n"
ROWS = [
    f"M,{area},{item},2019-{month:02d},{1000 + month}.5\n"
    for area in ("FR", "UK")
    for item in ("SALES", "COAL")
    for month in range(1, 13)
]


@pytest.fixture(autouse=True)
def small_limit(monkeypatch):
    monkeypatch.setattr(large_files, "MOST_BYTES", 500)


def test_the_rows_of_wanted_series_are_read_with_their_numbers_in_the_file(
    read, lines_of, monkeypatch
):
    monkeypatch.setattr(large_files, "_ROWS_A_STEP", 20)
    seen = []
    plan = read(HEAD + "".join(ROWS), on_progress=lambda done, size: seen.append((done, size)))
    assert [c.why for c in plan.unread] == []
    assert lines_of(plan)[0] == "E26 uk/sales 2019-01 level 1001.5 eur_million"
    assert lines_of(plan)[-1] == "E37 uk/sales 2019-12 level 1012.5 eur_million"
    assert len(plan.added) == 12
    assert plan.rows["skipped"] == 36
    assert "not read: 36 rows of series of no wanted indicator" in plan.remarks
    size = len((HEAD + "".join(ROWS)).encode())
    assert seen[-1] == (size, size)
    assert len(seen) == 3


def test_a_large_file_says_what_the_same_rows_say_in_a_small_one(read, lines_of, monkeypatch):
    text = "unique_id,ds,y\n" + "".join(
        f"{name},2019-{m:02d}-01,{100 + m}.5\n"
        for m in range(1, 13)
        for name in ("uk/sales", "uk/pearls")
    )
    large = lines_of(read(text))
    monkeypatch.setattr(large_files, "MOST_BYTES", 10**6)
    small = lines_of(read(text))
    assert len(large) == 12
    assert large == small


def test_a_large_table_that_is_no_list_of_series_is_refused(read):
    text = "指标,2019年9月\n" + "社会消费品零售总额,1\n" * 100
    with pytest.raises(ContractError, match="and not a list in which each row names its series"):
        read(text, registry="china")


def test_more_rows_of_wanted_series_than_a_file_may_have_are_refused(read, monkeypatch):
    monkeypatch.setattr(large_files, "MOST_ROWS", 5)
    with pytest.raises(ContractError, match="more than 5 rows of the folder's series"):
        read(HEAD + "".join(ROWS))


def test_beyond_a_gigabyte_a_file_is_refused_before_it_is_read(read, monkeypatch):
    monkeypatch.setattr(large_files, "MOST_BYTES_OF_LISTS", 600)
    with pytest.raises(ContractError, match="larger than 600 bytes"):
        read(HEAD + "".join(ROWS))


def test_a_quote_that_swallows_rows_is_refused(read):
    text = HEAD + "".join(ROWS).replace("M,UK,COAL,2019-03", 'M,UK,"COAL,2019-03')
    with pytest.raises(ContractError, match="a quoted cell holds several lines"):
        read(text + '"\n')
