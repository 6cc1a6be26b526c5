"""The counted commitments of a year as an Excel sheet, and the template for their progress."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.archive.commitments import Commitment
from forecast.archive.progress import PROGRESS_COLUMNS
from forecast.base import texts
from forecast.base.errors import ParameterError
from forecast.base.files import replaced
from forecast.base.texts import text
from forecast.pages.excel.workbook import (
    DAY,
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
    safe_in_csv,
    share_or_none,
    where,
    workbook,
    write,
)
from forecast.pages.tables.commitments import amount, name
from forecast.report.commitments import DAYS_A_MONTH, CommitmentReport
from forecast.report.value import Report

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_FIRST_ROW = 2
_EPOCH = date(1899, 12, 30)  # Excel counts days from it


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: the key of its head, its width, its number format and what stands in it."""

    key: str
    width: float
    form: str
    cell: Callable[[CommitmentReport, Report, str], Cell]


def write_commitments(sheet: Worksheet, report: Report, formats: Formats, lang: str) -> None:
    """Fill a sheet with a row for each commitment of a report."""
    sheet.write_string(0, 0, text("commitments.title", lang), formats.title)
    for place, column in enumerate(_COLUMNS):
        sheet.set_column(place, place, column.width)
        head = text(f"plan.{column.key}", lang)
        sheet.write_string(_FIRST_ROW - 1, place, head, formats.head)
    for row, one in enumerate(report.commitments, start=_FIRST_ROW):
        for place, column in enumerate(_COLUMNS):
            form = formats.numbers(column.form.format(decimals=_decimals(one)))
            write(sheet, row, place, column.cell(one, report, lang), form, _KEYS)
    last = _FIRST_ROW + len(report.commitments) - 1
    formats.light_up(sheet, (_FIRST_ROW, last), _KEYS.index("light"), lang)
    lay_out(sheet, _FIRST_ROW)


def _decimals(one: CommitmentReport) -> str:
    return f".{'0' * one.decimals}" if one.decimals else ""


def _day(one: CommitmentReport, report: Report, lang: str) -> Cell:
    return None if one.progress is None else _serial(one.progress.day)


def _so_far(one: CommitmentReport, report: Report, lang: str) -> Cell:
    if one.progress is None:
        return text("commitments.no_progress", lang)
    return one.progress.done


def _done(one: CommitmentReport, report: Report, lang: str) -> Cell:
    if one.progress is None:
        return None
    return where("{so_far}/{amount}", ("so_far",), one.progress.done / one.commitment.amount)


def _time(one: CommitmentReport, report: Report, lang: str) -> Cell:
    if one.time_pct is None:
        return None
    first, last = _days(report.year, report.year_begins)
    start, end = (f"DATE({day:%Y,%m,%d})" for day in (first - timedelta(days=1), last))
    formula = f"({{day}}-{start})/({end}-{start})"
    return where(formula, ("day",), share_or_none(one.time_pct))


def _ahead(one: CommitmentReport, report: Report, lang: str) -> Cell:
    if one.progress is None or one.time_pct is None:
        return None
    apart = 100 * one.progress.done / one.commitment.amount - one.time_pct
    return Formula("({done}-{time})*100", apart)


def _needed(one: CommitmentReport, report: Report, lang: str) -> Cell:
    """Return what each month from the day of the report needs."""
    if one.needed_per_month is None or one.progress is None:
        return None
    last = _days(report.year, report.year_begins)[1]
    left = (last - report.as_of).days / DAYS_A_MONTH
    needed = max(one.commitment.bound - one.progress.done, 0.0) / left
    share = (
        ""
        if one.commitment.bound == one.commitment.amount
        else f"*{one.commitment.bound / one.commitment.amount:.12g}"
    )
    until = f"DATE({last:%Y,%m,%d})-DATE({report.as_of:%Y,%m,%d})"
    formula = f"MAX({{amount}}{share}-{{so_far}},0)/(({until})/{DAYS_A_MONTH})"
    return where(formula, ("so_far",), needed)


def _median(one: CommitmentReport, report: Report, lang: str) -> Cell:
    return None if one.completion is None else one.completion.median


def _lower(one: CommitmentReport, report: Report, lang: str) -> Cell:
    return None if one.completion is None else one.completion.lower80


def _upper(one: CommitmentReport, report: Report, lang: str) -> Cell:
    return None if one.completion is None else one.completion.upper80


def _probability(one: CommitmentReport, report: Report, lang: str) -> Cell:
    return None if one.completion is None else one.completion.probability.value


