"""Files replaced as a whole: the new content or the old one, and nothing beside."""

import errno
import fcntl
import os
import re
import stat
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from forecast.base.errors import FileLocked, OutputError
from forecast.base.files import (
    cache_folder,
    cache_tables,
    cache_text,
    cached_table,
    cached_text,
    copy_file,
    locked,
    replaced,
    settle_home,
    sha256_of,
    sweep,
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


@pytest.mark.parametrize("means", ["shared blocks", "none", "refused", "half"])
def test_a_copy_has_the_content_and_is_a_file_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, means: str
):
    source, target = tmp_path / "run" / "page.html", tmp_path / "page.html"
    write_bytes(source, b"70 %" * 9999)
    if means == "none":
        monkeypatch.delattr(os, "copy_file_range", raising=False)
    if means == "refused":
        monkeypatch.setattr(os, "copy_file_range", refuse, raising=False)
    if means == "half":
        monkeypatch.setattr(os, "copy_file_range", lambda old, new, left: 0, raising=False)
    copy_file(source, target)
    assert target.read_bytes() == source.read_bytes()
    target.write_bytes(b"90 %")
    assert source.read_bytes() == b"70 %" * 9999


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


@pytest.mark.parametrize("bit", range(0, 8 * 70, 7))
def test_whichever_bit_of_a_cached_file_flips_it_is_not_read(tmp_path: Path, bit: int):
    path = tmp_path / "kept.txt"
    cache_text(path, "probability 0.7, 绿灯, and some more text")
    content = bytearray(path.read_bytes())
    content[(bit // 8) % len(content)] ^= 1 << (bit % 8)
    path.write_bytes(content)
    assert cached_text(path) is None


@pytest.mark.parametrize("place", range(4, 2000, 97))
def test_a_cached_table_with_a_flipped_bit_is_not_read(tmp_path: Path, place: int):
    """Parquet has no checksum of its own here: most flips would give another number."""
    path = tmp_path / "kept.parquet"
    cache_tables({path: pd.DataFrame({"growth_pct": [7.25, 6.5] * 50})})
    assert cached_table(path, {"growth_pct": "float64"})["growth_pct"].sum() == 687.5
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= 16
    path.write_bytes(content)
    assert cached_table(path, {"growth_pct": "float64"}) is None


def test_a_hash_is_that_of_the_bytes(tmp_path: Path):
    path = tmp_path / "abc"
    path.write_bytes(b"abc")
    assert sha256_of(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_files_are_replaced_in_one_place_of_the_package():
    places = [p for p in SOURCES.rglob("*.py") if "os.replace(" in p.read_text(encoding="utf-8")]
    assert [p.relative_to(SOURCES).as_posix() for p in places] == ["forecast/base/files.py"]


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o002, 0o664), (0o077, 0o600)])
def test_the_mode_of_a_file_follows_the_umask(umask: int, mode: int, tmp_path: Path):
    before = os.umask(umask)
    try:
        write_text(tmp_path / "note.txt", "new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "note.txt").stat().st_mode) == mode


def test_a_lock_keeps_another_process_out_and_is_free_afterwards(tmp_path: Path):
    path = tmp_path / ".lock"
    with (
        locked(path, seconds=0),
        pytest.raises(FileLocked, match=r"\.lock for 0 s"),
        locked(path, seconds=0),
    ):
        raise AssertionError("two hold one lock")
    with locked(path, seconds=0):
        pass


@pytest.mark.parametrize("code", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_refused_and_nobody_is_kept_out_for_ever(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / ".lock"

    def refuse_lock(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(fcntl, "flock", refuse_lock)
        with (
            pytest.raises(OutputError, match="its file system passes no flock on"),
            locked(path, seconds=0),
        ):
            raise AssertionError("there is no lock")
    with locked(path, seconds=0):
        pass


def _left(path: Path, days: float) -> None:
    then = time.time() - 86_400 * days
    os.utime(path, (then, then))


def test_what_killed_processes_left_is_swept_after_a_day(tmp_path: Path):
    for name in (".index.html-0a1b2c3d", ".note.txt-abcdef12", "note.txt", ".note.txt", ".lock"):
        (tmp_path / name).write_bytes(b"half")
        _left(tmp_path / name, days=2)
    (tmp_path / ".index.html-99999999").write_bytes(b"perhaps alive")
    sweep(tmp_path)
    left = {".index.html-99999999", ".lock", ".note.txt", "note.txt"}
    assert {p.name for p in tmp_path.iterdir()} == left


def test_folders_are_swept_and_what_links_lead_to_stays(tmp_path: Path):
    home, outside = tmp_path / "home", tmp_path / "outside"
    for folder in (home / ".building-1", outside):
        folder.mkdir(parents=True)
        (folder / "page.html").write_bytes(b"half")
    (home / ".building-2").symlink_to(outside)
    _left(home / ".building-1", days=2)
    os.utime(home / ".building-2", (0, 0), follow_symlinks=False)
    sweep(home, re.compile(r"\.building-\w+"))
    assert list(home.iterdir()) == []
    assert (outside / "page.html").is_file()
    sweep(tmp_path / "no such folder")


@pytest.mark.skipif(sys.platform == "win32", reason="has no pwd")
@pytest.mark.parametrize("home", [None, "", "no/such/folder", "~"])
def test_without_a_home_and_a_name_there_is_a_folder_of_the_users_own(
    home: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    import pwd
    import tempfile

    def no_name(uid: int) -> None:
        raise KeyError(uid)

    monkeypatch.setattr(pwd, "getpwuid", no_name)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("HOME", home or "")
    if home is None:
        monkeypatch.delenv("HOME")
    for name in ("FORECAST_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert cache_folder().is_relative_to(tmp_path)
    settle_home()
    own = Path(os.environ["HOME"])
    assert own == tmp_path / f"growth-target-forecast-{os.getuid()}"
    assert stat.S_IMODE(own.stat().st_mode) == 0o700
    settle_home()
    assert Path(os.environ["HOME"]) == own
    assert cache_folder().is_relative_to(own)


def test_a_home_that_is_there_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    settle_home()
    assert os.environ["HOME"] == str(tmp_path)


def test_a_folder_that_another_put_in_the_place_of_the_own_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path / "missing"))
    (tmp_path / "theirs").mkdir()
    (tmp_path / f"growth-target-forecast-{os.getuid()}").symlink_to(tmp_path / "theirs")
    settle_home()
    assert Path(os.environ["HOME"]).parent == tmp_path
    assert not Path(os.environ["HOME"]).is_symlink()
