"""Workbooks are packed XML: what is unpacked is counted first, and no part may define entities."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from xml.parsers import expat

from forecast.base.errors import ContractError, Fault
from forecast.importing.grid import MOST_BYTES

MOST_PARTS = 5_000
MOST_UNPACKED = 200_000_000
MOST_RATIO = 200  # real sheets pack to a tenth; a bomb of zeros to a thousandth
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(NotImplementedError, RuntimeError, EOFError, OSError, ValueError),
)
_FREE_OF_RATIO = 1_000_000  # so small a part does no harm, however it is packed


def unpacked(path: Path) -> Mapping[str, bytes]:
    """Return the XML parts of a workbook by name; raise ContractError beyond the limits."""
    if path.stat().st_size > MOST_BYTES:
        raise refused(path, f"larger than {MOST_BYTES:,} bytes")
    try:
        with zipfile.ZipFile(path) as packed:
            _check_sizes(path, packed)
            parts = {i.filename: packed.read(i) for i in packed.infolist() if _is_read(i.filename)}
    except _BROKEN as error:
        raise no_workbook(path, error) from error
    for name, content in parts.items():
        _check_xml(path, name, content)
    return parts


def repacked(parts: Mapping[str, bytes]) -> io.BytesIO:
    """Return a workbook of exactly the parts that were checked, whatever else the file holds."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    made.seek(0)
    return made


def refused(path: Path, why: str) -> ContractError:
    """Return the error of a file that is not read."""
    return ContractError([Fault(path.name, None, why)])


def no_workbook(path: Path, error: BaseException) -> ContractError:
    """Return the error of a file that begins as a workbook and is none."""
    return refused(path, f"no workbook: {error}; allowed: .xlsx, .xlsm, .ods, as they were saved")


def _is_read(name: str) -> bool:
    return name.endswith((".xml", ".rels")) or name == "mimetype"


def _check_sizes(path: Path, packed: zipfile.ZipFile) -> None:
    """Raise ContractError where the parts are too many or too large; what they claim binds them.

    `ZipFile.read` gives no more bytes than a part claims to hold.
    """
    parts = packed.infolist()
    if len(parts) > MOST_PARTS:
        raise refused(path, f"{len(parts):,} parts; allowed: up to {MOST_PARTS:,}")
    size = sum(part.file_size for part in parts)
    if size > MOST_UNPACKED:
        raise refused(path, f"{size:,} bytes unpacked; allowed: up to {MOST_UNPACKED:,}")
    for part in parts:
        ratio = part.file_size / max(part.compress_size, 1)
        if part.file_size > _FREE_OF_RATIO and ratio > MOST_RATIO:
            raise refused(path, f"{part.filename} is packed {ratio:.0f}:1; allowed: {MOST_RATIO}:1")


def _check_xml(path: Path, name: str, content: bytes) -> None:
    if name == "mimetype":
        return
    parser = expat.ParserCreate()

    def _refuse(*_: object) -> None:
        raise refused(path, f"{name} has a document type; allowed: none, for it can hold entities")

    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # an encoding that is none
        raise refused(path, f"{name} is no XML: {error}") from error