def _light(one: CommitmentReport, report: Report, lang: str) -> Cell:
    now = text(f"light.{one.light}", lang)
    return now if one.completion is None else light_formula(now, lang)


def _days(year: int, begins: int) -> tuple[date, date]:
    """Return the first and the last day of a year that begins with a month."""
    first, after = (date(y, begins, 1) for y in (year, year + 1))
    return first, after - timedelta(days=1)


def _serial(day: date) -> float:
    return float((day - _EPOCH).days)


_AMOUNT = "#,##0{decimals}"
_COLUMNS = (
    _Column("commitment", 34, TEXT, lambda one, report, lang: name(one, lang)),
    _Column("promised", 22, TEXT, lambda one, report, lang: amount(one, lang)),
    _Column("amount", 11, _AMOUNT, lambda one, report, lang: one.commitment.amount),
    _Column("day", 12, DAY, _day),
    _Column("so_far", 13, _AMOUNT, _so_far),
    _Column("done_of_it", 11, SHARE, _done),
    _Column("time", 10, SHARE, _time),
    _Column("ahead", 10, POINTS, _ahead),
    _Column("usual", 10, SHARE, lambda one, report, lang: share_or_none(one.usual_pct)),
    _Column("needed_monthly", 12, "#,##0.00", _needed),
    _Column("expected", 11, _AMOUNT, _median),
    _Column("lower", 9, _AMOUNT, _lower),
    _Column("upper", 9, _AMOUNT, _upper),
    _Column("chance", 10, PROBABILITY, _probability),
    _Column("light", 10, LABEL, _light),
    _Column("wording", 44, TEXT, lambda one, report, lang: one.commitment.wording),
)
_KEYS = tuple({"done_of_it": "done"}.get(column.key, column.key) for column in _COLUMNS)


_TEMPLATE_COLUMNS = (*PROGRESS_COLUMNS, "released_on", "name")
_TEMPLATE_WIDTHS = (22, 12, 12, 40, 12, 48)


def write_progress_template(
    announced: Sequence[Commitment], out: Path, lang: str, *, year_begins: int = 1
) -> None:
    """Write a CSV or Excel file with the columns of progress entries and a row a commitment.

    Raise ParameterError without a commitment or for another kind of file, OutputError where it
    cannot be written.
    """
    checked_suffix(out, ".csv", ".xlsx")
    if not announced:
        raise ParameterError(["no commitment of this area and year was known on the day"])
    rows = [(one.id, "", "", "", "", _named(one, lang)) for one in announced]
    if out.suffix == ".csv":
        with (
            replaced(out) as beside,
            beside.open("w", encoding="utf-8-sig", newline="") as file,
        ):
            writer = csv.writer(file)
            writer.writerow(_TEMPLATE_COLUMNS)
            writer.writerows([safe_in_csv(cell) for cell in row] for row in rows)
    else:
        _write_excel(announced, rows, out, _days(announced[0].year, year_begins))


def _write_excel(
    announced: Sequence[Commitment],
    rows: Sequence[tuple[str, ...]],
    out: Path,
    days: tuple[date, date],
) -> None:
    with workbook(out, announced[0].announced_on) as book:
        sheet = book.add_worksheet("progress")
        head, plain = book.add_format({"bold": True, "bottom": 1}), book.add_format()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        formats = (plain, day, plain, plain, day, plain)
        for column, (title, width, form) in enumerate(
            zip(_TEMPLATE_COLUMNS, _TEMPLATE_WIDTHS, formats, strict=True)
        ):
            sheet.set_column(column, column, width, form)
            sheet.write_string(0, column, title, head)
        for row, cells in enumerate(rows, start=1):
            sheet.write_string(row, 0, cells[0])
            sheet.write_string(row, len(cells) - 1, cells[-1])
        last = len(rows)
        within = dict(zip(("minimum", "maximum"), days, strict=True))
        sheet.data_validation(1, 1, last, 1, {"validate": "date", "criteria": "between"} | within)
        least = {"validate": "decimal", "criteria": ">=", "value": 0}
        sheet.data_validation(1, 2, last, 2, least)
        sheet.freeze_panes(1, 1)


def _named(one: Commitment, lang: str) -> str:
    """Return the name with the amount, so that who fills it in knows what is counted."""
    named, unit = (one.name_zh, one.unit_zh) if lang == "zh" else (one.name_en, one.unit_en)
    decimals = len(f"{one.amount:.10g}".partition(".")[2])
    return f"{named} ({texts.number(one.amount, decimals)} {unit})"
