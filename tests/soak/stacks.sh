#!/usr/bin/env bash
# Runs the quick tests on the oldest and the newest packages that pyproject.toml allows, on every
# Python from 3.11 to 3.13 that is found; says at the end which passed. `make stacks` calls it.
# PYTHONS="python3.12" and RESOLUTIONS="lowest-direct" choose some of them.
set -uo pipefail
cd "$(dirname "$0")/../.."
scratch=$(mktemp -d) && trap 'rm -rf "$scratch"' EXIT
export UV_PYTHON_DOWNLOADS=never OMP_NUM_THREADS=1 FORECAST_CACHE="$scratch/cache"
first=$(command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
"$first" -m venv "$scratch/uv" && "$scratch/uv/bin/pip" install -q --disable-pip-version-check 'uv>=0.13,<0.14' || exit 1
said=() failed=0
for python in ${PYTHONS:-python3.11 python3.12 python3.13}; do
  found=$(command -v "$python") || { said+=("$python: not found, not run"); continue; }
  for resolution in ${RESOLUTIONS:-lowest-direct highest}; do
    venv="$scratch/$("$found" -c 'import sys; print(*sys.version_info[:2], sep=".")')-$resolution"
    echo "== $python, $resolution"
    if "$scratch/uv/bin/uv" venv -q --python "$found" "$venv" &&
      "$scratch/uv/bin/uv" pip install -q --python "$venv/bin/python" --resolution "$resolution" \
        --compile-bytecode --editable '.[alerts,cluster,postgresql]' --group dev &&
      PATH="$venv/bin:$PATH" "$venv/bin/pytest" -q -n auto --dist loadfile -p no:cacheprovider \
        -m "not slow and not system" --deselect tests/test_environment.py; then
      said+=("$python, $resolution: passed")
    else
      said+=("$python, $resolution: FAILED") failed=1
    fi
  done
done
printf '%s\n' "${said[@]}"
exit "$failed"
