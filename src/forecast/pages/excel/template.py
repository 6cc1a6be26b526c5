"""The template for progress entries: a line for each commitment, to be filled in."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from forecast.archive.commitments import Commitment
from forecast.archive.progress import PROGRESS_COLUMNS
from forecast.base import texts
from forecast.base.errors import ParameterError
from forecast.base.files import replaced
from forecast.pages.excel.book import checked_suffix, safe_in_csv, workbook

_COLUMNS = (*PROGRESS_COLUMNS, "released_on", "name")
_WIDTHS = (22, 12, 12, 40, 12, 48)


def write_progress_template(announced: Sequence[Commitment], out: Path, lang: str) -> None:
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
            writer.writerow(_COLUMNS)
            writer.writerows([safe_in_csv(cell) for cell in row] for row in rows)
    else:
        _write_excel(announced, rows, out)


def _write_excel(
    announced: Sequence[Commitment], rows: Sequence[tuple[str, ...]], out: Path
) -> None:
    year = announced[0].year
    with workbook(out, announced[0].announced_on) as book:
        sheet = book.add_worksheet("progress")
        head, plain = book.add_format({"bold": True, "bottom": 1}), book.add_format()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        formats = (plain, day, plain, plain, day, plain)
        for column, (title, width, form) in enumerate(zip(_COLUMNS, _WIDTHS, formats, strict=True)):
            sheet.set_column(column, column, width, form)
            sheet.write_string(0, column, title, head)
        for row, cells in enumerate(rows, start=1):
            sheet.write_string(row, 0, cells[0])
            sheet.write_string(row, len(cells) - 1, cells[-1])
        last = len(rows)
        within = {"minimum": date(year, 1, 1), "maximum": date(year, 12, 31)}
        sheet.data_validation(1, 1, last, 1, {"validate": "date", "criteria": "between"} | within)
        least = {"validate": "decimal", "criteria": ">=", "value": 0}
        sheet.data_validation(1, 2, last, 2, least)
        sheet.freeze_panes(1, 1)


def _named(one: Commitment, lang: str) -> str:
    """Return the name with the amount, so that who fills it in knows what is counted."""
    named, unit = (one.name_zh, one.unit_zh) if lang == "zh" else (one.name_en, one.unit_en)
    decimals = len(f"{one.amount:.10g}".partition(".")[2])
    return f"{named} ({texts.number(one.amount, decimals)} {unit})"
