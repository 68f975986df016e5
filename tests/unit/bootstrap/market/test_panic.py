"""Panic on the real market: what it asks of the broker before it begins."""

from trading_bot.bootstrap.market.panic import open_at_the_broker
from trading_bot.domain.errors import ReadFailedError


async def test_a_broker_that_gives_no_answer_does_not_keep_a_panic_from_being_latched():
    class Silent:
        async def positions(self):
            raise ReadFailedError("timed out")

    said = []

    assert await open_at_the_broker(Silent(), said.append) == frozenset()
    assert said == [
        "the broker does not say what is open (timed out): only what the journal knows can be closed"
    ]
