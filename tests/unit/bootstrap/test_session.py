"""How a session ends."""

import asyncio
from types import SimpleNamespace

from trading_bot.bootstrap.reception import Reception
from trading_bot.bootstrap.session import Session
from trading_bot.domain.errors import StorageError
from trading_bot.engine.inputs import StopBegan


class Ending:
    """The parts of a day that a session stops, in the order in which it does."""

    def __init__(self, error: Exception | None = None) -> None:
        self.done: list[str] = []
        self._error = error

    async def stop(self, names=None) -> None:
        self.done.append("all" if names is None else names[0])

    async def handle(self, event) -> None:
        self.done.append(type(event).__name__)
        if self._error is not None:
            raise self._error

    async def drained(self) -> None:
        self.done.append("drained")

    async def tell_rest(self) -> None:
        pass

    async def write(self) -> None:
        self.done.append("candles")


def session(ending: Ending) -> Session:
    engine = SimpleNamespace(handle=ending.handle, outbox=SimpleNamespace(drained=ending.drained))
    return Session(
        day=SimpleNamespace(engine=engine, supervisor=ending, tell_rest=ending.tell_rest),
        header=None,
        board=None,
        socket=None,
        view=None,
        status=None,
        recorder=ending,
        breaker=asyncio.Event(),
        flatten_on_breaker=False,
        reception=Reception(),
    )


async def test_entries_are_withdrawn_before_what_waits_is_sent():
    """Fault 99."""
    ending = Ending()

    await session(ending)._stop_in_stages()

    assert ending.done == ["signals", StopBegan.__name__, "drained", "all", "candles"]


async def test_a_journal_that_takes_no_row_does_not_keep_a_process_from_ending():
    """Faults 90 and 99."""
    ending = Ending(StorageError("disk full"))

    await session(ending)._stop_in_stages()

    assert ending.done == ["signals", StopBegan.__name__, "all", "candles"]
