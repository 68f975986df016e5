"""The garbage collector while a backtest runs: it comes rarely, and passes over what was there before.

What a backtest makes are values without cycles, which go as soon as nobody holds them. The collector would
find nothing, and would walk all candles and rows each time to learn it.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_NEW, _YOUNG, _OLD = 500_000, 20, 100
"""So many new objects until the youngest are looked at, and so many of those looks until the older are."""


@contextmanager
def rare_collections() -> Iterator[None]:
    """Let the collector come rarely; afterwards all is as it was."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_NEW, _YOUNG, _OLD)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
