"""environment.yml, pyproject.toml and requirements.txt say the same, and cover what is imported."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from rattler import MatchSpec, Version, VersionSpec

ROOT = Path(__file__).parents[1]
CONDA_FORGE_NAMES = {
    "playwright": "playwright-python",
    "build": "python-build",
    "jupyter-client": "jupyter_client",
}
LEFT_OUT = {"rfc3987-syntax"}  # slows each import of nbformat, and nothing here needs it


def by_name(requirements: list[str]) -> dict[str, Requirement]:
    parsed = [Requirement(text) for text in requirements]
    return {canonicalize_name(requirement.name): requirement for requirement in parsed}


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
LOCK_TEXT = (ROOT / "requirements.txt").read_text(encoding="utf-8")

RUNTIME = by_name(PROJECT["project"]["dependencies"])
OPTIONAL = PROJECT["project"]["optional-dependencies"]
APART = {"skforecast", "sktime", "statsforecast"}  # extras that cannot share the locked set
GROUPS_APART = {"pymc", "readers"}  # what tests use in environments of their own
EXTRAS = by_name(
    [line for extra, lines in OPTIONAL.items() if extra not in APART for line in lines]
)
DECLARED = RUNTIME | EXTRAS | by_name(PROJECT["dependency-groups"]["dev"])
PIP_LINES = ENVIRONMENT["dependencies"][-1]["pip"]
CONDA = {
    spec.name.normalized: spec
    for spec in (MatchSpec(line) for line in ENVIRONMENT["dependencies"][:-1])
}
PIP = by_name([line for line in PIP_LINES if not line.startswith("-")])

# one entry each: "name==version ; marker \" and below it, indented, hashes and who needs it
ENTRIES = [
    entry
    for entry in re.split(r"^(?=\S)", LOCK_TEXT, flags=re.MULTILINE)
    if re.match(r"[a-z0-9]", entry)
]
LOCKED = by_name([entry.splitlines()[0].removesuffix("\\").strip() for entry in ENTRIES])


def bounds(specifier: object) -> set[str]:
    return {part.strip() for part in str(specifier).split(",")}


def locked_version(name: str) -> str:
    (pin,) = LOCKED[name].specifier
    assert pin.operator == "=="
    return pin.version


def imported_packages(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module).partition(".")[0]


def third_party_imports() -> set[str]:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py")]
    found = {package for source in sources for package in imported_packages(source)}
    return found - sys.stdlib_module_names - {"forecast", "__future__"}


def test_conda_installs_the_declared_packages_and_no_others():
    from_conda = {CONDA_FORGE_NAMES.get(name, name) for name in DECLARED if name not in PIP}
    assert set(CONDA) - {"python", "pip"} == from_conda


def test_only_what_conda_forge_lacks_comes_from_pip_and_the_project_comes_last():
    assert set(PIP) == {"pylopdf-fonts-zh-cn", "atheris", "axe-playwright-python"}
    assert PIP_LINES[-1] == "-e ."
    assert ENVIRONMENT["name"] == "forecast"
    assert ENVIRONMENT["channels"] == ["conda-forge"]


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_conda_and_project_state_the_same_bounds(name):
    conda = PIP[name].specifier if name in PIP else CONDA[CONDA_FORGE_NAMES.get(name, name)].version
    assert bounds(conda) == bounds(DECLARED[name].specifier)


def test_conda_and_project_state_the_same_pythons():
    assert bounds(CONDA["python"].version) == bounds(PROJECT["project"]["requires-python"])


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_every_bound_has_two_ends(name):
    assert sorted(clause.operator for clause in DECLARED[name].specifier) == ["<", ">="]


@pytest.mark.parametrize("extra", sorted(APART))
def test_an_extra_apart_is_bounded_agrees_with_the_project_and_is_not_locked(extra):
    needed = by_name(OPTIONAL[extra])
    assert set(needed) == {extra, "pandas"}
    for requirement in needed.values():
        assert sorted(c.operator for c in requirement.specifier) == ["<", ">="]
    oldest = {str(c) for c in RUNTIME["pandas"].specifier} & {
        str(c) for c in needed["pandas"].specifier
    }
    assert oldest == {">=2.3.3"}
    assert extra not in LOCKED


@pytest.mark.parametrize("group", sorted(GROUPS_APART))
def test_a_group_apart_is_bounded(group):
    for requirement in by_name(PROJECT["dependency-groups"][group]).values():
        assert sorted(c.operator for c in requirement.specifier) == ["<", ">="]


def test_the_lock_is_made_without_what_lives_apart():
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    marked = {line.partition(" = ")[0] for line in lines if line.endswith("# apart")}
    assert marked == APART | GROUPS_APART
    assert "/# apart$$/d" in (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_the_locked_version_is_within_the_bounds_of_both(name):
    version = locked_version(name)
    assert DECLARED[name].specifier.contains(version)
    if name not in PIP:
        conda = str(CONDA[CONDA_FORGE_NAMES.get(name, name)].version)
        assert VersionSpec(conda).matches(Version(version))


def test_the_lock_is_complete_so_that_it_can_be_installed_without_dependencies():
    missing = []
    for name in [name for name, entry in LOCKED.items() if applies(entry)]:
        for needed in map(Requirement, distribution(name).requires or []):
            needed_name = canonicalize_name(needed.name)
            if applies(needed) and not fulfilled(needed_name, needed.specifier):
                missing.append(f"{name} needs {needed}")
    assert missing == []


def applies(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


def fulfilled(name: str, specifier: SpecifierSet) -> bool:
    return name in LOCKED and specifier.contains(locked_version(name), prereleases=True)


def test_the_lock_leaves_out_what_only_slows_imports():
    assert not LEFT_OUT & set(LOCKED)


def test_every_locked_package_has_a_version_and_hashes():
    pin = re.compile(r"[a-z0-9-]+==\S+")
    hashes = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$", flags=re.MULTILINE)
    assert len(ENTRIES) > len(DECLARED)
    assert [entry for entry in ENTRIES if not (pin.match(entry) and hashes.search(entry))] == []


def test_the_lock_names_no_index_and_no_address():
    assert not re.search(r"://|^\s*-(?!-hash)|--(extra-)?index-url|--find-links|@", LOCK_TEXT, re.M)


def test_the_lock_of_the_docs_is_bounded_hashed_without_addresses_and_agrees_with_the_other():
    text = (ROOT / "requirements-docs.txt").read_text(encoding="utf-8")
    entries = [e for e in re.split(r"^(?=\S)", text, flags=re.MULTILINE) if e.strip()]
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", entry) for entry in entries)
    assert not re.search(r"://|--(extra-)?index-url|--find-links|@", text)
    locked = by_name([entry.splitlines()[0].removesuffix("\\").strip() for entry in entries])
    for name, wanted in by_name(PROJECT["dependency-groups"]["docs"]).items():
        (pin,) = locked[name].specifier
        assert wanted.specifier.contains(pin.version)
        assert sorted(clause.operator for clause in wanted.specifier) == ["<", ">="]
    for name in set(locked) & set(LOCKED):
        assert str(locked[name].specifier) == f"=={locked_version(name)}"


def test_what_is_imported_is_declared_to_be_needed_at_run_time():
    providers = packages_distributions()
    undeclared = {
        package
        for package in third_party_imports()
        if not {canonicalize_name(name) for name in providers.get(package, [])}
        & set(RUNTIME | EXTRAS)
    }
    assert undeclared == set()


def test_imports_are_found_wherever_they_stand():
    source = "import a.b\nfrom c.d import e\nfrom . import f\ndef g():\n    import h as i"
    assert set(imported_packages(source)) == {"a", "c", "h"}
    assert {"numpy", "pandas"} <= third_party_imports()
