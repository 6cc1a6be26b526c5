"""The named streams of random numbers."""

from __future__ import annotations

import zlib

import numpy as np


def generator(seed: int, stream: str) -> np.random.Generator:
    """Return the stream of random numbers of that name.

    Each use of randomness has its own name, so that a new use does not change the other draws.
    """
    return np.random.default_rng([seed, zlib.crc32(stream.encode())])
