from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.scripted_market import ON, RELIANCE, at, update
from trading_bot.domain.ist import midnight_ms
from trading_bot.domain.market_data import Candle
from trading_bot.simulator.server.session.day_record import InstrumentDay


def day_of(*updates) -> InstrumentDay:
    day = InstrumentDay(RELIANCE, 139_000, midnight_ms(ON))
    for one in updates:
        day.apply(one)
    return day


def test_before_the_first_trade_the_state_is_the_close_of_the_day_before():
    day = day_of()

    assert (day.close, day.update.traded_at_ms) == (139_000, at("15:30") - 86_400_000)
    assert day.candles() == ()


def test_minutes_close_when_a_later_minute_trades():
    day = day_of(
        update(RELIANCE, "09:15:01", 100, volume=10),
        update(RELIANCE, "09:15:30", 120, volume=15),
        update(RELIANCE, "09:17:00", 110, volume=40),
    )

    assert day.minutes == [Candle(at("09:15"), 100, 120, 100, 120, 15)]
    assert day.forming == Candle(at("09:17"), 110, 110, 110, 110, 25)
    assert (day.open, day.high, day.low) == (100, 120, 100)


def test_a_change_of_depth_is_no_trade():
    first = update(RELIANCE, "09:15:01", 100, volume=10)

    day = day_of(first, first._replace(bids=()))

    assert not day.has_news
    assert day.forming == Candle(at("09:15"), 100, 100, 100, 100, 10)


def test_what_is_known_from_the_day_before_is_no_trade_of_today():
    context = update(RELIANCE, "09:15", 139_500, volume=0, depth=False)._replace(
        traded_at_ms=midnight_ms(ON) - 1
    )

    day = day_of(context)

    assert day.has_news
    assert not day.has_traded
    assert day.candles() == ()
    assert (day.open, day.close) == (0, 139_500)


def test_the_average_price_weighs_by_volume():
    day = day_of(update(RELIANCE, "09:15:01", 100, volume=10), update(RELIANCE, "09:15:02", 200, volume=40))

    assert day.average_price == 175


@given(
    st.lists(
        st.tuples(st.integers(0, 90_000), st.integers(1, 500), st.integers(0, 50)), min_size=1, max_size=60
    )
)
def test_candles_keep_every_unit_and_every_extreme(trades):
    day, at_ms, volume = day_of(), at("09:15"), 0
    for gap_ms, price, quantity in trades:
        at_ms, volume = at_ms + gap_ms, volume + quantity
        day.apply(update(RELIANCE, "09:15", price, volume=volume)._replace(traded_at_ms=at_ms))

    candles = day.candles()
    assert sum(candle.volume for candle in candles) == volume
    assert max(candle.high for candle in candles) == day.high == max(price for _, price, _ in trades)
    assert min(candle.low for candle in candles) == day.low
    assert [candle.start_ms for candle in candles] == sorted({candle.start_ms for candle in candles})
