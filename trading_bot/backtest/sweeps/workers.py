"""Spreads the sets of a plan: over this process, over processes that share the candles, or over a cluster."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from multiprocessing import active_children, get_context
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal
from tempfile import TemporaryDirectory
from threading import current_thread, main_thread
from typing import Any, NamedTuple

import numpy as np

from trading_bot.backtest.sweeps.figures import Figures
from trading_bot.backtest.sweeps.market import Market
from trading_bot.backtest.sweeps.plan import Plan
from trading_bot.backtest.sweeps.play import Player
from trading_bot.domain.errors import SettingsError
from trading_bot.domain.instrument import Instrument

_PARTS_A_JOB = 8
_PART_MAX = 64
_SCHEDULER_TIMEOUT_S = 20


class MarketFile(NamedTuple):
    """A market whose table lies in a file, so that every process maps the same memory."""

    path: Path
    instruments: tuple[Instrument, ...]
    bounds: tuple[int, ...]


class Played(NamedTuple):
    """Some sets of a plan, and what came of them."""

    first: int
    """The number of the first of them."""
    figures: list[Figures]


def played(market: Market | MarketFile, plan: Plan) -> list[Figures]:
    """What came of every set of a plan. The one function that runs here, in processes and on clusters."""
    return _player(market if isinstance(market, Market) else _mapped(market)).figures(plan)


def play_here(market: Market, plan: Plan) -> Iterator[Played]:
    """Yield parts as they end, in the order of the plan."""
    first = 0
    for part in plan.parts(_part_size(plan, 1)):
        yield Played(first, played(market, part))
        first += len(part.sets)


def play_in_processes(market: Market, plan: Plan, jobs: int) -> Iterator[Played]:
    """Yield parts in the order of the plan; `jobs` processes play, and map the candles from one file."""
    with warm_processes(market, jobs) as play:
        yield from play(plan)


@contextmanager
def warm_processes(market: Market, jobs: int) -> Iterator[Callable[[Plan], Iterator[Played]]]:
    """Processes that can play one plan after the other on a market.

    They are deaf to Ctrl-C, which a terminal sends to all of them: who began them ends them, at once when
    it is interrupted.
    """
    others = set(active_children())
    with _shared(market) as shared:
        pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))

        def play(plan: Plan) -> Iterator[Played]:
            parts = plan.parts(_part_size(plan, jobs))
            with _deaf_children():
                futures = [pool.submit(played, shared, part) for part in parts]
            return _in_order(parts, futures)

        try:
            yield play
        except BaseException:
            for process in set(active_children()) - others:
                process.terminate()
            raise
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _deaf_children() -> Iterator[None]:
    """Processes that begin inside inherit that interrupts are ignored; only the main thread can say so."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal(SIGINT, SIG_IGN)
    try:
        yield
    finally:
        signal(SIGINT, before)


def play_on_cluster(market: Market, plan: Plan, address: str) -> Iterator[Played]:
    """Yield parts in the order of the plan; the workers of a Dask scheduler play.

    Their environment needs this program and the extras `dask` and, to be fast, `sweep`. Raises SettingsError
    where Dask is not installed or nothing answers.
    """
    with _client(address) as client:
        workers = max(1, sum(client.nthreads().values()))
        parts = plan.parts(_part_size(plan, workers))
        candles = client.scatter(market, broadcast=True)
        futures = [client.submit(played, candles, part, pure=False) for part in parts]
        yield from _in_order(parts, futures)


def _in_order(parts: Sequence[Plan], futures: Sequence[Any]) -> Iterator[Played]:
    first = 0
    for part, future in zip(parts, futures, strict=True):
        yield Played(first, future.result())
        first += len(part.sets)


def _part_size(plan: Plan, jobs: int) -> int:
    """Small enough that all jobs end together and progress is seen."""
    return max(1, min(_PART_MAX, len(plan.sets) // (jobs * _PARTS_A_JOB)))


@contextmanager
def _shared(market: Market) -> Iterator[MarketFile]:
    with TemporaryDirectory(prefix="sweep-") as folder:
        path = Path(folder) / "candles.npy"
        np.save(path, market.table)
        yield MarketFile(path, market.instruments, market.bounds)


@contextmanager
def _client(address: str) -> Iterator[Any]:
    try:
        distributed: Any = import_module("distributed")  # an extra, and a second to import
    except ImportError as error:
        raise SettingsError(
            f"{address}: a scheduler needs Dask, which is not installed.\n  fix: pip install distributed"
        ) from error
    try:
        client = distributed.Client(address, timeout=_SCHEDULER_TIMEOUT_S)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"{address}: no Dask scheduler answers ({error}).\n  fix: start one, or leave --scheduler out"
        ) from error
    with client:
        yield client


@lru_cache(maxsize=1)
def _player(market: Market) -> Player:
    return Player(market)


@lru_cache(maxsize=1)
def _mapped(file: MarketFile) -> Market:
    """The market with its table mapped; pages that nobody writes are shared."""
    return Market(file.instruments, file.bounds, np.load(file.path, mmap_mode="c"))
