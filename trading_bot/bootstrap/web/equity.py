"""The day's result over time, and how far it is below its highest."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import structlog

from trading_bot.domain.errors import TradingBotError
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.engine.decisions.operation.halts import net_pnl
from trading_bot.engine.state import State
from trading_bot.web.views import EquityPoint

log = structlog.get_logger()

_APART_MS = 30 * MS_PER_SECOND
_LOOK_S = 0.5
_MOST_POINTS = 1_000


@dataclass(slots=True)
class EquityWorker:
    """Notes the result every thirty seconds of session time."""

    state: Callable[[], State]
    earlier: Callable[[], Sequence[EquityPoint]] = tuple
    """What processes before this one have seen of the day; read in a thread."""
    points: deque[EquityPoint] = field(default_factory=lambda: deque(maxlen=_MOST_POINTS))
    drawdown: Decimal = Decimal(0)
    _highest: Decimal | None = None
    name: str = "dashboard equity"

    async def run(self, beat: Callable[[], None]) -> None:
        """Take up what was seen of the day before, then look until cancelled."""
        beat()
        try:
            self.take_up(await asyncio.to_thread(self.earlier))
        except TradingBotError as error:
            log.warning("earlier_equity_unread", detail=str(error))
        while True:
            beat()
            self.look()
            await asyncio.sleep(_LOOK_S)

    def take_up(self, earlier: Sequence[EquityPoint]) -> None:
        """Go on from these points, oldest first."""
        for point in earlier:
            self._highest = point.net if self._highest is None else max(self._highest, point.net)
            if not self.points or point.time_ms - self.points[-1].time_ms >= _APART_MS:
                self.points.append(point)

    def look(self) -> None:
        """Note the result of now, unless the price of something held is not known yet: then it is none."""
        state = self.state()
        if any(not state.market.last_price(key) for key in _held_keys(state)):
            return
        net = net_pnl(state)
        self._highest = net if self._highest is None else max(self._highest, net)
        self.drawdown = self._highest - net
        if self.points and state.now_ms - self.points[-1].time_ms < _APART_MS:
            return
        self.points.append(EquityPoint(time_ms=state.now_ms, net=net, gross=net + state.charges()))


def _held_keys(state: State) -> Iterator[str]:
    """Keys of the instruments with an open position."""
    return (key for key, position in state.book.positions.items() if not position.is_flat)
