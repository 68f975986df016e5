"""Random numbers that depend on a seed and a purpose, not on what else is drawn."""

import hashlib

import numpy as np


def generator_for(seed: int, *purpose: str | int) -> np.random.Generator:
    """A generator that the seed and the purpose determine."""
    text = "\x1f".join(map(str, (seed, *purpose)))
    return np.random.Generator(np.random.PCG64(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16])))
