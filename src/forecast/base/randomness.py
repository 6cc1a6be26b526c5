"""The named streams of random numbers."""

from __future__ import annotations

import zlib

import numpy as np


def generator(seed: int, stream: str) -> np.random.Generator:
    """Return the stream of random numbers of that name.

    Each use of chance has a name of its own, so that a new use leaves the other draws alone.
    """
    return np.random.default_rng([seed, zlib.crc32(stream.encode())])
