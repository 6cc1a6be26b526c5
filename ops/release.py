"""Build a release into dist/, offline, from the last commit; twice the same bytes. `make release`.

    release.py build [--wheelhouse FOLDER]   everything, from a clean tree
    release.py fetch FOLDER                  the wheels of the lock for this machine, by the index
    release.py check [FOLDER]                is every file as SHA256SUMS and the lock have it

What cannot be built here is a fault before anything is written: a tree with changes, a version that
CITATION.cff, the recipe or the changelog do not have, a wheel that is missing or altered.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT / "ops"))

from inventory import Locked, bill_of_materials, closure  # noqa: E402

SUMS = "SHA256SUMS"
WHEELS = "wheelhouse"


class NotReleasable(Exception):
    """What keeps a release from being built, a sentence for each fault."""

    def __init__(self, faults: Iterable[str]) -> None:
        super().__init__("\n".join(faults))


def git(*words: str) -> bytes:
    """Return what a git command prints about the project."""
    return subprocess.run(
        ["git", "-C", str(PROJECT), *words], capture_output=True, check=True
    ).stdout


def version_faults(version: str, root: Path = PROJECT) -> list[str]:
    """Return a sentence for each file that does not speak of the version."""
    wanted = {
        "CITATION.cff": rf"^version: {re.escape(version)}$",
        "ops/conda/recipe.yaml": rf'^  version: "{re.escape(version)}"$',
        "CHANGELOG.md": rf"^## {re.escape(version)}\b",
    }
    return [
        f"{name}: has no line of version {version} (expected {pattern})"
        for name, pattern in wanted.items()
        if not re.search(pattern, (root / name).read_text(encoding="utf-8"), re.MULTILINE)
    ]


def tree_faults() -> list[str]:
    """Return a sentence for each change that is not committed."""
    changed = git("status", "--porcelain").decode().splitlines()
    return [f"{line[3:]}: not committed; a release is built from a commit" for line in changed]


def recipe_faults(path: Path) -> list[str]:
    """Return what rattler-build's own parser says against the recipe."""
    try:
        from rattler_build import RattlerBuildError, Stage0Recipe
    except ImportError:
        return ["py-rattler-build is not installed; it is in requirements-docs.txt"]
    try:
        Stage0Recipe.from_file(path).render()
    except RattlerBuildError as error:
        return [f"{path.relative_to(PROJECT)}: {error}"]
    return []


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def wheel_faults(folder: Path, packages: Iterable[Locked]) -> Iterator[str]:
    """Yield a sentence for each locked package without a wheel that has one of its hashes."""
    wheels: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("*.whl")):
        wheels.setdefault(re.sub(r"[-_.]+", "-", path.name.split("-")[0]).lower(), []).append(path)
    if not folder.is_dir():
        yield f"{folder}: no such folder; make wheelhouse fills it"
        return
    for package in packages:
        found = [p for p in wheels.pop(package.name, []) if p.name.split("-")[1] == package.version]
        if not found:
            yield f"{folder.name}: {package.name} {package.version} has no wheel"
        for path in found:
            if sha256(path) not in package.hashes:
                yield f"{folder.name}/{path.name}: altered: its SHA-256 is not in requirements.txt"
    for path in (p for rest in wheels.values() for p in rest):
        if not path.name.startswith("growth_target_forecast-"):
            yield f"{folder.name}/{path.name}: not in requirements.txt at this version"


def fetch(folder: Path) -> None:
    """Download the wheels of the lock for this Python and system, by their hashes."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        listed = Path(scratch) / "requirements.txt"
        listed.write_text(requirements(closure()), encoding="utf-8")
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet"]
        wanted = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(listed)]
        subprocess.run([*pip, *wanted, "--dest", str(folder)], check=True)
    print(f"{len(list(folder.glob('*.whl')))} wheels in {folder}")


def requirements(packages: Iterable[Locked], own_wheel: Path | None = None) -> str:
    """Return a list of requirements with their hashes, the package itself last."""
    lines = [
        f"{p.name}=={p.version}" + "".join(f" \\\n    --hash=sha256:{h}" for h in p.hashes)
        for p in packages
    ]
    if own_wheel is not None:
        name, version = own_wheel.name.split("-")[:2]
        lines.append(
            f"{name.replace('_', '-')}=={version} \\\n    --hash=sha256:{sha256(own_wheel)}"
        )
    return "\n".join(lines) + "\n"


def build_distributions(out: Path, epoch: str) -> None:
    """Build the source distribution and the wheel of the last commit, nothing else of the tree."""
    with tempfile.TemporaryDirectory() as scratch:
        with tarfile.open(fileobj=BytesIO(git("archive", "HEAD"))) as archive:
            archive.extractall(scratch, filter="data")
        build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), scratch]
        surroundings = os.environ | {"SOURCE_DATE_EPOCH": epoch, "TZ": "UTC", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(build, env=surroundings, capture_output=True, encoding="utf-8")
    if done.returncode:
        raise NotReleasable([done.stdout + done.stderr])


def add_wheelhouse(out: Path, source: Path, packages: list[Locked]) -> None:
    """Copy the wheels beside the package's own, with a list of requirements by hash."""
    target = out / WHEELS
    target.mkdir()
    for path in sorted(source.glob("*.whl")):
        shutil.copyfile(path, target / path.name)
    (own,) = out.glob("*.whl")
    shutil.copyfile(own, target / own.name)
    (target / "requirements.txt").write_text(requirements(packages, own), encoding="utf-8")


