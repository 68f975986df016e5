import asyncio

from trading_bot.bootstrap.market_recorder import MarketRecorder
from trading_bot.domain.errors import StorageError
from trading_bot.domain.market_data import Candle


class RefusingJournal:
    """A database that takes nothing."""

    epoch = 1

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def run(self, _job) -> None:
        self.asked.set()
        raise StorageError("the disk is full")


async def test_candles_that_the_disk_refuses_do_not_end_the_session():
    """Fault 90: exits go on, so the recorder must not open the circuit breaker."""
    journal, beats = RefusingJournal(), []
    recorder = MarketRecorder(journal)
    recorder.take((("NSE_EQ|X", Candle(0, 1, 1, 1, 1, 1)),), ())

    running = asyncio.create_task(recorder.run(lambda: beats.append(1)))
    await journal.asked.wait()
    await asyncio.sleep(0)

    assert not running.done()
    running.cancel()
