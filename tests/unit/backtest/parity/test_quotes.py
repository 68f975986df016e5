"""What the market offered, from its own moments."""

from decimal import Decimal

from trading_bot.backtest.parity import QuoteTape, Span
from trading_bot.domain.order import Side
from trading_bot.simulator.venue.contracts import Level, MarketMoment, MarketUpdate


def moment(at_ms, last, bids=(), asks=(), key="A"):
    update = MarketUpdate(
        instrument_key=key,
        last_price=last,
        last_quantity=1,
        traded_at_ms=at_ms,
        day_volume=0,
        bids=tuple(Level(price, 10) for price in bids),
        asks=tuple(Level(price, 10) for price in asks),
    )
    return MarketMoment(at_ms, (update,))


MOMENTS = (
    moment(1_000, 10_000, bids=(9_995, 9_990), asks=(10_005, 10_010)),
    moment(2_000, 10_020, bids=(10_015,), asks=(10_025,)),
    moment(3_000, 10_100, bids=(10_095, 0), asks=(10_105, 0)),
)


def test_each_side_is_offered_the_other_sides_quotes_and_the_last_price():
    tape = QuoteTape(MOMENTS, {"A"})

    assert tape.offered("A", Side.BUY, 1_000, 1_500) == Span(10_000, 10_010)
    assert tape.offered("A", Side.SELL, 1_000, 1_500) == Span(9_990, 10_000)


def test_what_held_at_the_beginning_counts_and_what_came_after_the_end_does_not():
    tape = QuoteTape(MOMENTS, {"A"})

    assert tape.offered("A", Side.BUY, 1_500, 2_999) == Span(10_000, 10_025)
    assert tape.offered("A", Side.BUY, 2_500, 3_000) == Span(10_020, 10_105)


def test_slippage_makes_offers_worse_and_an_empty_level_is_no_price():
    tape = QuoteTape(MOMENTS, {"A"}, slippage_bps=Decimal(10))

    assert tape.offered("A", Side.BUY, 3_500, 3_600) == Span(10_100, 10_116)
    assert tape.offered("A", Side.SELL, 3_500, 3_600) == Span(10_084, 10_100)


def test_nothing_is_known_before_the_first_moment_or_of_another_share():
    tape = QuoteTape(MOMENTS, {"A"})

    assert tape.offered("A", Side.BUY, 0, 999) is None
    assert tape.offered("B", Side.BUY, 0, 9_999) is None
