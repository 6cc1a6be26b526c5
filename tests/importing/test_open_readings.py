"""Files whose numbers could be taken for another kind of figure. Layouts are real, numbers not.

Each says what is read, or why nothing is: never a figure of another kind.
"""

import io
import re
import zipfile

import pytest

from forecast import importing
from forecast.base.errors import ContractError

SALES = 'area = "uk"\ntitle = "sales level eur_million"\n'
GROWTH = 'area = "uk"\ntitle = "gdp growth"\n'


def column(times, values=None, delimiter=","):
    """Return a file of two columns, every cell in quotes if commas separate them."""
    values = values or [f"{1 + n / 10:.1f}" for n, _ in enumerate(times)]
    quote = '"' if delimiter == "," else ""
    rows = [f"{quote}{t}{quote}{delimiter}{quote}{v}{quote}\n"
            for t, v in zip(times, values, strict=True)]  # fmt: skip
    return f"date{delimiter}value\n" + "".join(rows)


SDMX = "FREQ,REF_AREA,MEASURE,UNIT_MEASURE,TRANSFORMATION,TIME_PERIOD,OBS_VALUE\n"
ONS = '"Title","{title}"\n"CDID","X1"\n"Unit","%"\n"2019 Q1","0.6"\n"2019 Q2","-0.1"\n'
BANK = (
    '"Country Name","Country Code","Indicator Name","Indicator Code","2017","2018"\n'
    '"United Kingdom","GBR","{name}","X.1","{a}","{b}"\n'
)
JSON_OF_SERIES = """
{"data": {"dataSets": [{"series": {"0:0:0": {
  "attributes": [0, 0], "observations": {"0": [1.5, 0], "1": [1.6, 1]}}}}],
 "structure": {
  "dimensions": {
   "series": [
    {"id": "FREQ", "values": [{"id": "M", "name": "Monthly"}]},
    {"id": "REF_AREA", "values": [{"id": "UK", "name": "United Kingdom"}]},
    {"id": "ITEM", "values": [{"id": "SALES", "name": "Turnover"}]}],
   "observation": [{"id": "TIME_PERIOD", "values": [{"id": "2019-01"}, {"id": "2019-02"}]}]},
  "attributes": {
   "series": [{"id": "UNIT_MULT", "values": [{"id": "9"}]},
              {"id": "UNIT_MEASURE", "values": [{"id": "EUR", "name": "Euro"}]}],
   "observation": [{"id": "OBS_STATUS", "values": [{"id": "A"}, {"id": "P"}]}]}}}}
"""
JSON_OF_OBSERVATIONS = """
{"data": {"dataSets": [{"structure": 0, "observations": {
  "0:0:0:0": [1.9], "0:0:0:1": [null], "0:0:0:2": [1.3]}}],
 "structures": [{"dimensions": {"observation": [
  {"id": "FREQ", "values": [{"id": "Q"}]}, {"id": "REF_AREA", "values": [{"id": "UK"}]},
  {"id": "TRANSFORMATION", "values": [{"id": "GY"}]},
  {"id": "TIME_PERIOD", "values": [
   {"value": "2019-Q1"}, {"value": "2019-Q2"}, {"value": "2019-Q3"}]}]}}]}}
"""
READ = {
    "FRED, quarters in a column that shares its dates with months": (
        "observation_date,GDP,SALES\n"
        + "".join(f"2018-{m:02d}-01,{500 + m if m % 3 == 1 else ''},\n" for m in range(1, 13)),
        {},
        ["B2 uk/gdp 2018-01..2018-03 level 501 usd_billion",
         "B5 uk/gdp 2018-04..2018-06 level 504 usd_billion",
         "B8 uk/gdp 2018-07..2018-09 level 507 usd_billion",
         "B11 uk/gdp 2018-10..2018-12 level 510 usd_billion"],
    ),
    "ALFRED, each value with the days on which it held": (
        "period_start_date\tGDP\trealtime_start_date\trealtime_end_date\n"
        "2018-10-01\t20897.8\t2019-07-26\t9999-12-31\n"
        "2019-01-01\t21098.8\t2019-07-26\t2019-08-28\n"
        "2019-01-01\t21099.1\t2019-08-29\t9999-12-31\n",
        {"released_on": None},
        ["B2 uk/gdp 2018-10..2018-12 level 20897.8 usd_billion",
         "B3 uk/gdp 2019-01..2019-03 level 21098.8 usd_billion",
         "B4 uk/gdp 2019-01..2019-03 level 21099.1 usd_billion"],
    ),
    "the OECD, growth on a year earlier by its transformation": (
        SDMX + "Q,UK,GDP,PC,GY,2019-Q1,1.9\nQ,UK,GDP,PC,GY,2019-Q2,1.3\n",
        {},
        ["G2 uk/gdp 2019-01..2019-03 growth_pct 1.9 pct",
         "G3 uk/gdp 2019-04..2019-06 growth_pct 1.3 pct"],
    ),
    "SDMX-CSV with remarks that differ by row": (
        "FREQ,REF_AREA,ITEM,TIME_PERIOD,OBS_VALUE,OBS_STATUS,OBS_COM\n"
        "S,UK,GDP,2019-S1,700,A,\nS,UK,GDP,2019-S2,710,P,a strike\n",
        {},
        ["E2 uk/gdp 2019-01..2019-06 level 700 usd_billion",
         "E3 uk/gdp 2019-07..2019-12 level 710 usd_billion"],
    ),
    "the World Bank, dollars in the name": (
        BANK.format(name="GDP (current US$)", a="2.7E+12", b="2860000000000"),
        {"title": "gdp"},
        ["E2 uk/gdp 2017-01..2017-12 level 2700 usd_billion",
         "F2 uk/gdp 2018-01..2018-12 level 2860 usd_billion"],
    ),
    "the World Bank's DataBank": (
        "Country Name,Country Code,Series Name,Series Code,2017 [YR2017],2018 [YR2018]\n"
        "United Kingdom,GBR,GDP growth (annual %),X.1,1.8,..\n\nLast Updated: 07/01/2020,,,,,\n",
        {"title": "gdp"},
        ["E2 uk/gdp 2017-01..2017-12 growth_pct 1.8 pct"],
    ),
    "FRED, percent change from a year ago by its suffix": (
        "observation_date,GDP_PC1\n2019-01-01,2.3\n2019-04-01,2.0\n",
        {},
        ["B2 uk/gdp 2019-01..2019-03 growth_pct 2.3 pct",
         "B3 uk/gdp 2019-04..2019-06 growth_pct 2 pct"],
    ),
    "the BLS, twelve-month change by its heading": (
        "Series Id:,PRICES\n12-Month Percent Change\n\n"
        "Year,Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec\n2018,2.1,2.2,,,,,,,,,,\n",
        {},
        ["B5 uk/prices 2018-01 growth_pct 2.1 pct", "C5 uk/prices 2018-02 growth_pct 2.2 pct"],
    ),
    "the ECB, annual rates of change by their suffix": (
        "KEY,FREQ,REF_AREA,ICP_ITEM,ICP_SUFFIX,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MULT\n"
        "ICP.M.UK.PRICES.ANR,M,UK,PRICES,ANR,2019-01,1.4,A,0\n",
        {},
        ["G2 uk/prices 2019-01 growth_pct 1.4 pct"],
    ),
    "Eurostat's old table, newest month first": (
        "indic,unit,geo\\time\t2019M02 \t2019M01 \nSALES,MIO_EUR,UK\t104.5 \t103 b\n",
        {},
        ["B2 uk/sales 2019-02 level 104.5 eur_million",
         "C2 uk/sales 2019-01 level 103 eur_million"],
    ),
    "GENESIS, a change on a year earlier by its header": (
        "Umsatz;;\n;;Veränderung zum Vorjahresmonat in Prozent\n"
        "2019;Januar;1,3\n2019;Februar;1,1\n",
        {"title": "sales"},
        ["C3 uk/sales 2019-01 growth_pct 1.3 pct", "C4 uk/sales 2019-02 growth_pct 1.1 pct"],
    ),
    "GENESIS, quarters": (
        "Umsatz;;\n;;Sales\n;;Mrd. EUR\n2019;1. Quartal;840,5\n2019;2. Quartal;851,2\n",
        {},
        ["C4 uk/sales 2019-01..2019-03 level 840500 eur_million",
         "C5 uk/sales 2019-04..2019-06 level 851200 eur_million"],
    ),
    "years by quarters, with a map of two lines": (
        "Year,Q1,Q2,Q3,Q4\n2018,101,102,103,104\n",
        {"map_text": 'area = "uk"\ntitle = "gdp level usd_billion"\n'},
        ["B2 uk/gdp 2018-01..2018-03 level 101 usd_billion",
         "C2 uk/gdp 2018-04..2018-06 level 102 usd_billion",
         "D2 uk/gdp 2018-07..2018-09 level 103 usd_billion",
         "E2 uk/gdp 2018-10..2018-12 level 104 usd_billion"],
    ),
    "first days, in the declared order": (
        column(["4/1/2019", "5/1/2019"]),
        {"map_text": GROWTH + 'date_order = "mdy"\n'},
        ["B2 uk/gdp 2019-04 growth_pct 1 pct", "B3 uk/gdp 2019-05 growth_pct 1.1 pct"],
    ),
    "first days of several years, whose order only one reading allows": (
        column(["01/12/2018", "01/01/2019", "01/02/2019"]),
        {"map_text": GROWTH},
        ["B2 uk/gdp 2018-12 growth_pct 1 pct", "B3 uk/gdp 2019-01 growth_pct 1.1 pct",
         "B4 uk/gdp 2019-02 growth_pct 1.2 pct"],
    ),
    "quarters of years of two digits": (
        column(["1Q19", "2Q19"]),
        {"map_text": GROWTH},
        ["B2 uk/gdp 2019-01..2019-03 growth_pct 1 pct",
         "B3 uk/gdp 2019-04..2019-06 growth_pct 1.1 pct"],
    ),
    "months after a colon": (
        column(["2019:09", "2019:10"]),
        {"map_text": GROWTH},
        ["B2 uk/gdp 2019-09 growth_pct 1 pct", "B3 uk/gdp 2019-10 growth_pct 1.1 pct"],
    ),
    "months without a zero, of which some are above four": (
        column(["2019-4", "2019-5"]),
        {"map_text": GROWTH},
        ["B2 uk/gdp 2019-04 growth_pct 1 pct", "B3 uk/gdp 2019-05 growth_pct 1.1 pct"],
    ),
    "the National Bureau, consumer prices since January by 上年同期": (
        "数据库：月度数据,,\n时间：最近13个月,,\n指标,2019年9月,2019年8月\n"
        "居民消费价格指数(上年同月=100),103.0,102.8\n居民消费价格指数(上年同期=100),102.5,102.4\n"
        "居民消费价格指数(上月=100),100.9,100.7\n",
        {"registry": "china"},
        ["B4 china/cpi 2019-09 growth_pct 3 pct",
         "B5 china/cpi 2019-01..2019-09 growth_pct 2.5 pct",
         "C4 china/cpi 2019-08 growth_pct 2.8 pct",
         "C5 china/cpi 2019-01..2019-08 growth_pct 2.4 pct"],
    ),
    "the National Bureau, provinces of which the folder has one": (
        "数据库：分省月度数据,,\n指标：社会消费品零售总额_累计值(亿元),,\n时间：2019年8月-2019年9月,,\n"
        "地区,2019年9月,2019年8月\n北京市,9000.1,8000.2\n广东省,31000.5,27500.1\n",
        {"registry": "china"},
        ["B6 guangdong/retail 2019-01..2019-09 level 31000.5 cny_100m",
         "C6 guangdong/retail 2019-01..2019-08 level 27500.1 cny_100m"],
    ),
    "the National Bureau, one province": (
        "数据库：分省季度数据,,\n地区：广东省,,\n时间：最近6季度,,\n指标,2019年第三季度,2019年第二季度\n"
        "国内生产总值_累计值(亿元),77191,50501\n人均国内生产总值(元),,\n",
        {"registry": "china"},
        ["B5 guangdong/gdp 2019-01..2019-09 level 77191 cny_100m",
         "C5 guangdong/gdp 2019-01..2019-06 level 50501 cny_100m"],
    ),
    "AKShare, consumer prices of nation and towns": (
        "月份,全国-当月,全国-同比增长,全国-环比增长,全国-累计,城市-当月,城市-同比增长\n"
        "2019年09月份,103.0,3.0,0.9,102.5,102.8,2.8\n",
        {"registry": "china"},
        ["C2 china/cpi 2019-09 growth_pct 3 pct",
         "E2 china/cpi 2019-01..2019-09 growth_pct 2.5 pct"],
    ),
    "AKShare, money": (
        "月份,货币和准货币(M2)-数量(亿元),货币和准货币(M2)-同比增长,货币和准货币(M2)-环比增长,货币(M1)-数量(亿元)\n"
        "2019年09月份,1952250.49,8.4,0.86,557137.95\n",
        {"registry": "china"},
        ["B2 china/m2 2019-09 level 1952250.49 cny_100m", "C2 china/m2 2019-09 growth_pct 8.4 pct"],
    ),
    "a sheet in Windows' Western code, as GENESIS writes it": (
        "Umsätze im März;;\n;;Sales\n2019;Januar;104,5\n2019;März;99,25\n".encode("cp1252"),
        {},
        ["C3 uk/sales 2019-01 level 104.5 eur_million",
         "C4 uk/sales 2019-03 level 99.25 eur_million"],
    ),
    "Unicode text of a spreadsheet, in UTF-16": (
        column(["2019-01", "2019-02"], ["5.1", "5.2"], "\t").encode("utf-16"),
        {"map_text": GROWTH},
        ["B2 uk/gdp 2019-01 growth_pct 5.1 pct", "B3 uk/gdp 2019-02 growth_pct 5.2 pct"],
    ),
    "SDMX-JSON 1.0, in series": (
        JSON_OF_SERIES,
        {},
        ["E2 uk/sales 2019-01 level 1500 eur_million",
         "E3 uk/sales 2019-02 level 1600 eur_million"],
    ),
    "SDMX-JSON 2.0, flat": (
        JSON_OF_OBSERVATIONS,
        {"title": "gdp"},
        ["E2 uk/gdp 2019-01..2019-03 growth_pct 1.9 pct",
         "E4 uk/gdp 2019-07..2019-09 growth_pct 1.3 pct"],
    ),
    "decimal commas between tabs": (
        column(["2019-01", "2019-02"], ["2,441", "2,48"], "\t"),
        {"map_text": GROWTH},
        ["B2 uk/gdp 2019-01 growth_pct 2.441 pct", "B3 uk/gdp 2019-02 growth_pct 2.48 pct"],
    ),
    "groups of digits with more commas than there are tabs": (
        "date\tsales level eur_million\tgdp level usd_billion\n"
        "2019-08\t6,553,700.00\t7,774,800.00\n"
        "2019-09\t6,642,200.00\t7,553,700.00\n",
        {},
        ["B2 uk/sales 2019-08 level 6553700 eur_million",
         "B3 uk/sales 2019-09 level 6642200 eur_million",
         "C2 uk/gdp 2019-08 level 7774800 usd_billion",
         "C3 uk/gdp 2019-09 level 7553700 usd_billion"],
    ),
    "units with signs and bases in the headers": (
        "date,Retail sales € bn,Prices (2015=100)\n2019-01,5,101\n",
        {"map_text": 'area = "uk"\n'},
        ["B2 uk/sales 2019-01 level 5000 eur_million", "C2 uk/prices 2019-01 level 101 index"],
    ),
    "Indian groups of digits": (
        column(["2019-01", "2019-02"], ["12,34,567", "9,87,654.5"]),
        {"map_text": SALES},
        ["B2 uk/sales 2019-01 level 1234567 eur_million",
         "B3 uk/sales 2019-02 level 987654.5 eur_million"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", READ)
def test_is_read(read, lines_of, what):
    text, options, expected = READ[what]
    plan = read(text, **options)
    assert [c.why for c in plan.unread] == []
    assert lines_of(plan) == expected


REFUSED = {
    "quarter on quarter, whatever a person says": (
        ONS.format(title="GDP: Quarter on Quarter growth: CVM SA %"),
        {"title": "gdp growth"},
        "says quarteronquarter, but figures here are not of that",
    ),
    "a transformation on the period before": (
        SDMX + "Q,UK,GDP,PC,G1,2019-Q1,0.5\nQ,UK,GDP,PC,G1,2019-Q2,0.6\n",
        {"title": "growth"},
        "'G1' is a change on the period before",
    ),
    "FRED, a change on the quarter before by its suffix": (
        "observation_date,GDP_PCH\n2019-01-01,0.5\n2019-04-01,0.6\n",
        {"title": "growth"},
        "'PCH' is a change on the period before",
    ),
    "the BLS, one-month change by its heading": (
        "Series Id:,PRICES\n1-Month Percent Change\n\n"
        "Year,Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec\n2018,0.5,0.2,,,,,,,,,,\n",
        {"title": "growth"},
        "'1-Month Percent Change' is a change on the period before",
    ),
    "GENESIS, a change on the month before by its header": (
        "Umsatz;;\n;;Veränderung zum Vormonat in Prozent\n2019;Januar;1,3\n2019;Februar;1,1\n",
        {"title": "sales growth"},
        "says vormonat",
    ),
    "GENESIS, an index under the name of an amount": (
        "Umsatz;;\n;;Sales\n;;2015=100\n2019;Januar;104,5\n2019;Februar;105,1\n",
        {},
        "'2015=100' is a unit that no rule converts into 'eur_million'",
    ),
    "an index of several months": (
        "月份,物价\n2019年1-2月,101\n2019年1-5月,102\n",
        {"map_text": 'area = "uk"\ntitle = "level index"\n'},
        "is of several months, but an index or a rate is not summed",
    ),
    "a moving average": (
        '"Title","Unemployment, three month average"\n"CDID","X1"\n"2019 JAN","4.1"\n',
        {"title": "prices level"},
        "says three month average",
    ),
    "growth per head": (
        BANK.format(name="GDP per capita growth (annual %)", a="1.1", b="0.9"),
        {"title": "gdp growth"},
        "says per capita",
    ),
    "a share of GDP taken for growth": (
        BANK.format(name="Exports (% of GDP)", a="21.1", b="20.9"),
        {"title": "gdp growth"},
        "is said to be growth, but the file's unit is % of GDP",
    ),
    "constant dollars": (
        BANK.format(name="GDP (constant 2015 US$)", a="2700000000000", b="2860000000000"),
        {"title": "gdp"},
        "is a unit that no rule converts",
    ),
    "two series that differ in an adjustment": (
        "freq,s_adj,indic,unit,geo\\TIME_PERIOD\t2019-01\t2019-02\n"
        "M,NSA,SALES,MIO_EUR,UK\t104.5\t:\nM,SCA,SALES,MIO_EUR,UK\t:\t105.1\n",
        {},
        "'M.NSA.SALES.UK' and 'M.SCA.SALES.UK' are both the level of sales",
    ),
    "trimesters of SDMX, which have four months": (
        "REF_AREA,ITEM,TIME_PERIOD,OBS_VALUE\nUK,GDP,2019-T1,5\nUK,GDP,2019-T2,6\n",
        {},
        "is of 2019-T1, four months",
    ),
    "days at the ends of months": (
        "FREQ,REF_AREA,ITEM,TIME_PERIOD,OBS_VALUE\nD,UK,GDP,2019-01-31,5\nD,UK,GDP,2019-02-28,6\n",
        {},
        "'D' is a frequency that figures do not have",
    ),
    "two days in a row at the end of a month": (
        "DATE,SALES\n2019-01-31,1\n2019-02-01,2\n",
        {},
        "is named by its first or last day, and others by the other, as daily figures are",
    ),
    "rows that a message deletes": (
        "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,REF_AREA,ITEM,TIME_PERIOD,OBS_VALUE\n"
        "dataflow,A:B(1.0),D,M,UK,GDP,2019-01,5\n",
        {},
        "is deleted by the message",
    ),
    "days of release in an unknown order": (
        "series_id,date,realtime_start,value\nGDP,2018-10-01,07/08/2019,1\n"
        "GDP,2019-01-01,07/08/2019,2\n",
        {"released_on": None},
        "has the day of release 07/08/2019, which is not a date (expected YYYY-MM-DD)",
    ),
    "days of January that look like first days of months": (
        column(["02/01/2019", "03/01/2019", "04/01/2019"]),
        {"map_text": GROWTH},
        'day and month may be exchanged; allowed: date_order = "dmy" or "mdy" in the map',
    ),
    "days inside months by the declared order": (
        column(["4/1/2019", "5/1/2019"]),
        {"map_text": GROWTH + 'date_order = "dmy"\n'},
        "is a day inside a month",
    ),
    "an index of the same period beside one month": (
        "指标,2019年9月,2019年8月\n居民消费价格指数(上年同期=100),102.5,102.4\n",
        {"registry": "china", "area": "china"},
        "is an index with 上年同期=100, of one month or of all since January",
    ),
    "quarters taken for sums since January": (
        "quarter,gdp,gdp_yoy\n2019Q3,252209,6.0\n2019Q2,237500,6.2\n2019Q1,213433,6.4\n",
        {"registry": "china"},
        "are said to be since January but hardly grow within the year",
    ),
    "sums by the ends of quarters under the word for months": (
        "指标名称,社会消费品零售总额\n频率,月\n单位,亿元\n"
        "2019-03-31,97790\n2019-06-30,195210\n2019-09-30,296674\n",
        {"registry": "china", "area": "china"},
        "the levels of months grow from January on, and fall in the next one, as sums do",
    ),
    "levels at constant prices": (
        "指标名称,GDP:不变价:当季值\n频率,季\n单位,亿元\n2019-03-31,202000\n2019-06-30,225000\n",
        {"registry": "china", "area": "china"},
        "is at constant prices",
    ),
    "weeks under a word that no figure has": (
        "指标名称,GDP\n频率,周\n单位,亿元\n2018-12-31,919281\n2019-01-31,990865\n",
        {"registry": "china", "area": "china"},
        "'周' is a frequency that figures do not have",
    ),
    "sums since January under the word for single months": (
        "月份,社会消费品零售总额当月（亿元）\n"
        + "".join(f"2018年{m}月,{100 * m}\n" for m in range(1, 13))
        + "2019年1月,101\n",
        {"registry": "china", "area": "china"},
        "are said to be of single months but grow as sums since January do",
    ),
    "quarters written like months": (
        column(["2019-1", "2019-2", "2019-3", "2019-4"]),
        {"map_text": GROWTH},
        "2019-1 may be a month or a quarter, as none is above 4",
    ),
    "four numbers in each of two years": (
        column([f"{y}-{n:02d}" for y in (2018, 2019) for n in (1, 2, 3, 4)]),
        {"map_text": GROWTH},
        "may be a month or a quarter, as none is above 4",
    ),
    "one mark and three digits between tabs": (
        column(["2019-01", "2019-02"], ["2,441", "2,488"], "\t"),
        {"map_text": SALES},
        "may be 2.441 or 2441",
    ),
    "shares of one with two decimals": (
        column(["2019-01", "2019-02", "2019-03"], ["0.07", "0.06", "0.08"]),
        {"map_text": GROWTH},
        "growth below 0.3 % with two decimals throughout may be shares of one",
    ),
}


def test_a_share_among_per_cents_is_refused(read):
    plan = read(column(["2019-01", "2019-02", "2019-03"], ["7.1", "0.068", "6.5"]), map_text=GROWTH)
    assert [c.address for c in plan.unread] == ["B3"]
    assert plan.unread[0].why.startswith(
        "growth of 0.068 % beside others with fewer decimals may be a share of one"
    )


def test_a_quarter_of_an_index_beside_the_months_of_the_folder_is_refused(read):
    months = column([f"2019-{m:02d}" for m in (1, 2, 3)], ["100", "101", "102"])
    map_text = 'area = "uk"\ntitle = "prices level index"\n'
    importing.write(read(months, map_text=map_text))
    plan = read(column(["2019-Q1"], ["301"]), map_text=map_text)
    assert plan.added == ()
    assert plan.unread[0].why.startswith("301 is a mean of months, which stand beside it")


@pytest.mark.parametrize("what", REFUSED)
def test_is_refused(read, what):
    text, options, why = REFUSED[what]
    plan = read(text, **options)
    assert plan.added == ()
    assert [c.why for c in plan.unread if why in c.why] != []


KINDS = {
    "a PDF": (b"%PDF-1.4", "a PDF; allowed: the tables that it was made of"),
    "a page with pictures": (b"MIME-Version: 1.0\n", "a web page with its pictures"),
    "a SYLK sheet": (b"ID;PWXL;N;E\n", "a SYLK sheet; allowed: the same saved as .xlsx"),
    "JSON of another kind": (b'{"period": "2019-01"}', "JSON, but not a data message of SDMX-JSON"),
    "damaged JSON": (b'{"data": ', "not JSON: "),
    "packed": (b"\x1f\x8b\x08", "packed with gzip; allowed: what is packed in it"),
}


@pytest.mark.parametrize("what", KINDS)
def test_a_file_of_another_kind_is_refused_with_what_to_do(read, what):
    content, why = KINDS[what]
    with pytest.raises(ContractError, match=re.escape(why)):
        read(content)


@pytest.mark.parametrize(
    ("part", "why"),
    [("xl/workbook.bin", "an .xlsb workbook; allowed: the same saved as .xlsx"),
     ("data.csv", "a ZIP archive; allowed: what is packed in it, data.csv")],
)  # fmt: skip
def test_an_archive_that_is_no_workbook_is_refused_with_what_to_do(read, part, why):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr(part, "x")
    with pytest.raises(ContractError, match=re.escape(why)):
        read(content.getvalue())
