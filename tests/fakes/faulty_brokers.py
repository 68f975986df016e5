"""Brokers with a fault, around one that has none."""

from trading_bot.domain.errors import NotAuthorisedError
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.order import Purpose
from trading_bot.engine.ports import Accepted, RefusalCause, Refused

_DEAD = Refused("UDAPI100050", "Invalid token used to access API", RefusalCause.NEEDS_LOGIN)


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


class TokenDead(FaultyBroker):
    """Between two moments of session time no call is authorised."""

    def __init__(self, broker, clock, from_ms, until_ms):
        super().__init__(broker, clock)
        self._window = range(from_ms, until_ms)

    def _is_dead(self):
        return self._clock.now_ms() in self._window

    async def place(self, request):
        return _DEAD if self._is_dead() else await self._broker.place(request)

    async def modify(self, order_id, terms):
        return _DEAD if self._is_dead() else await self._broker.modify(order_id, terms)

    async def cancel(self, order_id):
        return _DEAD if self._is_dead() else await self._broker.cancel(order_id)

    async def orders(self):
        return await self._read(self._broker.orders)

    async def fills(self):
        return await self._read(self._broker.fills)

    async def positions(self):
        return await self._read(self._broker.positions)

    async def funds(self):
        return await self._read(self._broker.funds)

    async def _read(self, call):
        if self._is_dead():
            raise NotAuthorisedError("Invalid token used to access API")
        return await call()


class StopsSwallowed(FaultyBroker):
    """The first stops are accepted under an id, and nobody hears of them again."""

    def __init__(self, broker, clock, stops):
        super().__init__(broker, clock)
        self._left = stops

    async def place(self, request):
        if request.purpose is Purpose.STOP and self._left:
            self._left -= 1
            return Accepted(f"swallowed-{self._left}")
        return await self._broker.place(request)
