"""The plan table as bureaux print it, in Excel: figures typed, what follows from them as formulas.

Every formula carries the value that it has now, for viewers that do not calculate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.base import texts
from forecast.base.months import MONTHS_A_YEAR
from forecast.base.texts import text
from forecast.pages import phrases
from forecast.pages.excel.commitments import write_commitments
from forecast.pages.excel.workbook import (
    LABEL,
    POINTS,
    PROBABILITY,
    SHARE,
    TEXT,
    Cell,
    Formats,
    Formula,
    checked_suffix,
    lay_out,
    light_formula,
    share_or_none,
    where,
    workbook,
    write,
)
from forecast.pages.tables.headline import together
from forecast.report.value import IndicatorReport, Report

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

FIRST_ROW = 4  # rows count from 0: title, subtitle, a gap and the heads stand above


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the key of its head, its width, its number format and what stands in it."""

    key: str
    width: float
    form: str
    cell: Callable[[IndicatorReport, str], Cell]


@texts.in_calendar
def write_plan_table(report: Report, out: Path, lang: str) -> None:
    """Write the plan table of a report as an Excel file; raise ParameterError or OutputError.

    A second sheet has the counted commitments where the year has any, the last one what to know.
    """
    checked_suffix(out, ".xlsx")
    with workbook(out, report.as_of) as book:
        formats = Formats(book)
        _write_targets(book.add_worksheet(text("plan.sheet", lang)), report, formats, lang)
        if report.commitments:
            sheet = book.add_worksheet(text("plan.commitments", lang))
            write_commitments(sheet, report, formats, lang)
        _write_notes(book.add_worksheet(text("plan.notes", lang)), report, formats, lang)


def _write_targets(sheet: Worksheet, report: Report, formats: Formats, lang: str) -> None:
    shown = report.shown
    area, on = report.area_name.of(lang), texts.day(report.as_of, lang)
    sheet.write_string(0, 0, text("plan.title", lang, area=area, year=report.year), formats.title)
    sheet.write_string(1, 0, text("plan.known", lang, day=on), formats.plain)
    for place, column in enumerate(COLUMNS):
        sheet.set_column(place, place, column.width)
        sheet.write_string(FIRST_ROW - 1, place, text(f"plan.{column.key}", lang), formats.head)
    for row, one in enumerate(shown, start=FIRST_ROW):
        for place, column in enumerate(COLUMNS):
            form = formats.numbers(column.form.format(decimals="0" * one.decimals))
            write(sheet, row, place, column.cell(one, lang), form, KEYS)
    last = FIRST_ROW + len(shown) - 1
    formats.light_up(sheet, (FIRST_ROW, last), KEYS.index("light"), lang)
    sheet.write_string(last + 2, 0, together(report, lang), formats.plain)
    lay_out(sheet, FIRST_ROW)


def _write_notes(sheet: Worksheet, report: Report, formats: Formats, lang: str) -> None:
    """Write what the columns mean, the caveats, and what the numbers were made from."""
    lines = [text(f"plan.says_{key}", lang) for key in ("columns", "pace", "chance", "light")]
    lines += [phrases.caveat(caveat, report, lang) for caveat in report.caveats]
    single = ((one, caveat) for one in report.with_target for caveat in one.caveats)
    lines += [
        text("form.colon", lang, before=one.name.of(lang)) + phrases.caveat(caveat, report, lang)
        for one, caveat in single
    ]
    lines += [text("plan.says_source", lang, source=s) for s in _sources(report.with_target)]
    origin = {"version": report.version, "package": report.package_hash[:12], "seed": report.seed}
    lines.append(text("plan.says_made", lang, **origin, paths=f"{report.n_paths:,}"))
    sheet.set_column(0, 0, 110, formats.wrapped)
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line, formats.wrapped)


def _sources(judged: Sequence[IndicatorReport]) -> list[str]:
    return list(dict.fromkeys(one.target.source for one in judged if one.target is not None))


def _unit(one: IndicatorReport, lang: str) -> str:
    return texts.unit_alone(one.unit, lang)


def _target(one: IndicatorReport, lang: str) -> str:
    return phrases.target(one, lang)


def _base(one: IndicatorReport, lang: str) -> Cell:
    return one.pace.base_level


def _rate(one: IndicatorReport, lang: str) -> Cell:
    return share_or_none(one.pace.plan_rate_pct)


