"""Mutations of data folders: real files, damaged as files are damaged on their way.

The rows are real ones of the data folder that comes along; what is done to them is made up.
"""

import csv
import io
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from click.testing import CliRunner

from forecast.archive.archive import Archive
from forecast.archive.figure_files import sound_figures
from forecast.archive.folder import read_archive
from forecast.base.errors import ContractError
from forecast.cli import main
from town import write_town

PROJECT = Path(__file__).parents[1]
AREAS = ("longgang", "shenzhen")
N_ENTRIES = {"targets": 4, "commitments": 3, "schedule": 8, "indicators": 40}
PROGRESS = "id,day,done,source\nrenewal_land,2019-06-30,5,made up\nrenewal_land,2019-09-30,7.5,x\n"
HOSTILE = (
    *("", " ", "-", "–", "NaN", "inf", "-1e999", "1e300", "-1e300", "7.5%", "1,234", "１２.５"),
    *("2019-13", "0000-01", "9999-12", "2019-02-30", "1-6月", "上半年", "10000-01", "0001-01-01"),
    *("../../etc", "a/b", "=1+1", "'; DROP TABLE figures; --", "<script>", "{}", "%s", "\\x00"),
    *("\u202e\u0661", "\u200b", "\ufeff", "💥", "e\u0301", "a" * 70, '"', '""', "\n", "\r", ";"),
    *("level", "growth_pct", "pct", "expected", "gdp", "china", "true", "-0", "1e-320", "1_0"),
)
TOML_VALUES = (
    *('""', '"x"', "0", "-1", "1e400", "nan", "9" * 40, "true", "[]", "{}", "[1]", '"../x"', "'"),
    *("2019-02-30", "2019-02-01", "0001-01-01", '["gdp"]', '["china/gdp"]', "07:00:00", "[" * 2000),
)
ENCODINGS = ("utf-8-sig", "gbk", "gb18030", "utf-16", "utf-32", "latin-1", "big5")


def write_corpus(folder: Path) -> Path:
    """Write a small data folder: real figures and entries, made-up progress; return it."""
    (folder / "figures").mkdir(parents=True)
    (folder / "commitments").mkdir()
    for area in AREAS:
        shutil.copy(PROJECT / "data" / "figures" / f"{area}.csv", folder / "figures")
    for name, n in N_ENTRIES.items():
        text = (PROJECT / "data" / f"{name}.toml").read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        kept = "\n".join(lines).split("[[")[: n + 1]
        (folder / f"{name}.toml").write_text("[[".join(kept), encoding="utf-8")
    (folder / "commitments" / "progress.csv").write_text(PROGRESS, encoding="utf-8")
    cells = pd.read_csv(folder / "figures" / "shenzhen.csv", dtype="str")
    cells.assign(area="futian", value=cells["value"].astype(float)).to_parquet(
        folder / "figures" / "futian.parquet"
    )
    return folder


Chance = random.Random


def _flipped(raw: bytes, chance: Chance) -> bytes:
    """Return bytes of which one to eight are others."""
    changed = bytearray(raw)
    for _ in range(chance.choice([1, 1, 2, 8]) if raw else 0):
        changed[chance.randrange(len(raw))] = chance.choice([chance.randrange(256), 10, 34, 44, 0])
    return bytes(changed)


def _cut(raw: bytes, chance: Chance) -> bytes:
    """Return bytes that end too early, or lack a piece in their midst."""
    first, last = sorted(chance.randrange(len(raw) + 1) for _ in range(2))
    return raw[:first] + (raw[last:] if chance.random() < 0.5 else b"")


def _encoded(raw: bytes, chance: Chance) -> bytes:
    """Return the text in another encoding."""
    text = raw.decode("utf-8", errors="replace")
    return text.encode(chance.choice(ENCODINGS), errors="replace")


def _lines(raw: bytes, chance: Chance) -> bytes:
    """Return lines of which some are dropped, doubled, swapped, joined or blank."""
    lines = raw.split(b"\n")
    for _ in range(chance.randrange(1, 5)):
        one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        act = chance.choice(["drop", "double", "swap", "blank", "join"])
        if act == "drop" and len(lines) > 1:
            del lines[one]
        elif act == "double":
            lines.insert(other, lines[one])
        elif act == "swap":
            lines[one], lines[other] = lines[other], lines[one]
        elif act == "blank":
            lines.insert(one, chance.choice([b"", b"  ", b",,,,,,,,,,,"]))
        else:
            lines[one] += lines[other]
    return chance.choice([b"\n", b"\n", b"\r\n", b"\r"]).join(lines)


def _cells(raw: bytes, chance: Chance) -> bytes:
    """Return a table of which cells or column names are others, or columns are moved."""
    rows = [line.split(",") for line in raw.decode("utf-8", errors="replace").split("\n")]
    for _ in range(chance.choice([1, 1, 2, 10])):
        row = rows[0] if chance.random() < 0.1 else chance.choice(rows)
        row[chance.randrange(len(row))] = chance.choice([*HOSTILE, chance.choice(rows)[-1]])
    if chance.random() < 0.1:
        one, other = (chance.randrange(len(rows[0])) for _ in range(2))
        for row in rows:
            if max(one, other) < len(row):
                row[one], row[other] = row[other], row[one]
    return "\n".join(map(",".join, rows)).encode("utf-8", errors="replace")


