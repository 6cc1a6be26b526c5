"""The container is built with buildah on a Debian root, and makes a report under any user id.

Its root is read-only in a bind mount, and with podman where the kernel lets it run.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from town import write_town

PROJECT = Path(__file__).parents[2]
ISOLATED = ("--isolation", "chroot")
USER = 54321
NEEDED = ("buildah", "mmdebstrap")


def done(*command: object, **more: object) -> str:
    words = [str(word) for word in command]
    said = subprocess.run(words, capture_output=True, text=True, check=False, **more)  # type: ignore[call-overload]
    assert said.returncode == 0, f"{' '.join(words)}\n{said.stdout[-4000:]}\n{said.stderr[-4000:]}"
    return str(said.stdout).strip()


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Build the image from wheels that pip downloads here: the build asks no package index."""
    lacking = [name for name in NEEDED if shutil.which(name) is None]
    if lacking or sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip(f"needs root on Linux with {' and '.join(NEEDED)}")
    folder = tmp_path_factory.mktemp("container")
    wheels, root = folder / "wheels", folder / "root.tar"
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    download = [sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes", "-q"]
    done(*download, "--dest", wheels, "-r", PROJECT / "requirements.txt")
    done("mmdebstrap", "--variant=minbase", "--include=python3,python3-venv", "bookworm", root)
    base = done("buildah", "from", "scratch")
    done("buildah", "add", base, root, "/")
    found = done("buildah", "run", *ISOLATED, base, "--", "python3", "-V")
    if not found.startswith(f"Python {python}."):
        pytest.skip(f"wheels are for Python {python}, and Debian has {found}")
    done("buildah", "commit", "--rm", base, "localhost/forecast-base")
    done(
        "buildah", "build", *ISOLATED, "--build-arg", "BASE=localhost/forecast-base",
        "--build-arg", "PIP_OPTIONS=--no-index --find-links=/wheels",
        "--volume", f"{wheels}:/wheels",
        "--tag", "localhost/forecast", "--file", PROJECT / "ops" / "Containerfile", PROJECT,
    )  # fmt: skip
    return "localhost/forecast"


def test_it_makes_a_report_under_any_user_and_leaves_its_root_alone(image: str, tmp_path: Path):
    here = written(tmp_path)
    data, reports, cache = (here / name for name in ("data", "reports", "cache"))
    container = done("buildah", "from", image)
    mounted = Path(done("buildah", "mount", container))
    before = files_of(mounted)
    try:
        said = done(
            "buildah", "run", *ISOLATED, "--user", f"{USER}:0",
            "--volume", f"{data}:/data:ro", "--volume", f"{reports}:/reports",
            "--volume", f"{cache}:/cache", container, "--", "/opt/forecast/bin/forecast",
            "run-due", "--data", "/data", "--reports", "/reports", "--paths", "100",
        )  # fmt: skip
        assert files_of(mounted) == before
    finally:
        done("buildah", "rm", container)
    (line,) = map(json.loads, said.splitlines())
    assert (line["as_of"], line["did"]) == ("2018-12-31", "made")
    page = reports / "town" / "2018" / "2018-12-31" / "attainment.html"
    assert page.stat().st_uid == USER
    assert "Content-Security-Policy" in page.read_text(encoding="utf-8")


_READ_ONLY = """
set -e
mount --bind "$ROOT" "$ROOT"
for name in data reports cache; do mount --bind "$HERE/$name" "$ROOT/$name"; done
mount -t tmpfs tmpfs "$ROOT/tmp"
mount -t proc proc "$ROOT/proc"
mount --rbind /dev "$ROOT/dev"
mount -o remount,bind,ro "$ROOT/data"
mount -o remount,bind,ro "$ROOT"
if touch "$ROOT/opt/forecast/written"; then exit 1; fi
exec env -i HOME=/cache FORECAST_CACHE=/cache/forecast PATH=/usr/sbin:/usr/bin:/bin \\
  chroot --userspec="$WHO:0" "$ROOT" /opt/forecast/bin/forecast \\
  run-due --data /data --reports /reports --paths 100
"""


def test_it_makes_a_report_with_a_root_that_is_read_only(image: str, tmp_path: Path):
    """Bound read-only by the kernel: this needs no podman, which not every kernel lets run."""
    here = written(tmp_path)
    container = done("buildah", "from", image)
    try:
        words = {"ROOT": done("buildah", "mount", container), "HERE": str(here), "WHO": str(USER)}
        said = done(
            "unshare", "--mount", "--propagation", "private", "bash", "-c", _READ_ONLY,
            env=os.environ | words,
        )  # fmt: skip
    finally:
        done("buildah", "rm", container)
    (line,) = map(json.loads, said.splitlines())
    assert (line["as_of"], line["did"]) == ("2018-12-31", "made")
    assert (here / "reports/town/2018/2018-12-31/attainment.html").stat().st_uid == USER


def written(folder: Path) -> Path:
    """Return a folder with data of a town, and folders of reports and cache that the user owns."""
    targets = write_town(folder / "data") / "targets.toml"
    late = targets.read_text(encoding="utf-8").replace("2018-02-10", "2018-12-20")
    targets.write_text(late, encoding="utf-8")
    for name in ("reports", "cache"):
        (folder / name).mkdir()
        os.chown(folder / name, USER, 0)
    return folder


def files_of(root: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of each file of the program and the system, except temporary ones."""
    found = {}
    for folder in ("opt", "etc", "usr", "var"):
        for path in (root / folder).rglob("*"):
            if path.is_file() and not path.is_symlink() and "tmp" not in path.parts:
                status = path.stat()
                found[str(path.relative_to(root))] = (status.st_size, status.st_mtime_ns)
    return found


def test_podman_makes_a_report_with_a_root_that_is_read_only(image: str, tmp_path: Path):
    """With runc where there is one: crun refuses control groups of both versions at once."""
    if shutil.which("podman") is None:
        pytest.skip("needs podman")
    here = written(tmp_path)
    volumes = {"data": "/data:ro", "reports": "/reports", "cache": "/cache"}
    command = [
        "podman", *(["--runtime", "runc"] if shutil.which("runc") else []), "run", "--rm",
        "--read-only", "--tmpfs", "/tmp", "--network", "none", "--cap-drop", "all",
        "--security-opt", "no-new-privileges", "--user", f"{USER}:0",
        "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024",
        *(word for name, aim in volumes.items() for word in ("--volume", f"{here / name}:{aim}")),
        image, "run-due", "--data", "/data", "--reports", "/reports", "--paths", "100",
    ]  # fmt: skip
    said = subprocess.run(command, capture_output=True, text=True)
    if any(word in said.stderr for word in ("OCI", "Operation not permitted", "cgroups")):
        pytest.skip(f"this kernel does not let podman run: {said.stderr.splitlines()[-1]}")
    assert said.returncode == 0, said.stderr
    (line,) = map(json.loads, said.stdout.splitlines())
    assert (line["as_of"], line["did"]) == ("2018-12-31", "made")
