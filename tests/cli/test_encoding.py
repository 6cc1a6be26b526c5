"""Whatever the encoding of the output lacks, commands print, and leave with their own code.

The town is simulated.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import town
from forecast.cli import main

ENCODINGS = ("gbk", "cp1252", "ascii")
ASKED = ("--area", "town", "--year", "2018", "--paths", "100")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return town.write_town(tmp_path_factory.mktemp("encoding") / "data")


def _commands(data: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the code of each command and its words."""
    day, folder = ("--as-of", "2018-10-31"), ("--data", str(data))
    for lang in ("en", "zh"):
        more = (*ASKED, *folder, "--lang", lang)
        yield 0, ["status", *more, *day]
        yield 0, ["news", *more, "--to", "2018-10-31"]
        yield 0, ["scenario", *more, *day, "--given", "gdp rest 7.5"]
    yield 0, ["status", *ASKED, *folder, *day, "--csv"]
    yield 3, ["check", *ASKED, *folder, *day, "--min-probability", "1"]
    yield 0, ["check-data", str(data)]
    yield 2, ["status", "--area", "某镇", *folder]
    yield 2, ["没有"]
    yield 0, ["--help"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_command_prints_and_leaves_with_its_own_code(encoding: str, data: Path):
    for code, words in _commands(data):
        said = CliRunner(charset=encoding).invoke(main, words)
        assert said.exit_code == code, (words, said.output)
        assert said.exception is None or isinstance(said.exception, SystemExit), words
        (said.stdout_bytes + said.stderr_bytes).decode(encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_means_the_same_in_every_encoding(encoding: str, data: Path):
    words = ["status", *ASKED, "--data", str(data), "--as-of", "2018-10-31", "--json"]
    said = CliRunner(charset=encoding).invoke(main, words)
    (area,) = json.loads(said.stdout_bytes.decode(encoding))
    assert area["targets"][0]["target_wording"] == "增长7%"


def test_signs_without_a_nearest_one_are_counted_on_standard_error(data: Path):
    words = ["status", *ASKED, "--data", str(data), "--as-of", "2018-10-31", "--lang", "zh"]
    said = CliRunner(charset="cp1252").invoke(main, words)
    assert "??2018??" in said.stdout
    assert "signs that the encoding of the output lacks are shown as ?" in said.stderr
    assert CliRunner(charset="gbk").invoke(main, words).stderr == ""


def test_a_name_of_a_file_that_is_not_text_is_printed(data: Path):
    said = CliRunner().invoke(main, ["check-data", "no\udcff\udcfesuch"])
    assert said.exit_code == 2
    assert "no\\xff\\xfesuch" in said.stderr


def test_a_process_with_another_encoding_prints_too(data: Path):
    code = "from forecast.cli import main; main()"
    words = ["check", *ASKED, "--data", str(data), "--as-of", "2018-10-31"]
    done = subprocess.run(
        [sys.executable, "-c", code, *words, "--min-probability", "1"],
        env=os.environ | {"PYTHONIOENCODING": "gbk"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (3, b"")
    assert done.stdout.decode("gbk").startswith("below: town/gdp 2018: ")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
def test_an_output_on_a_full_disk_is_named_without_a_traceback(data: Path):
    code = "from forecast.cli import main; main()"
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", code, "check-data", str(data)],
            stdout=full, stderr=subprocess.PIPE, encoding="utf-8", check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "forecast: standard output: No space left on device\n"


def test_closed_outputs_keep_nothing_from_being_done(data: Path):
    code = "import os; os.close(1); os.close(2); from forecast.cli import main; main()"
    words = ["check-data", str(data)]
    run = f"import sys; sys.stdout = sys.stderr = None; {code}"
    assert subprocess.run([sys.executable, "-c", run, *words], check=False).returncode == 0
