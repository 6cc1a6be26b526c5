"""What differs between systems, as far as Linux can show it; docs/systems.md lists the rest."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from pandas.testing import assert_frame_equal

from forecast.archive.folder import read_archive
from forecast.base.errors import ContractError
from forecast.base.notation import is_name
from forecast.importing.sources import is_url
from forecast.publishing.scheduled.anchor import anchor_of
from town import write_town

PROJECT = Path(__file__).parents[1]
SOURCES = sorted((PROJECT / "src").rglob("*.py"))
WINDOWS_PATHS = [
    r"D:\data\figures\monthly report.xlsx",
    "D:/data/figures/9月月报.xlsx",
    r"\\server\share\data\figures.csv",
    "//server/share/data/figures.csv",
    r"data\figures\figures.csv",
]
DEVICES = ["con", "PRN", "aux", "Nul", "com1", "LPT9"]
LONGEST = 160  # below a folder of reports; Windows takes 260 with the folder


def tracked() -> list[str]:
    listed = ["git", "-C", str(PROJECT), "-c", "core.quotepath=off", "ls-files"]
    return subprocess.run(
        listed, capture_output=True, check=True, encoding="utf-8"
    ).stdout.splitlines()


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            yield (node.func.id if isinstance(node.func, ast.Name) else name), node


def without_encoding(source: str) -> Iterator[int]:
    """Yield the line of each call that reads or writes a text in the encoding of the system."""
    for name, call in calls(ast.parse(source)):
        given = {keyword.arg for keyword in call.keywords}
        words = [a.value for a in call.args if isinstance(a, ast.Constant)]
        is_binary = any(isinstance(w, str) and re.fullmatch("[rwax+]*b[rwax+]*", w) for w in words)
        is_method = isinstance(call.func, ast.Attribute)
        if "encoding" in given or is_binary:
            continue
        if name in ("read_text", "write_text") and is_method and len(call.args) < 2:
            yield call.lineno
        if name == "open" and not is_method:
            yield call.lineno


def test_no_text_depends_on_the_encoding_of_the_system():
    found = [(p, n) for p in SOURCES for n in without_encoding(p.read_text(encoding="utf-8"))]
    assert found == []


def test_calls_without_an_encoding_are_found():
    source = "open('a')\nopen('a', 'rb')\np.read_text()\np.write_text(t, encoding='utf-8')"
    assert list(without_encoding(source)) == [1, 3]


def test_nothing_forks():
    for path in SOURCES:
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"os\.fork|forkserver|get_context\(\"fork\"\)", source), path
        pools = re.findall(r"ProcessPoolExecutor\((.+)\)", source)
        assert all("mp_context" in words for words in pools), path


def test_data_with_the_line_ends_of_windows_are_the_same_data(tmp_path: Path):
    plain = write_town(tmp_path / "plain")
    windows = write_town(tmp_path / "windows")
    for path in windows.rglob("*"):
        if path.is_file():
            path.write_bytes(b"\r\n".join(path.read_bytes().split(b"\n")))
    first, second = read_archive(plain), read_archive(windows)
    assert_frame_equal(first.figures, second.figures)
    assert first.targets == second.targets
    assert first.registry.indicators == second.registry.indicators


@pytest.mark.parametrize("name", DEVICES)
def test_an_area_cannot_have_the_name_of_a_device(name: str):
    assert not is_name(name)
    assert is_name(f"{name}a")


def test_indicators_that_differ_by_case_alone_are_refused(tmp_path: Path):
    folder = write_town(tmp_path / "data")
    registry = folder / "indicators.toml"
    text = registry.read_text(encoding="utf-8")
    entry = '\n[[indicator]]\nid = "GDP"\nname_en = "G"\nname_zh = "产"\nunit = "cny_100m"\n'
    registry.write_text(text + entry, encoding="utf-8")
    with pytest.raises(
        ContractError, match=r"indicator 'GDP' stands on line \d+ already, as 'gdp'; allowed"
    ):
        read_archive(folder)


def test_areas_that_differ_by_case_alone_are_refused(tmp_path: Path):
    folder = write_town(tmp_path / "data")
    (figures,) = (folder / "figures").glob("*.csv")
    lines = figures.read_text(encoding="utf-8").splitlines()
    another = next(line for line in lines if line.startswith("town,"))
    figures.write_text("\n".join([*lines, f"Town{another[4:]}", ""]), encoding="utf-8")
    with pytest.raises(ContractError, match="area 'Town' stands there as 'town' too; allowed: ids"):
        read_archive(folder)


@pytest.mark.parametrize("path", WINDOWS_PATHS)
def test_a_path_of_windows_is_a_file_and_no_address(path: str):
    assert not is_url(path)
    assert (anchor_of(path).kind, anchor_of(path).place) == ("file", path)


def test_every_file_of_the_project_can_lie_on_any_system():
    names = tracked()
    parts = {part for name in names for part in PurePosixPath(name).parts}
    assert [p for p in parts if re.search(r'[<>:"\\|?*\x00-\x1f]|[. ]$', p)] == []
    assert [p for p in parts if PureWindowsPath(p).is_reserved()] == []
    assert len({name.casefold() for name in names}) == len(names)
    assert max(map(len, names)) <= LONGEST


def test_what_lies_below_a_folder_of_reports_is_named_with_slashes():
    rule = re.compile(r"(?:str\(|f\"[^\"]*\{)[\w.() /]*\.relative_to\((?!.*as_posix)")
    found = [
        f"{path.name}: {line}"
        for path in SOURCES
        for line in path.read_text(encoding="utf-8").splitlines()
        if rule.search(line)
    ]
    assert found == []
