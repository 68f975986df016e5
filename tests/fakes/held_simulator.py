"""A simulator whose session stands still at the first moment of which something holds."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import date
from typing import Self

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.bootstrap.replaying.simulator_program import new_venue, server_settings
from trading_bot.settings.options import SimulatorOptions
from trading_bot.simulator.market.day_plan import plan_of
from trading_bot.simulator.market.generated import DEFAULT_DAY, GeneratedMarket
from trading_bot.simulator.server.faults.faults import FaultRule
from trading_bot.simulator.server.run import RunningSimulator, serve
from trading_bot.simulator.server.session.dated_rules import DatedRules
from trading_bot.simulator.venue.contracts import BrokerCore, OrderRow
from trading_bot.simulator.venue.settings import VenueSettings

TOKEN = "replay"
_AS_FAST_AS_IS_FOLLOWED = 0.0
_STOP_RESTS = "trigger pending"

Holds = Callable[[BrokerCore], bool]


class HeldSimulator:
    """A generated day on a thread of its own, at full speed between the moments at which it is held.

    While it is held session time stands still: requests are answered, orders on their way stay there.
    """

    def __init__(
        self, symbols: Sequence[str], seed: int, updates_per_minute: int, on: date = DEFAULT_DAY
    ) -> None:
        self._made_of = (tuple(symbols), seed, updates_per_minute)
        self.on = on
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._is_held = threading.Event()
        self._hold = ExitStack()
        self._until: Holds | None = None
        self._running: RunningSimulator | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._require_held(30)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    @property
    def address(self) -> str:
        """Where it listens."""
        return self._simulator.address

    @property
    def broker(self) -> BrokerCore:
        """What really happened. To be looked at while it is held."""
        return self._simulator.simulation.core

    @property
    def open_ms(self) -> int:
        """When trading begins."""
        return self._simulator.simulation.plan.open_ms

    @property
    def end_ms(self) -> int:
        """When the session is over."""
        return self._simulator.simulation.end_ms

    def run_until(self, holds: Holds, timeout_s: float = 120) -> None:
        """Let the session go on to the first moment of which this holds, and stand still there."""
        self._is_held.clear()
        self._loop.call_soon_threadsafe(self._release, holds)
        self._require_held(timeout_s)

    def run_to_the_end(self) -> None:
        """Let the session go on and not be held any more."""
        self._loop.call_soon_threadsafe(self._release, None)

    def break_with(self, *rules: FaultRule) -> None:
        """Put faults in force; without any, heal."""
        self._loop.call_soon_threadsafe(self._simulator.simulation.faults.set_schedule, rules)

    @property
    def _simulator(self) -> RunningSimulator:
        assert self._running is not None, "it has begun"
        return self._running

    def _require_held(self, timeout_s: float) -> None:
        assert self._is_held.wait(timeout_s), f"not held within {timeout_s} s"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.run_forever()
        self._loop.run_until_complete(self._simulator.close())
        self._loop.close()

    async def _serve(self) -> None:
        symbols, seed, updates = self._made_of
        rules = load_market_rules()
        source = GeneratedMarket(
            plan_of(rules.calendar, self.on),
            symbols=symbols,
            seed=seed,
            updates_per_minute=updates,
            with_index=False,  # it alone would speak every second
        )
        options = SimulatorOptions(port=0, speed=_AS_FAST_AS_IS_FOLLOWED, token=TOKEN)
        settings = server_settings(options, source.on, rules)
        core = new_venue(source, rules, VenueSettings(), seed)
        self._running = await serve(core, source, settings, rules=DatedRules(rules))
        pacing = self._simulator.simulation.pacing
        advance = pacing.advance

        def held_advance(ceiling_ms: int) -> int:
            """Look before each step of the session's clock."""
            if self._until is not None and self._until(core):
                self._until = None
                self._stand_still()
            return advance(ceiling_ms)

        pacing.advance = held_advance
        self._stand_still()

    def _stand_still(self) -> None:
        """What holds the clock for a request in hand holds it for us."""
        self._hold.enter_context(self._simulator.simulation.pacing.request_in_hand())
        self._is_held.set()

    def _release(self, until: Holds | None) -> None:
        self._until = until
        self._hold.close()
        self._simulator.simulation.wake.set()


# --- moments ---


def after(moment_ms: int, seconds: int) -> Holds:
    """Some seconds later."""
    return lambda broker: broker.now_ms >= moment_ms + seconds * 1_000


def is_bare(broker: BrokerCore) -> bool:
    """Something is held, and no order that could close it rests yet."""
    return _is_holding(broker) and not any(map(_is_resting, broker.order_rows()))


def is_covered(broker: BrokerCore) -> bool:
    """Something is held, and a stop for the whole of it rests."""
    resting = {row.instrument_key: row.pending_quantity for row in filter(_is_resting, broker.order_rows())}
    held = {row.instrument_key: abs(row.quantity) for row in broker.position_rows() if row.quantity}
    return bool(held) and resting == held


def is_closed_again(broker: BrokerCore) -> bool:
    """Something was held, and nothing is now."""
    return bool(broker.trade_rows()) and not _is_holding(broker)


def _is_holding(broker: BrokerCore) -> bool:
    return any(row.quantity for row in broker.position_rows())


def _is_resting(row: OrderRow) -> bool:
    return row.status == _STOP_RESTS