def _plan(one: IndicatorReport, lang: str) -> Cell:
    """Return the plan: as announced, or the target growth on last year's level."""
    if one.pace.base_level is None:
        return one.pace.plan_level
    return Formula("{base}*(1+{rate})", one.pace.plan_level)


def _months(one: IndicatorReport, lang: str) -> Cell:
    return float(one.months_known)


def _so_far(one: IndicatorReport, lang: str) -> Cell:
    return one.pace.ytd_level


def _growth(one: IndicatorReport, lang: str) -> Cell:
    growth = one.fan.known_pct[one.months_known - 1] if one.months_known else None
    return share_or_none(growth)


def _done(one: IndicatorReport, lang: str) -> Cell:
    return where("{so_far}/{plan}", ("so_far", "plan"), share_or_none(one.pace.plan_done_pct))


def _time(one: IndicatorReport, lang: str) -> Cell:
    return Formula(f"{{months}}/{MONTHS_A_YEAR}", one.months_known / MONTHS_A_YEAR)


def _ahead(one: IndicatorReport, lang: str) -> Cell:
    return where("({done}-{time})*100", ("done",), one.pace.ahead_of_time_pp)


def _usual(one: IndicatorReport, lang: str) -> Cell:
    return share_or_none(one.pace.normal_pct)


def _ahead_of_usual(one: IndicatorReport, lang: str) -> Cell:
    done, usual = one.pace.plan_done_pct, one.pace.normal_pct
    apart = None if done is None or usual is None else done - usual
    return where("({done}-{usual})*100", ("done", "usual"), apart)


def _needed(one: IndicatorReport, lang: str) -> Cell:
    return None if one.required is None else share_or_none(one.required.growth_pct)


def _monthly(one: IndicatorReport, lang: str) -> Cell:
    """Return the level that each month left needs to reach the plan, none once it is reached."""
    plan, done, left = one.pace.plan_level, one.pace.ytd_level, MONTHS_A_YEAR - one.months_known
    needed = None if plan is None or done is None or not left else max(plan - done, 0.0) / left
    formula = f"MAX({{plan}}-{{so_far}},0)/({MONTHS_A_YEAR}-{{months}})"
    return where(formula, ("plan", "so_far"), needed) if left else None


def _median(one: IndicatorReport, lang: str) -> Cell:
    if one.outturn is not None:
        return share_or_none(one.outturn.growth_pct)
    return None if one.forecast is None else share_or_none(one.forecast.median_pct)


def _lower(one: IndicatorReport, lang: str) -> Cell:
    return _band(one, "lower80_pct")


def _upper(one: IndicatorReport, lang: str) -> Cell:
    return _band(one, "upper80_pct")


def _band(one: IndicatorReport, end: str) -> Cell:
    if one.forecast is None or one.outturn is not None:
        return None
    return share_or_none(getattr(one.forecast, end))


def _probability(one: IndicatorReport, lang: str) -> Cell:
    if one.attainment is None or one.outturn is not None:
        return None
    return one.attainment.probability.value


def _light(one: IndicatorReport, lang: str) -> Cell:
    """Return the light as it follows from the probability; once the year is out a fact."""
    now = text(f"light.{one.lamp}", lang)
    if one.lamp.endswith("blind"):
        return now
    return light_formula(now, lang) if _probability(one, lang) is not None else now


_RATE = "0.{decimals}%"
_LEVEL = "#,##0.00"
COLUMNS = (
    Column("indicator", 24, TEXT, lambda one, lang: one.name.of(lang)),
    Column("unit", 12, TEXT, _unit),
    Column("target", 16, TEXT, _target),
    Column("base", 13, _LEVEL, _base),
    Column("rate", 9, _RATE, _rate),
    Column("plan", 13, _LEVEL, _plan),
    Column("months", 9, "0", _months),
    Column("so_far", 13, _LEVEL, _so_far),
    Column("growth", 10, _RATE, _growth),
    Column("done", 11, SHARE, _done),
    Column("time", 10, SHARE, _time),
    Column("ahead", 10, POINTS, _ahead),
    Column("usual", 10, SHARE, _usual),
    Column("ahead_of_usual", 10, POINTS, _ahead_of_usual),
    Column("needed", 12, _RATE, _needed),
    Column("monthly", 12, _LEVEL, _monthly),
    Column("median", 11, _RATE, _median),
    Column("lower", 9, _RATE, _lower),
    Column("upper", 9, _RATE, _upper),
    Column("chance", 10, PROBABILITY, _probability),
    Column("light", 10, LABEL, _light),
)
KEYS = tuple(column.key for column in COLUMNS)
