"""What kind a file is by its first bytes, and the text in it, whatever its name says."""

from __future__ import annotations

import codecs
import re
import zipfile
from pathlib import Path

from forecast.archive.csv_files import decoded
from forecast.importing.grid import refusal

_SAVE = "allowed: the same saved as .xlsx, by Excel, LibreOffice or WPS"
_REFUSED = (
    (
        bytes.fromhex("d0cf11e0a1b11ae1"),
        f"an .xls workbook of Excel 97 to 2003, or one with a password; {_SAVE}, without password",
    ),
    (b"%PDF", "a PDF; allowed: the tables that it was made of, as .xlsx or .csv"),
    (b"\x1f\x8b", "packed with gzip; allowed: what is packed in it"),
    (b"BZh", "packed with bzip2; allowed: what is packed in it"),
    (b"7z\xbc\xaf", "packed with 7-Zip; allowed: what is packed in it"),
    (b"Rar!", "packed with RAR; allowed: what is packed in it"),
    (b"PAR1", "a Parquet file; allowed: forecast.figures_from with its frame, or .csv"),
    (b"ID;P", f"a SYLK sheet; {_SAVE}"),
    (b"MIME-Version:", f"a web page with its pictures, whatever its name; {_SAVE}"),
    (b"<", f"a web page or XML, whatever its name; {_SAVE}"),
)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HIGH = re.compile(rb"[\x80-\xff]+")


def check_kind(path: Path) -> bool:
    """Return whether a file is a workbook; raise ContractError for one that cannot be read."""
    with path.open("rb") as file:
        begins = file.read(512)
    text = begins.lstrip(codecs.BOM_UTF8 + b" \t\r\n")
    for signature, why in _REFUSED:
        if begins.startswith(signature) or text.startswith(signature):
            raise refusal(path, why)
    if begins.startswith(b"PK"):
        _check_archive(path)
        return True
    return False


def is_json(path: Path) -> bool:
    """Whether a file begins like JSON."""
    with path.open("rb") as file:
        return file.read(64).lstrip(codecs.BOM_UTF8 + b" \t\r\n")[:1] in (b"{", b"[")


def _check_archive(path: Path) -> None:
    """Raise ContractError for an archive that is a workbook in binary form, or none."""
    try:
        with zipfile.ZipFile(path) as packed:
            names = packed.namelist()
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        return  # its reader says what is wrong
    if any(name.endswith("workbook.bin") for name in names):
        raise refusal(path, f"an .xlsb workbook; {_SAVE}")
    tables = [name for name in names if name.lower().endswith((".csv", ".tsv", ".txt", ".xlsx"))]
    if tables:
        raise refusal(path, f"a ZIP archive; allowed: what is packed in it, {tables[0]}")


def text_of(path: Path) -> str:
    """Return the text of a file in UTF-8, GBK, UTF-16 with its mark, or Windows' Western code.

    Raise ContractError where it is in none of them.
    """
    raw = path.read_bytes()
    if raw.startswith(_UTF_16):
        try:
            return raw.decode("utf-16")
        except UnicodeDecodeError as error:
            raise refusal(path, "UTF-16 that ends inside a sign") from error
    if _is_western(raw):
        return raw.decode("cp1252", errors="replace")
    return decoded(path, path.name)


def encoding_of(path: Path, sample: bytes) -> str:
    """Return the encoding of a file that begins with a sample, which may end inside a sign."""
    if sample.startswith(_UTF_16):
        return "utf-16"
    whole = sample[: sample.rfind(b"\n") + 1] or sample
    if _is_western(whole):
        return "cp1252"
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            whole.decode(encoding)
        except UnicodeDecodeError:
            continue
        if b"\0" not in whole:
            return encoding
    raise refusal(path, "not text; allowed encodings: UTF-8, GBK, GB18030")


def _is_western(raw: bytes) -> bool:
    """Whether signs beyond ASCII stand alone, as in Western words: GBK has them in pairs."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        runs = [len(run) for run in _HIGH.findall(raw)]
        return b"\0" not in raw and sum(n == 1 for n in runs) > 0.9 * len(runs)
    return False