def write_sums(out: Path) -> None:
    """Write the SHA-256 of each file, in the form of sha256sum."""
    files = sorted(p for p in out.rglob("*") if p.is_file() and p.name != SUMS)
    lines = [f"{sha256(p)}  {p.relative_to(out).as_posix()}" for p in files]
    (out / SUMS).write_text("\n".join(lines) + "\n", encoding="utf-8")


def release_faults(out: Path) -> Iterator[str]:
    """Yield a sentence for each file of a release that is missing, altered or not listed."""
    if not (out / SUMS).is_file():
        yield f"{out / SUMS}: no such file; make release writes it"
        return
    listed = {}
    for line in (out / SUMS).read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        listed[name] = digest
    there = {p.relative_to(out).as_posix(): p for p in out.rglob("*") if p.is_file()}
    yield from (f"{name}: missing" for name in sorted(listed.keys() - there.keys()))
    for name in sorted(there.keys() - {SUMS}):
        if name not in listed:
            yield f"{name}: not listed in {SUMS}"
        elif sha256(there[name]) != listed[name]:
            yield f"{name}: altered"
    if (out / WHEELS).is_dir():
        yield from wheel_faults(out / WHEELS, closure())


def build(out: Path, wheelhouse: Path | None) -> None:
    """Build everything beside the folder, then put it in place as a whole."""
    version = re.search(  # of the file, for the package may not be importable here
        r'^VERSION = "(.+)"$',
        (PROJECT / "src/forecast/base/package.py").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert version is not None
    packages = closure()
    faults = [*tree_faults(), *version_faults(version[1])]
    faults += recipe_faults(PROJECT / "ops/conda/recipe.yaml")
    if wheelhouse is not None:
        faults += wheel_faults(wheelhouse, packages)
    if faults:
        raise NotReleasable(faults)
    epoch = git("log", "-1", "--format=%ct").decode().strip()
    with tempfile.TemporaryDirectory(dir=PROJECT, prefix=".release-") as scratch:
        place = Path(scratch) / "dist"
        place.mkdir()
        build_distributions(place, epoch)
        bill = bill_of_materials(version[1], int(epoch), packages)
        (place / f"growth_target_forecast-{version[1]}.cdx.json").write_text(bill, encoding="utf-8")
        for name in ("requirements.txt", "CITATION.cff"):
            shutil.copyfile(PROJECT / name, place / name)
        shutil.copyfile(PROJECT / "ops/conda/recipe.yaml", place / "recipe.yaml")
        if wheelhouse is not None:
            add_wheelhouse(place, wheelhouse, packages)
        write_sums(place)
        shutil.rmtree(out, ignore_errors=True)
        place.rename(out)


def main() -> int:
    """Do what is asked; return 0, or 1 after a sentence for each fault."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("build").add_argument("--wheelhouse", type=Path)
    steps.add_parser("fetch").add_argument("folder", type=Path)
    steps.add_parser("check").add_argument("folder", type=Path, nargs="?", default=PROJECT / "dist")
    asked = parser.parse_args()
    out = PROJECT / "dist"
    try:
        if asked.step == "fetch":
            fetch(asked.folder)
        elif asked.step == "check":
            if faults := list(release_faults(asked.folder)):
                raise NotReleasable(faults)
            print(f"{asked.folder}: every file is as {SUMS} has it")
        else:
            build(out, asked.wheelhouse)
            print((out / SUMS).read_text(encoding="utf-8"), end="")
            if asked.wheelhouse is None:
                print("Without a wheelhouse: `make wheelhouse` fetches one, once, from the index.")
    except NotReleasable as error:
        print(f"Nothing is released:\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
