"""Joint paths: in which order the paths of one indicator go with those of another."""

from __future__ import annotations

from collections.abc import Mapping

from forecast.chance import generator
from forecast.history import FloatArray


def independent(paths: Mapping[str, FloatArray], seed: int, stream: str) -> dict[str, FloatArray]:
    """Return each indicator's paths in a random order of their own.

    The single distributions stay as they are; no indicator's path says anything of another's.
    """
    return {
        name: values[generator(seed, f"{stream}/{name}").permutation(len(values))]
        for name, values in paths.items()
    }
