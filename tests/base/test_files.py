"""Files replaced as a whole: the new content or the old one, and nothing beside."""

import os
import stat
from pathlib import Path

import pytest

from forecast.base.errors import OutputError
from forecast.base.files import (
    cache_text,
    cached_text,
    replaced,
    sha256_of,
    write_bytes,
    write_text,
)

SOURCES = Path(__file__).parents[2] / "src"


def refuse(*_: object) -> None:
    raise OSError(28, "No space left on device")


def write_half_of(path: Path) -> None:
    with replaced(path) as beside:
        beside.write_bytes(b"half")
        raise ValueError("spoilt")


def test_a_file_is_written_with_its_content_and_can_be_read_by_all(tmp_path: Path):
    path = tmp_path / "note.txt"
    write_text(path, "增长 7 %\r\n")
    assert path.read_bytes() == b"\xe5\xa2\x9e\xe9\x95\xbf 7 %\r\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [p.name for p in tmp_path.iterdir()] == ["note.txt"]


def test_a_private_file_that_is_replaced_can_be_read_by_all(tmp_path: Path):
    path = tmp_path / "note.txt"
    path.write_bytes(b"old")
    path.chmod(0o600)
    write_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_folders_that_are_missing_are_created(tmp_path: Path):
    write_bytes(tmp_path / "a" / "b" / "note.txt", b"new")
    assert (tmp_path / "a" / "b" / "note.txt").read_bytes() == b"new"


def test_the_old_file_stands_until_the_new_one_is_whole_and_lies_beside_it(tmp_path: Path):
    path = tmp_path / "note.txt"
    path.write_bytes(b"old")
    with replaced(path) as beside:
        beside.write_bytes(b"new")
        assert path.read_bytes() == b"old"
        assert beside.parent == tmp_path
        assert beside.name.startswith(".note.txt-")
    assert path.read_bytes() == b"new"


def test_a_writer_that_fails_leaves_the_old_file_and_nothing_beside(tmp_path: Path):
    path = tmp_path / "note.txt"
    path.write_bytes(b"old")
    with pytest.raises(ValueError, match="spoilt"):
        write_half_of(path)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["note.txt"]


@pytest.mark.parametrize("step", ["replace", "fsync"])
def test_a_disk_that_refuses_leaves_the_old_file_and_nothing_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
):
    path = tmp_path / "note.txt"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, step, refuse)
    with pytest.raises(OutputError, match=r"note\.txt could not be written: No space left on"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["note.txt"]


def test_a_file_where_a_folder_should_be_is_an_output_error(tmp_path: Path):
    (tmp_path / "reports").write_bytes(b"")
    with pytest.raises(OutputError, match=r"reports/note\.txt could not be written"):
        write_bytes(tmp_path / "reports" / "note.txt", b"new")


@pytest.mark.parametrize(("is_synced", "expected"), [(True, ["file", "folder"]), (False, [])])
def test_the_file_and_then_its_folder_are_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_synced: bool, expected: list[str]
):
    synced: list[str] = []

    def record(handle: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        assert is_folder == (tmp_path / "note.txt").exists()
        synced.append("folder" if is_folder else "file")

    monkeypatch.setattr(os, "fsync", record)
    write_bytes(tmp_path / "note.txt", b"new", is_synced=is_synced)
    assert synced == expected


def test_a_cache_that_cannot_be_written_keeps_nothing_and_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    cache_text(tmp_path / "kept.txt", "old")
    monkeypatch.setattr(os, "replace", refuse)
    cache_text(tmp_path / "kept.txt", "new")
    assert cached_text(tmp_path / "kept.txt") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["kept.txt"]


def test_a_hash_is_that_of_the_bytes(tmp_path: Path):
    path = tmp_path / "abc"
    path.write_bytes(b"abc")
    assert sha256_of(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_files_are_replaced_in_one_place_of_the_package():
    places = [p for p in SOURCES.rglob("*.py") if "os.replace(" in p.read_text(encoding="utf-8")]
    assert [p.relative_to(SOURCES).as_posix() for p in places] == ["forecast/base/files.py"]