def _keys(raw: bytes, chance: Chance) -> bytes:
    """Return TOML of which keys are misspelt, or values or heads of tables are others."""
    lines = raw.decode("utf-8", errors="replace").split("\n")
    for _ in range(chance.choice([1, 1, 3])):
        number = chance.randrange(len(lines))
        key, sign, value = lines[number].partition(" = ")
        if sign and chance.random() < 0.5:
            lines[number] = f"{key}{sign}{chance.choice(TOML_VALUES)}"
        elif sign:
            lines[number] = f"{_misspelt(key, chance)}{sign}{value}"
        elif value or key.startswith("[["):
            lines[number] = chance.choice(["[[x]]", "[target]", "[[target]", '[["lag"]]', "[[[["])
    return "\n".join(lines).encode()


def _misspelt(word: str, chance: Chance) -> str:
    at = chance.randrange(len(word))
    return chance.choice([word[:at] + word[at + 1 :], word + "s", word.upper(), f"{word} x"])


Mutation = Callable[[bytes, Chance], bytes]
OF_BYTES: tuple[Mutation, ...] = (_flipped, _cut)
OF_TEXT: tuple[Mutation, ...] = (*OF_BYTES, _encoded, _lines)
BY_SUFFIX: dict[str, tuple[Mutation, ...]] = {
    ".parquet": OF_BYTES,
    ".csv": (*OF_TEXT, _cells, _cells, _cells),
    ".toml": (*OF_TEXT, _keys, _keys, _keys),
}


def mutate(folder: Path, chance: Chance) -> list[str]:
    """Change one to three files of a data folder, and return what was done to which."""
    done = []
    paths = sorted(p for p in folder.rglob("*") if p.is_file())
    for _ in range(chance.choice([1, 1, 2, 3])):
        path = chance.choice(paths)
        mutation = chance.choice(BY_SUFFIX[path.suffix])
        path.write_bytes(mutation(path.read_bytes(), chance))
        done.append(f"{mutation.__name__} {path.name}")
    if chance.random() < 0.03 and path.exists():
        path.rename(path.with_suffix(chance.choice([".CSV", ".txt", ".toml"])))
        done.append("renamed")
    return done


def outcome(folder: Path) -> Archive | ContractError:
    """Return the archive of a folder, or the error that says what is wrong with it."""
    try:
        return read_archive(folder)
    except ContractError as error:
        return error


def n_rows_of(path: Path) -> int | None:
    """Return the rows of a CSV file that are not blank, counted without the package's reader.

    None where the file is no text, or quotes make rows run over lines.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = path.read_bytes().decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        return None
    if '"' in text or "\0" in text:
        return None
    lines = io.StringIO(text, newline="").read().replace("\r\n", "\n").replace("\r", "\n")
    rows = csv.reader(lines.split("\n")[1:])
    return sum(any(cell.strip() for cell in row) for row in rows)


def rows_lost(folder: Path) -> list[str]:
    """Return the CSV files of figures of which a row is neither accepted nor in a fault."""
    found = sound_figures(folder)
    rejected = {(f.file, f.line) for f in found.faults if f.line is not None}
    whole = {f.file for f in found.faults if f.line in (None, 1) or "not valid CSV" in f.message}
    lost = []
    for path in sorted((folder / "figures").glob("*.csv")):
        name = path.relative_to(folder).as_posix()
        n_rows = n_rows_of(path)
        if name in whole or n_rows is None:
            continue
        accepted = {f for f in zip(found.figures["file"], found.figures["line"], strict=True)}
        n_said = len({place for place in accepted | rejected if place[0] == name})
        if n_said > n_rows or (n_said < n_rows and not found.n_rows > len(found.figures)):
            lost.append(f"{name}: {n_said} of {n_rows} rows")
    return lost


def checked_mutation(corpus: Path, folder: Path, chance: Chance) -> None:
    """Mutate a copy of the corpus; assert that it is read, or refused with faults, rows counted."""
    shutil.copytree(corpus, folder)
    try:
        done = mutate(folder, chance)
        said = outcome(folder)
        assert isinstance(said, Archive) or said.faults, done
        if any(name.endswith(".csv") for name in done):
            assert rows_lost(folder) == [], done
    finally:
        shutil.rmtree(folder)


def checked_answer(folder: Path, chance: Chance) -> None:
    """Mutate a small town's folder; assert that it gets its table, or a clear error."""
    done = mutate(write_town(folder), chance)
    call = ["status", "--area", "town", "--year", "2018", "--as-of", "2018-10-31", "--paths", "100"]
    said = CliRunner().invoke(main, [*call, "--data", str(folder)])
    assert said.exit_code in (0, 2), (done, said.exception)
    assert (said.exit_code == 2) == said.output.startswith("forecast: "), (done, said.output)
    shutil.rmtree(folder)
