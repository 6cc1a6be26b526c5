"""What a release consists of: the packages it needs on this machine, and a bill of materials."""

from __future__ import annotations

import re
import tomllib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[1]
APART = {"skforecast", "sktime", "statsforecast"}  # extras that the locked set does not hold
_ENTRY = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)[^\n]*((?:\n    .*)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Locked:
    """A package of the lock: its version, and the SHA-256 of each of its files."""

    name: str
    version: str
    hashes: tuple[str, ...]


def locked_packages(path: Path = PROJECT / "requirements.txt") -> dict[str, Locked]:
    """Return the packages of a lock by their names."""
    found = {}
    for name, version, lines in _ENTRY.findall(path.read_text(encoding="utf-8")):
        hashes = tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})", lines))
        found[canonicalize_name(name)] = Locked(canonicalize_name(name), version, hashes)
    return found


def closure() -> list[Locked]:
    """Return the locked packages that the package needs here with its extras, sorted by name.

    Left out is what the lock leaves out on purpose (docs/maintenance.md).
    """
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    lines = [*project["dependencies"]]
    lines += [line for extra, more in optional.items() if extra not in APART for line in more]
    locked = locked_packages()
    wanted: dict[str, Locked] = {}
    waiting = [Requirement(line) for line in lines]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        key = name, frozenset(requirement.extras)
        if name not in locked or key in seen:
            continue
        seen.add(key)
        wanted[name] = locked[name]
        try:
            needed = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        extras = {"", *requirement.extras}
        waiting += [
            r
            for r in map(Requirement, needed)
            if r.marker is None or any(r.marker.evaluate({"extra": extra}) for extra in extras)
        ]
    return [wanted[name] for name in sorted(wanted)]


def licences(name: str) -> list[str]:
    """Return the SPDX expression that a package declares; nothing where it has none."""
    try:
        expression = distribution(name).metadata.get("License-Expression")
    except PackageNotFoundError:
        return []
    return [expression] if expression else []


def bill_of_materials(version: str, epoch: int, packages: list[Locked]) -> str:
    """Return the bill of materials of a version as CycloneDX 1.6, the same bytes each time."""
    from cyclonedx.model import HashAlgorithm, HashType
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.model.license import LicenseExpression
    from cyclonedx.output.json import JsonV1Dot6
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator
    from packageurl import PackageURL

    def component(
        name: str, number: str, hashes: tuple[str, ...], kind: ComponentType
    ) -> Component:
        url = PackageURL("pypi", name=name, version=number)
        return Component(
            name=name,
            version=number,
            type=kind,
            purl=url,
            bom_ref=str(url),
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=h) for h in hashes],
            licenses=[LicenseExpression(text) for text in licences(name)],
        )

    bom = Bom()
    root = component("growth-target-forecast", version, (), ComponentType.APPLICATION)
    bom.metadata.component = root
    bom.metadata.timestamp = datetime.fromtimestamp(epoch, UTC)
    parts = [component(p.name, p.version, p.hashes, ComponentType.LIBRARY) for p in packages]
    for part in parts:
        bom.components.add(part)
    bom.register_dependency(root, parts)
    text = "\n".join(f"{p.name}=={p.version}" for p in packages)
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, f"pkg:pypi/{root.name}@{version}\n{text}")
    output = JsonV1Dot6(bom).output_as_string(indent=2)
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(output)
    if fault is not None:
        raise ValueError(f"the bill of materials is not valid CycloneDX: {fault}")
    return output + "\n"
