"""The lines of TOML entries, found without reading the file once for each line."""

import tomllib
from pathlib import Path

import pytest

from forecast.archive import toml
from forecast.archive.toml import line_of, read_entries
from forecast.base.errors import ContractError

TEXT = """\
# a map
area = "town"
days = [
  1,
  16,
]

[words]
gdp = "生产总值"

[[entry]]
id = 1

[[entry]]
id = 2
"""


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (["area"], 2),
        (["days"], 3),
        (["words"], 8),
        (["words", "gdp"], 9),
        (["words", "missing"], 8),
        (["entry"], 11),
        (["missing"], None),
    ],
)
def test_the_line_is_the_one_on_which_what_the_keys_lead_to_begins(keys, line):
    assert line_of(TEXT, keys) == line


def test_a_misspelt_key_after_500_targets_is_found_in_few_readings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    read, loads = [], tomllib.loads

    def counted(text: str) -> dict[str, object]:
        read.append(text)
        return loads(text)

    monkeypatch.setattr(toml.tomllib, "loads", counted)
    path = tmp_path / "targets.toml"
    path.write_text('[[target]]\narea = "town"\n\n' * 500 + '[[targett]]\narea = "town"\n')
    with pytest.raises(ContractError, match=r"targets.toml:1501: unknown key or table 'targett'"):
        read_entries(path, ["target"])
    assert len(read) < 40
