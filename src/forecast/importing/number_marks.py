"""Which mark separates decimals and which thousands in the typed numbers of a table.

One number seldom tells: 1,234 may be 1234 or 1.234. Other numbers of the table do, because one
program wrote them all. What stays open is refused, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from forecast.base.errors import UnreadableCell
from forecast.importing.cells import Content, SpoiltNumber, half_width, is_blank, is_stored_number

_NUMBER = re.compile(r"\d[\d.,'\s]*\d|\d|[.,]\d+")
_GROUPS = re.compile(r"\d{1,3}([.,' ])(?:\d{2,3}\1)*\d{3}")
_APOSTROPHES = str.maketrans({"’": "'", "`": "'", "´": "'", "\u00a0": " ", "\u202f": " "})


@dataclass(frozen=True, slots=True)
class NumberMarks:
    """The marks of a table's numbers; None where its numbers do not tell.

    `evidence` is the number that tells, as it is typed, and `clash` a pair that contradicts.
    """

    decimal: str | None = None
    thousands: str | None = None
    evidence: str = ""
    clash: tuple[str, str] | None = None
    has_open_delimiter: bool = False  # not a comma, which then may be the mark of decimals
    has_short_integers: bool = False  # 987 beside 1.234, or stored numbers beside typed ones

    @property
    def is_unusual(self) -> bool:
        """Whether numbers are written otherwise than 1,234.5."""
        return self.decimal == "," or self.thousands == "."

    def normal(self, content: Content) -> Content:
        """Return a cell with its number as 1234.5; raise UnreadableCell where that is open."""
        if not isinstance(content, str) or isinstance(content, SpoiltNumber) or is_blank(content):
            return content
        text = half_width(content).translate(_APOSTROPHES)
        numbers = list(_NUMBER.finditer(text))
        if len(numbers) != 1 or not any(mark in numbers[0][0] for mark in ".,'"):
            return content
        number = numbers[0]
        if re.search(r"[^\S ]", number[0]):
            return content  # a footnote mark between digits
        normal = self._normal_number(number[0].strip(), content)
        return f"{text[: number.start()]}{normal}{text[number.end() :]}"

    def _normal_number(self, number: str, content: str) -> str:
        decimal = self.decimal or self._usual_decimal(number, content)
        thousands = self.thousands
        if thousands is None:
            thousands = next((m for m in ",.' " if m != decimal and m in number), "")
        whole, mark, fraction = number.rpartition(decimal)
        if not mark:
            whole, fraction = number, ""
        digits = whole.replace(thousands, "") if thousands else whole
        is_grouped = digits == whole or _GROUPS.fullmatch(whole)
        if not is_grouped or not (digits.isdecimal() or not digits) or not _is_digits(fraction):
            rule = f"allowed: {_example(decimal, thousands)}, as the table's other numbers are"
            raise UnreadableCell(content, f"is not a number; {rule}")
        return f"{digits}.{fraction}" if fraction else digits

    def _usual_decimal(self, number: str, content: str) -> str:
        """Return the decimal mark where no number of the table tells it; raise UnreadableCell."""
        shown = _shown_decimal(number)
        if self.clash is not None and shown != ".":
            why = f"may have another decimal mark, as {self.clash[0]} and {self.clash[1]} have"
            raise UnreadableCell(content, f"{why}; {_DECLARE}")
        if not _is_open(number):
            return shown or "."
        mark = "," if "," in number else "."
        is_doubtful = self.has_open_delimiter or (mark == "." and self.has_short_integers)
        if is_doubtful:
            readings = f"{number.replace(mark, '.')} or {number.replace(mark, '')}"
            raise UnreadableCell(content, f"may be {readings}; {_DECLARE}")
        return "."


_DECLARE = 'allowed: with decimal = "," or decimal = "." in the map'


def number_marks(
    contents: Iterable[Content], *, decimal: str | None, thousands: str | None, delimiter: str
) -> NumberMarks:
    """Return the marks of the numbers in some cells: those that are declared, else as they tell."""
    proofs: dict[str, str] = {}  # decimal mark: the first number that shows it
    has_short_integers = False
    for content in contents:
        # Stored numbers beside typed ones show that a program could not read these.
        has_short_integers |= is_stored_number(content)
        number = _typed_number(content)
        if number is None:
            continue
        has_short_integers |= number.isdecimal() and len(number) <= 3
        if (mark := _shown_decimal(number)) is not None:
            proofs.setdefault(mark, number)
    if thousands is not None and decimal is None:
        decimal = {",": ".", ".": ","}.get(thousands)
    evidence, clash = "", None
    if decimal is None and len(proofs) == 1:
        ((decimal, evidence),) = proofs.items()
    elif decimal is None and len(proofs) > 1:
        clash = (proofs["."], proofs[","])
    return NumberMarks(
        decimal=decimal,
        thousands=thousands,
        evidence=evidence,
        clash=clash,
        has_open_delimiter=delimiter in (";", "\t", "|"),
        has_short_integers=has_short_integers,
    )


def _typed_number(content: Content) -> str | None:
    """Return the only number in a typed cell."""
    if not isinstance(content, str) or isinstance(content, SpoiltNumber):
        return None
    numbers = _NUMBER.findall(half_width(content).translate(_APOSTROPHES))
    return numbers[0].strip() if len(numbers) == 1 else None


def _shown_decimal(number: str) -> str | None:
    """Return the decimal mark that a number shows by itself, None where it shows none."""
    marks = [c for c in number if c in ".,"]
    if not marks:
        return None
    last = marks[-1]
    other = "." if last == "," else ","
    if len(set(marks)) == 2:
        return last if marks.count(last) == 1 else None
    if len(marks) > 1:
        return other if _GROUPS.fullmatch(number) else None
    return None if _is_open(number) else last


def _is_open(number: str) -> bool:
    """Whether the only mark of a number may be that of decimals or of thousands."""
    before, mark, after = number.partition("," if "," in number else ".")
    has_one_mark = bool(mark) and not set(after) & set(".,")
    return has_one_mark and len(after) == 3 and 1 <= len(before) <= 3 and before[0] != "0"


def _is_digits(text: str) -> bool:
    return text == "" or (text.isascii() and text.isdecimal())


def _example(decimal: str, thousands: str) -> str:
    return f"1{thousands}234{decimal}5"
