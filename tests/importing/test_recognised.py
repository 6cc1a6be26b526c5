"""Files of offices and services that need no map. Layouts are theirs, numbers are simulated."""

from datetime import date

import pandas as pd
import pytest

import forecast
from forecast import importing
from forecast.base.errors import ContractError

FILES = {
    "FRED, quarters by their first days": (
        "observation_date,GDP\n2018-10-01,20897.8\n2019-01-01,.\n2019-04-01,21384.8\n",
        "world",
        {"area": "uk"},
        ["B2 uk/gdp 2018-10..2018-12 level 20897.8 usd_billion",
         "B4 uk/gdp 2019-04..2019-06 level 21384.8 usd_billion"],
    ),
    "FRED, years": (
        "DATE,GDP\n2017-01-01,19479\n2018-01-01,20527\n",
        "world",
        {},
        ["B2 uk/gdp 2017-01..2017-12 level 19479 usd_billion",
         "B3 uk/gdp 2018-01..2018-12 level 20527 usd_billion"],
    ),
    "a long frame": (
        "unique_id,ds,y\nuk/sales,2019-01-31,101.5\nuk/sales,2019-02-28,99\nuk/sales,2019-03-31,103\n",
        "world",
        {},
        ["C2 uk/sales 2019-01 level 101.5 eur_million",
         "C3 uk/sales 2019-02 level 99 eur_million",
         "C4 uk/sales 2019-03 level 103 eur_million"],
    ),
    "a long frame of growth, quarters by their last days": (
        "unique_id,ds,y\ngdp,2019-03-31,2.1\ngdp,2019-06-30,-0.4\n",
        "world",
        {"title": "growth"},
        ["C2 uk/gdp 2019-01..2019-03 growth_pct 2.1 pct",
         "C3 uk/gdp 2019-04..2019-06 growth_pct -0.4 pct"],
    ),
    "SDMX-CSV 1.0": (
        "DATAFLOW,FREQ,REF_AREA,INDICATOR,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MEASURE,UNIT_MULT\n"
        "ESTAT:X(1.0),M,UK,SALES,2019-01,1.5,A,EUR,9\nESTAT:X(1.0),M,UK,SALES,2019-02,1.6,P,EUR,9\n",
        "world",
        {},
        ["F2 uk/sales 2019-01 level 1500 eur_million",
         "F3 uk/sales 2019-02 level 1600 eur_million"],
    ),
    "SDMX-CSV 2.0 with labels": (
        "STRUCTURE,STRUCTURE_ID,ACTION,FREQ: Frequency,GEO: Area,ITEM: Item,TIME_PERIOD: Time,"
        "OBS_VALUE: Value\n"
        "dataflow,A:B(1.0),I,Q: Quarterly,UK: United Kingdom,GDP: Output,2019-Q1,700.5\n"
        "dataflow,A:B(1.0),I,Q: Quarterly,UK: United Kingdom,GDP: Output,2019-Q2,701\n",
        "world",
        {},
        ["H2 uk/gdp 2019-01..2019-03 level 700.5 usd_billion",
         "H3 uk/gdp 2019-04..2019-06 level 701 usd_billion"],
    ),
    "Eurostat's TSV": (
        "freq,indic,unit,geo\\TIME_PERIOD\t2019-01 \t2019-02 \t2019-03 \n"
        "M,SALES,MIO_EUR,UK\t104.5 \t: c\t103.2 p\nM,SALES,MIO_EUR,FR\t1.0 \t2.0 \t3.0 \n",
        "world",
        {"area": "uk"},
        ["B2 uk/sales 2019-01 level 104.5 eur_million",
         "D2 uk/sales 2019-03 level 103.2 eur_million"],
    ),
    "Eurostat's TSV of growth": (
        "freq,unit,indic,geo\\TIME_PERIOD\t2019-Q1\t2019-Q2\nQ,CLV_PCH_SM,GDP,UK\t1.4\t-0.2 e\n",
        "world",
        {},
        ["B2 uk/gdp 2019-01..2019-03 growth_pct 1.4 pct",
         "C2 uk/gdp 2019-04..2019-06 growth_pct -0.2 pct"],
    ),
    "the ONS, an amount in years, quarters and months": (
        '"Title","Retail sales"\n"CDID","ABCD"\n"PreUnit","€"\n"Unit","m"\n'
        '"Release date","16-02-2020"\n"2019","78"\n"2019 Q1","6"\n"2019 JAN","1"\n"2019 FEB","2"\n'
        '"2019 MAR","3"\n',
        "world",
        {},
        ["B6 uk/sales 2019-01..2019-12 level 78 eur_million",
         "B7 uk/sales 2019-01..2019-03 level 6 eur_million",
         "B8 uk/sales 2019-01 level 1 eur_million",
         "B9 uk/sales 2019-02 level 2 eur_million",
         "B10 uk/sales 2019-03 level 3 eur_million"],
    ),
    "the ONS, an index, whose quarters are means": (
        '"Title","Prices index 2015=100","Retail sales"\n'
        '"CDID","PRICES","SALES"\n"2019","98","40"\n'
        '"2019 Q1","97","9"\n"2019 JAN","96","3"\n"2019 FEB","97","3"\n"2019 MAR","98","3"\n',
        "world",
        {},
        ["C3 uk/sales 2019-01..2019-12 level 40 eur_million",
         "C4 uk/sales 2019-01..2019-03 level 9 eur_million",
         "B5 uk/prices 2019-01 level 96 index", "C5 uk/sales 2019-01 level 3 eur_million",
         "B6 uk/prices 2019-02 level 97 index", "C6 uk/sales 2019-02 level 3 eur_million",
         "B7 uk/prices 2019-03 level 98 index", "C7 uk/sales 2019-03 level 3 eur_million"],
    ),
    "the World Bank": (
        '"Data Source","World Development Indicators",\n\n"Last Updated Date","2020-07-01",\n\n'
        '"Country Name","Country Code","Indicator Name","Indicator Code","2017","2018",\n'
        '"United Kingdom","GBR","GDP growth (%)","NY.GDP.MKTP.KD.ZG","1.8","",\n'
        '"Aruba","ABW","GDP growth (%)","NY.GDP.MKTP.KD.ZG","2.0","",\n',
        "world",
        {"area": "uk"},
        ["E6 uk/gdp 2017-01..2017-12 growth_pct 1.8 pct"],
    ),
    "the BLS, years by months": (
        "Series Id:,PRICES\nItem:,All items\n\n"
        "Year,Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec,"
        "Annual,HALF1,HALF2\n2018,247.8,248.9,,,,,,,,,,,251.1,250,252\n2019,251.7,,,,,,,,,,,,,,\n",
        "world",
        {},
        ["B5 uk/prices 2018-01 level 247.8 index", "B6 uk/prices 2019-01 level 251.7 index",
         "C5 uk/prices 2018-02 level 248.9 index"],
    ),
    "the BLS, long": (
        "Series ID,Year,Period,Label,Value\nPRICES,2018,M01,2018 Jan,247.8\n"
        "PRICES,2018,M02,2018 Feb,248.9\nPRICES,2018,M13,2018 Annual,251.1\n",
        "world",
        {},
        ["E2 uk/prices 2018-01 level 247.8 index", "E3 uk/prices 2018-02 level 248.9 index"],
    ),
    "GENESIS": (
        "Umsatz;;\n;;Sales\n2019;Januar;104,5\n2019;Februar;1.099,25\n2019;März;...\n__________\n"
        "(C) Amt;;\n",
        "world",
        {},
        ["C3 uk/sales 2019-01 level 104.5 eur_million",
         "C4 uk/sales 2019-02 level 1099.25 eur_million"],
    ),
    "the BCB": (
        '"data";"valor"\n"01/01/2019";"0,32"\n"01/02/2019";"0,43"\n"01/03/2019";"0,75"\n',
        "world",
        {"title": "gdp growth"},
        ["B2 uk/gdp 2019-01 growth_pct 0.32 pct", "B3 uk/gdp 2019-02 growth_pct 0.43 pct",
         "B4 uk/gdp 2019-03 growth_pct 0.75 pct"],
    ),
    "Wind": (
        "指标名称,社会消费品零售总额:累计值,GDP:当季同比,M2:同比\n频率,月,季,月\n单位,亿元,%,%\n"
        "2019-03-31,97790,6.4,8.6\n2019-06-30,195210,6.2,8.5\n2019-08-31,262179,,8.2\n",
        "china",
        {},
        ["B4 china/retail 2019-01..2019-03 level 97790 cny_100m",
         "C4 china/gdp 2019-01..2019-03 growth_pct 6.4 pct",
         "D4 china/m2 2019-03 growth_pct 8.6 pct",
         "B5 china/retail 2019-01..2019-06 level 195210 cny_100m",
         "C5 china/gdp 2019-04..2019-06 growth_pct 6.2 pct",
         "D5 china/m2 2019-06 growth_pct 8.5 pct",
         "B6 china/retail 2019-01..2019-08 level 262179 cny_100m",
         "D6 china/m2 2019-08 growth_pct 8.2 pct"],
    ),
    "AKShare, GDP since January": (
        "季度,国内生产总值-绝对值,国内生产总值-同比增长\n2019年第1-3季度,697798.2,6.2\n"
        "2019年第1-2季度,450933.1,6.3\n2019年第1季度,213432.8,6.4\n",
        "china",
        {},
        ["B2 china/gdp 2019-01..2019-09 level 697798.2 cny_100m",
         "C2 china/gdp 2019-01..2019-09 growth_pct 6.2 pct",
         "B3 china/gdp 2019-01..2019-06 level 450933.1 cny_100m",
         "C3 china/gdp 2019-01..2019-06 growth_pct 6.3 pct",
         "B4 china/gdp 2019-01..2019-03 level 213432.8 cny_100m",
         "C4 china/gdp 2019-01..2019-03 growth_pct 6.4 pct"],
    ),
    "AKShare, days for quarters": (
        ",季度,国内生产总值-绝对值,国内生产总值-同比增长\n0,2019-09-01,697000.0,6.2\n"
        "1,2019-06-01,450000.0,6.3\n2,2019-03-01,213000.0,6.4\n",
        "china",
        {},
        ["C2 china/gdp 2019-01..2019-09 level 697000 cny_100m",
         "D2 china/gdp 2019-01..2019-09 growth_pct 6.2 pct",
         "C3 china/gdp 2019-01..2019-06 level 450000 cny_100m",
         "D3 china/gdp 2019-01..2019-06 growth_pct 6.3 pct",
         "C4 china/gdp 2019-01..2019-03 level 213000 cny_100m",
         "D4 china/gdp 2019-01..2019-03 growth_pct 6.4 pct"],
    ),
    "AKShare, months": (
        "月份,当月,同比增长,环比增长,累计,累计-同比增长\n2019年09月份,34495,7.8,0.7,296674,8.2\n"
        "2019年08月份,33896,7.5,0.6,262179,8.2\n",
        "china",
        {"title": "retail"},
        ["B2 china/retail 2019-09 level 34495 cny_100m",
         "B3 china/retail 2019-08 level 33896 cny_100m",
         "C2 china/retail 2019-09 growth_pct 7.8 pct",
         "C3 china/retail 2019-08 growth_pct 7.5 pct",
         "E2 china/retail 2019-01..2019-09 level 296674 cny_100m",
         "E3 china/retail 2019-01..2019-08 level 262179 cny_100m",
         "F2 china/retail 2019-01..2019-09 growth_pct 8.2 pct",
         "F3 china/retail 2019-01..2019-08 growth_pct 8.2 pct"],
    ),
    "Tushare, whose quarters are sums since January": (
        "quarter,gdp,gdp_yoy\n2019Q3,697798.2,6.2\n2019Q2,450933.1,6.3\n",
        "china",
        {},
        ["B2 china/gdp 2019-01..2019-09 level 697798.2 cny_100m",
         "B3 china/gdp 2019-01..2019-06 level 450933.1 cny_100m",
         "C2 china/gdp 2019-01..2019-09 growth_pct 6.2 pct",
         "C3 china/gdp 2019-01..2019-06 growth_pct 6.3 pct"],
    ),
    "Tushare, money": (
        "month,m0,m0_yoy,m2,m2_yoy\n201909,74130,4.0,1952250,8.4\n201908,73150,4.8,1935500,8.2\n",
        "china",
        {},
        ["D2 china/m2 2019-09 level 1952250 cny_100m",
         "D3 china/m2 2019-08 level 1935500 cny_100m",
         "E2 china/m2 2019-09 growth_pct 8.4 pct", "E3 china/m2 2019-08 growth_pct 8.2 pct"],
    ),
    "the National Bureau, months": (
        "数据库：月度数据,,\n时间：最近13个月,,\n指标,2019年9月,2019年8月\n"
        "社会消费品零售总额_当期值(亿元),34494.9,33896.3\n"
        "社会消费品零售总额_累计值(亿元),296674.4,262179.5\n"
        "社会消费品零售总额_同比增长(%),7.8,7.5\n社会消费品零售总额_累计增长(%),8.2,8.2\n"
        "货币和准货币(M2)供应量_期末值(亿元),1952250,1935500\n数据来源：国家统计局,,\n",
        "china",
        {},
        ["B4 china/retail 2019-09 level 34494.9 cny_100m",
         "B5 china/retail 2019-01..2019-09 level 296674.4 cny_100m",
         "B6 china/retail 2019-09 growth_pct 7.8 pct",
         "B7 china/retail 2019-01..2019-09 growth_pct 8.2 pct",
         "B8 china/m2 2019-09 level 1952250 cny_100m",
         "C4 china/retail 2019-08 level 33896.3 cny_100m",
         "C5 china/retail 2019-01..2019-08 level 262179.5 cny_100m",
         "C6 china/retail 2019-08 growth_pct 7.5 pct",
         "C7 china/retail 2019-01..2019-08 growth_pct 8.2 pct",
         "C8 china/m2 2019-08 level 1935500 cny_100m"],
    ),
    "the National Bureau, quarters": (
        "数据库：季度数据,,\n时间：最近6季度,,\n指标,2019年第三季度,2019年第二季度\n"
        "国内生产总值_当季值(亿元),252209.0,237500.3\n国内生产总值_累计值(亿元),697798.2,450933.1\n"
        "数据来源：国家统计局,,\n",
        "china",
        {},
        ["B4 china/gdp 2019-07..2019-09 level 252209 cny_100m",
         "B5 china/gdp 2019-01..2019-09 level 697798.2 cny_100m",
         "C4 china/gdp 2019-04..2019-06 level 237500.3 cny_100m",
         "C5 china/gdp 2019-01..2019-06 level 450933.1 cny_100m"],
    ),
    "the National Bureau, by province": (
        "数据库：分省月度数据,,\n指标：社会消费品零售总额_累计值(亿元),,\n时间：2019年8月-2019年9月,,\n"
        "地区,2019年9月,2019年8月\n全国,296674.4,262179.5\n数据来源：国家统计局,,\n",
        "china",
        {},
        ["B5 china/retail 2019-01..2019-09 level 296674.4 cny_100m",
         "C5 china/retail 2019-01..2019-08 level 262179.5 cny_100m"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FILES)
def test_a_file_is_read_without_a_map(read, lines_of, what):
    text, registry, options, expected = FILES[what]
    plan = read(text, registry, **options)
    assert [c.why for c in plan.unread] == []
    assert lines_of(plan) == sorted(expected, key=lambda line: (len(line.split()[0]), line))


def test_vintages_of_alfred_are_revisions(read):
    text = (
        "observation_date,GDP_20190726,GDP_20190829\n"
        "2018-10-01,20897.8,20897.8\n2019-01-01,21098.8,21099.1\n2019-04-01,,21340.3\n"
    )
    plan = read(text, released_on=None)
    found = [(str(c.figure.span), c.figure.value_text, c.figure.released_on, c.before)
             for c in plan.added]  # fmt: skip
    assert found == [
        ("2018-10..2018-12", "20897.8", date(2019, 7, 26), None),
        ("2019-01..2019-03", "21098.8", date(2019, 7, 26), None),
        ("2019-01..2019-03", "21099.1", date(2019, 8, 29), 21098.8),
        ("2019-04..2019-06", "21340.3", date(2019, 8, 29), None),
    ]
    assert plan.n_unchanged == 1
    assert plan.added[0].figure.released_on_basis == "uploaded"
    long = (
        "series_id,date,realtime_start,value\n"
        "GDP,2018-10-01,2019-07-26,20897.8\nGDP,2019-01-01,2019-07-26,21098.8\n"
        "GDP,2019-01-01,2019-08-29,21099.1\n"
    )
    assert [c.figure.value_text for c in read(long, released_on=None).added] == [
        "20897.8", "21098.8", "21099.1"
    ]  # fmt: skip


REFUSED = {
    "a series that the folder does not know": (
        "DATE,GDPC1\n2018-10-01,1\n2019-01-01,2\n",
        {},
        "'GDPC1' is not an indicator of the folder",
    ),
    "one time alone": ("unique_id,ds,y\ngdp,2019-01-01,5\n", {}, "is the only time of its series"),
    "two frequencies": (
        "DATE,SALES\n2018-01-01,1\n2018-04-01,1\n2018-07-01,1\n2018-10-01,1\n2018-11-01,1\n",
        {},
        "has times that are neither months nor quarters nor years throughout",
    ),
    "days inside months": (
        "unique_id,ds,y\ngdp,2019-01-13,5\ngdp,2019-02-12,6\n",
        {},
        "is a day inside a month",
    ),
    "growth taken for a level": (
        "unique_id,ds,y\ngdp,2019-01-01,2\ngdp,2019-02-01,-1\n",
        {},
        "may be growth",
    ),
    "a change on the month before": (
        "freq,unit,indic,geo\\TIME_PERIOD\t2019-01\t2019-02\nM,PCH_PRE,GDP,UK\t1\t2\n",
        {},
        "is a change on the period before",
    ),
    "another currency": (
        "TIME_PERIOD,OBS_VALUE,FREQ,REF_AREA,ITEM,UNIT_MEASURE\n2019-01,5,M,UK,SALES,USD\n",
        {},
        "is a unit that no rule converts into 'eur_million'",
    ),
    "an unknown area": (
        "TIME_PERIOD,OBS_VALUE,FREQ,REF_AREA,ITEM\n2019-01,5,M,XK,SALES\n",
        {},
        "is not an area",
    ),
    "an unknown flag": (
        "freq,indic,geo\\TIME_PERIOD\t2019-01\nM,SALES,UK\t1 q\n",
        {},
        "is not a flag that is known",
    ),
    "quarters that grow like sums": (
        "unique_id,ds,y\n" + "".join(f"gdp,2018-{3 * q:02d}-28,{100 * q}\n" for q in range(1, 5)),
        {},
        "is a day inside a month",
    ),
    "quarters by last day that grow like sums": (
        "unique_id,ds,y\ngdp,2018-03-31,100\ngdp,2018-06-30,210\ngdp,2018-09-30,320\n"
        "gdp,2018-12-31,440\ngdp,2019-03-31,105\n",
        {},
        "the levels of quarters grow from January on",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_a_recognised_file_leaves_open_is_refused(read, what):
    text, options, why = REFUSED[what]
    plan = read(text, **options)
    assert plan.added == ()
    assert any(why in cell.why for cell in plan.unread)


def test_a_day_of_release_is_asked_for(read):
    plan = read("DATE,SALES\n2018-01-01,1\n2018-02-01,2\n", released_on=None)
    assert {c.why.partition("; ")[0] for c in plan.unread} == {
        "'2018-01' has no day of release", "'2018-02' has no day of release"
    }  # fmt: skip


def test_the_words_of_a_map_name_a_series(read):
    text = "DATE,GDPC1\n2018-10-01,1\n2019-01-01,2\n"
    assert len(read(text, map_text='[words]\n"GDPC1" = "gdp"\n').added) == 2
    assert len(read(text, title="gdp").added) == 2
    assert read(text, title="gdp").remarks[0] == "recognised as FRED"


def test_a_named_layout_that_the_file_has_not_is_an_error(read):
    with pytest.raises(ContractError, match="is not in the layout 'ons'"):
        read("DATE,SALES\n2018-01-01,1\n", layout="ons")


def test_levels_of_another_size_than_the_folder_holds_are_refused(read):
    text = "DATE,SALES\n2018-01-01,{}\n2018-02-01,{}\n"
    plan = read(text.format(1200, 1250))
    importing.write(plan)
    later = text.replace("2018", "2019")
    assert len(read(later.format(1300, 1280)).added) == 2
    plan = read(later.format("1.3", "1.28"))
    assert plan.added == ()
    assert plan.unread[0].why.startswith(
        "levels around 1.29 eur_million are far from the folder's, 1.22e+03; allowed: the unit"
    )


def test_a_data_frame_becomes_figures(folder):
    days = pd.date_range("2019-01-31", periods=3, freq="ME")
    frame = pd.DataFrame({"unique_id": "sales", "ds": days, "y": [101.5, float("nan"), 103.0]})
    figures = forecast.figures_from(frame, folder, released_on="usual")
    assert figures[["area", "indicator", "first_month", "last_month", "value", "unit"]].to_dict(
        "records"
    ) == [
        {"area": "uk", "indicator": "sales", "first_month": m, "last_month": m, "value": v,
         "unit": "eur_million"}
        for m, v in (("2019-01", 101.5), ("2019-03", 103.0))
    ]  # fmt: skip
    assert list(figures["released_on"]) == ["2019-02-20", "2019-04-20"]


def test_a_data_frame_indexed_by_quarters_becomes_figures(folder):
    quarters = pd.period_range("2019Q1", periods=2, freq="Q", name="ds")
    frame = pd.DataFrame({"unique_id": "gdp", "y": [2.1, 2.2]}, index=quarters)
    figures = forecast.figures_from(frame, folder, released_on=date(2019, 8, 1), title="growth")
    assert list(figures["last_month"]) == ["2019-03", "2019-06"]
    assert list(figures["measure"]) == ["growth_pct", "growth_pct"]


def test_quarters_of_a_year_that_ends_in_march_are_named_by_their_months(folder):
    quarters = pd.period_range("2019Q1", periods=3, freq="Q-MAR")
    frame = pd.DataFrame({"unique_id": "gdp", "ds": quarters, "y": [700, 705, 703]})
    figures = forecast.figures_from(frame, folder, released_on="usual")
    assert list(figures["first_month"]) == ["2018-04", "2018-07", "2018-10"]
    years = pd.period_range("2018", periods=2, freq="Y-MAR")
    frame = pd.DataFrame({"unique_id": "gdp", "ds": years, "y": [700, 705]})
    with pytest.raises(forecast.ForecastError, match="is not a span within one year"):
        forecast.figures_from(frame, folder, released_on="usual")


def test_an_index_of_days_needs_no_name(folder):
    days = pd.date_range("2019-01-31", periods=2, freq="ME")
    frame = pd.DataFrame({"SALES": [101.5, 99.0]}, index=days)
    for own in (frame, frame["SALES"]):
        figures = forecast.figures_from(own, folder, released_on="usual")
        assert list(figures["last_month"]) == ["2019-01", "2019-02"]
    with pytest.raises(forecast.ForecastError, match="list; allowed: a pandas DataFrame"):
        forecast.figures_from([1, 2], folder, released_on="usual")


def test_a_data_frame_that_cannot_be_read_is_an_error_with_every_cell(folder):
    frame = pd.DataFrame({"unique_id": "pearls", "ds": ["2019-01-01", "2019-02-01"], "y": [1, 2]})
    why = r"the frame C2: 'pearls' is not an indicator of the folder"
    with pytest.raises(forecast.ForecastError, match=why):
        forecast.figures_from(frame, folder, released_on="usual")
    with pytest.raises(forecast.ForecastError, match="no figure; allowed: at least one row"):
        forecast.figures_from(frame.iloc[:0], folder, released_on="usual")
