"""A real feed in front of the venue."""

from decimal import Decimal

from tests.fakes.venue_day import SBIN, VenueDay, instant
from trading_bot.domain.market_data import Frame, Tick
from trading_bot.simulator.in_process.frame_market import VenueFeed, update_of
from trading_bot.simulator.venue.contracts import Level
from trading_bot.simulator.virtual_time import run_virtually

TICK = Tick(SBIN.key, 10_000, instant("09:20"), 700, 9_995, 50, 10_005, 60)


class StandingClock:
    """Always the same time."""

    def now_ms(self) -> int:
        return instant("09:20")


class OneFrame:
    """A feed of one frame, and then a loss of the connection."""

    reconnections = 0

    async def reconnect(self):
        self.reconnections += 1

    async def messages(self, instrument_keys):
        yield Frame(instant("09:20") + 400, (TICK,))
        yield None


def test_a_tick_carries_price_volume_and_the_best_level():
    update = update_of(TICK)

    assert (update.last_price, update.day_volume, update.traded_at_ms) == (10_000, 700, instant("09:20"))
    assert (update.bids, update.asks) == ((Level(9_995, 50),), (Level(10_005, 60),))


def test_sides_that_were_not_sent_are_empty():
    update = update_of(Tick(SBIN.key, 10_000, 0))

    assert (update.day_volume, update.bids, update.asks) == (0, (), ())


async def test_the_venue_sees_a_frame_before_whoever_reads():
    day = VenueDay()
    messages = VenueFeed(OneFrame(), day.venue, StandingClock()).messages([SBIN.key])

    seen = [day.venue.market(SBIN.key).last_price async for _ in messages]

    assert seen == [10_000, 10_000]
    assert day.venue.now_ms == instant("09:20")


def test_slippage_makes_fills_worse_by_its_basis_points_on_both_sides():
    day = VenueDay(
        """
        09:20 market SBIN 100.00 bid=500@99.95 ask=500@100.05 traded=10
        09:20 place buy BUY 10 SBIN LIMIT price=101.00
        09:20 place sell SELL 10 SBIN LIMIT price=99.00
        09:21
        """,
        slippage_bps=Decimal(10),
    )

    assert (day.fills("buy"), day.fills("sell")) == ("10@100.16", "10@99.85")


def test_slippage_does_not_break_a_limit():
    day = VenueDay(
        """
        09:20 market SBIN 100.00 bid=500@99.95 ask=500@100.05 traded=10
        09:20 place buy BUY 10 SBIN LIMIT price=100.05
        09:21
        """,
        slippage_bps=Decimal(10),
    )

    assert day.statuses("buy")[-1] == "open"


def test_a_new_connection_is_sought_by_the_real_feed():
    real, day = OneFrame(), VenueDay()

    run_virtually(VenueFeed(real, day.venue, StandingClock()).reconnect())

    assert real.reconnections == 1
