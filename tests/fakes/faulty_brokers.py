"""Brokers with a fault, around one that has none."""

from trading_bot.domain.ist import MS_PER_SECOND


class FaultyBroker:
    """Hands everything on; a fault overrides what it spoils."""

    def __init__(self, broker, clock):
        self._broker = broker
        self._clock = clock

    def __getattr__(self, name):
        return getattr(self._broker, name)


class TradesHidden(FaultyBroker):
    """The trades list shows no row before it has aged."""

    def __init__(self, broker, clock, hidden_s):
        super().__init__(broker, clock)
        self._hidden_ms = hidden_s * MS_PER_SECOND

    async def fills(self):
        rows = await self._broker.fills()
        return tuple(row for row in rows if row.filled_at_ms + self._hidden_ms <= self._clock.now_ms())
