from datetime import date, time
from itertools import pairwise

import numpy as np
import pytest
import talib

from trading_bot.domain.candles.builder import CandleBuilder
from trading_bot.domain.errors import UnknownInstrumentError
from trading_bot.domain.ist import datetime_of, ms_at
from trading_bot.domain.market_data import Tick
from trading_bot.domain.rules.session import Window
from trading_bot.simulator.market import (
    DEFAULT_DAY,
    DayPlan,
    GeneratedMarket,
    SessionPlan,
    weekday_plan,
)

SHORT_PLAN = weekday_plan(DEFAULT_DAY, sessions_before=3)
INDEX = "NSE_INDEX|Nifty 50"


def _market(symbols=("RELIANCE",), plan=SHORT_PLAN, **settings) -> GeneratedMarket:
    return GeneratedMarket(plan, symbols=symbols, **settings)


@pytest.fixture(scope="module")
def long_market() -> GeneratedMarket:
    return GeneratedMarket(weekday_plan(DEFAULT_DAY), seed=1)


@pytest.fixture(scope="module")
def histories(long_market):
    first = long_market._plan.earlier[0].on
    return {one.key: long_market.history(one.key, first, DEFAULT_DAY) for one in long_market.instruments}


def test_ten_shares_and_the_index_are_listed_by_default(long_market):
    shares = long_market.instruments[:-1]

    assert len(shares) == 10
    assert long_market.instruments[-1].key == INDEX
    assert all(share.closing_auction_eligible and share.key.startswith("NSE_EQ|INE") for share in shares)


def test_the_same_seed_gives_the_same_day_and_another_does_not():
    day = list(_market(seed=5).moments())

    assert day == list(_market(seed=5).moments())
    assert day != list(_market(seed=6).moments())


def test_a_share_does_not_depend_on_the_company_it_keeps():
    alone = _market(["TCS"], seed=5)
    among = _market(["RELIANCE", "SOMENAME", "TCS"], seed=5, with_index=False)
    key = alone.instruments[0].key

    assert alone.history(key, date(2026, 1, 1), DEFAULT_DAY) == among.history(
        key, date(2026, 1, 1), DEFAULT_DAY
    )
    assert [u for m in alone.moments() for u in m.updates if u.instrument_key == key] == [
        u for m in among.moments() for u in m.updates if u.instrument_key == key
    ]


def test_the_ticks_keep_the_days_candles(rebuilt):
    market = _market(seed=2)
    key = market.instruments[0].key
    *day, auction = rebuilt(market.moments(), key)

    assert tuple(day) == market.day_candles(key).candles()
    assert auction.start_ms == ms_at(DEFAULT_DAY, time(15, 30))


def test_continuous_trading_ends_with_the_auctions_one_print():
    market = _market(seed=2)
    key = market.instruments[0].key
    moments = [m for m in market.moments() if any(u.instrument_key == key for u in m.updates)]
    auction = next(u for u in moments[-1].updates if u.instrument_key == key)
    last = next(u for u in moments[-2].updates if u.instrument_key == key)

    assert moments[-2].at_ms <= ms_at(DEFAULT_DAY, time(15, 15))
    assert moments[-1].at_ms == ms_at(DEFAULT_DAY, time(15, 30))
    assert abs(auction.last_price / last.last_price - 1) < 0.03
    assert auction.day_volume > last.day_volume
    assert (auction.bids, auction.asks) == ((), ())


def test_the_index_is_published_every_second():
    """However rarely the shares trade: by its silence a daemon knows a dead feed."""
    moments = _market(updates_per_minute=4).moments()
    index = [m.at_ms for m in moments if any(u.instrument_key == INDEX for u in m.updates)][1:]

    assert max(after - before for before, after in pairwise(index)) <= 2_000


def test_the_index_is_published_to_the_close():
    index = [m.at_ms for m in _market().moments() if any(u.instrument_key == INDEX for u in m.updates)]

    assert ms_at(DEFAULT_DAY, time(15, 29)) < index[-1] <= ms_at(DEFAULT_DAY, time(15, 30))


def test_without_an_auction_shares_trade_to_the_close():
    market = _market(plan=weekday_plan(date(2025, 1, 8), sessions_before=2, auction_print_at=None))
    last = market.day_candles(market.instruments[0].key).start_ms[-1]

    assert f"{datetime_of(int(last)):%H:%M}" == "15:29"


def test_the_previous_close_is_the_auctions_price():
    market = _market()
    key = market.instruments[0].key
    last = market.history(key, date(2026, 1, 1), DEFAULT_DAY)[-1]

    assert market.previous_close(key) == last.close
    assert f"{datetime_of(last.start_ms):%d %H:%M}" == "18 15:30"


def test_a_short_evening_session_works():
    evening = SessionPlan(
        on=date(2026, 11, 8),
        continuous=(Window(ms_at(date(2026, 11, 8), time(18)), ms_at(date(2026, 11, 8), time(19))),),
    )
    market = _market(
        plan=DayPlan(today=evening, earlier=weekday_plan(date(2026, 11, 7), sessions_before=2).earlier)
    )
    moments = list(market.moments())

    assert market.day_candles(INDEX).start_ms.size == 60
    assert f"{datetime_of(moments[0].at_ms):%H:%M:%S}" == "17:59:50"


def test_a_first_session_without_history_starts_at_its_own_price():
    market = _market(plan=DayPlan(today=SHORT_PLAN.today, earlier=()))
    key = market.instruments[0].key

    assert market.history(key, date(2026, 1, 1), DEFAULT_DAY) == ()
    assert market.previous_close(key) == market.day_candles(key).open[0]


def test_prices_and_depth_lie_on_the_tick_that_the_rule_gives():
    market = _market(
        ["MARUTI"], tick_size_of=lambda close, on: 100 if close > 1_000_000 else 5, with_index=False
    )
    updates = [update for moment in market.moments() for update in moment.updates]

    assert market.instruments[0].tick_size == 100
    assert all(update.last_price % 100 == 0 for update in updates)
    assert all(level.price % 100 == 0 for update in updates for level in (*update.bids, *update.asks))
    assert all(update.asks[0].price > update.bids[0].price for update in updates if update.bids)


def test_density_follows_the_setting():
    sparse, dense = (
        sum(len(moment.updates) for moment in _market(updates_per_minute=rate, with_index=False).moments())
        for rate in (6, 30)
    )

    assert 4 * sparse < dense < 6 * sparse
    assert 5_000 < dense < 20_000


@pytest.mark.parametrize("rate", [3, 61])
def test_other_densities_are_refused(rate):
    with pytest.raises(ValueError, match="4 to 60"):
        _market(updates_per_minute=rate)


@pytest.mark.parametrize("symbol", ["reliance", "NIFTY", "", "WAYTOOLONGFORASYMBOLNAME"])
def test_what_cannot_be_a_share_is_refused(symbol):
    with pytest.raises(UnknownInstrumentError):
        _market([symbol])


def test_all_have_enough_history(long_market):
    assert len(long_market.eligible(1000 * 15)) == 11
    assert long_market.eligible(10**6) == ()


def test_activity_is_a_u_over_the_day(histories, long_market):
    volumes = np.zeros(360)
    ranges = np.zeros(360)
    for share in long_market.instruments[:-1]:
        candles = [c for c in histories[share.key] if f"{datetime_of(c.start_ms):%H:%M}" < "15:15"]
        volumes += np.array([c.volume for c in candles]).reshape(-1, 360).mean(axis=0)
        ranges += np.array([(c.high - c.low) / c.open for c in candles]).reshape(-1, 360).mean(axis=0)

    for shape in (volumes, ranges):
        assert shape[:15].mean() > 1.3 * shape[150:210].mean()
        assert shape[-15:].mean() > 1.1 * shape[150:210].mean()


def _returns(candles) -> np.ndarray:
    at_quarter = {c.start_ms: c.close for c in candles if c.start_ms % 900_000 == 0}
    times = sorted(at_quarter)
    return np.diff(np.log([at_quarter[at] for at in times]))[:1000]


def test_shares_follow_the_market(histories, long_market):
    market = _returns([c for c in histories[INDEX] if f"{datetime_of(c.start_ms):%H:%M}" <= "15:00"])

    for share in long_market.instruments[:-1]:
        own = _returns([c for c in histories[share.key] if f"{datetime_of(c.start_ms):%H:%M}" <= "15:00"])
        assert 0.1 < np.corrcoef(market, own)[0, 1] < 0.95


def test_tails_are_fat_and_days_move_a_percent_or_two(histories, long_market):
    for share in long_market.instruments[:-1]:
        closes = np.array([c.close for c in histories[share.key]], dtype=float)
        minutes = np.diff(np.log(closes))
        daily = np.diff(np.log(closes[360::361]))
        assert np.mean((minutes - minutes.mean()) ** 4) / minutes.var() ** 2 > 4
        assert 0.005 < daily.std() < 0.04


def test_there_are_trends_up_and_down(histories, long_market):
    week = [
        histories[share.key][-1].close / histories[share.key][-5 * 361].close - 1
        for share in long_market.instruments[:-1]
    ]

    assert max(week) > 0.015
    assert min(week) < -0.015


def test_the_daemons_builder_makes_the_same_candles():
    market = _market(seed=2, with_index=False)
    key = market.instruments[0].key
    builder = CandleBuilder()
    builder.start_day(SHORT_PLAN.today.opens_at_ms, SHORT_PLAN.today.continuous[-1].end_ms)
    built = []
    for moment in market.moments():
        for update in moment.updates:
            built += builder.add(Tick(key, update.last_price, update.traded_at_ms, update.day_volume))
        built += builder.close_until(moment.at_ms)
    minutes = [candle for length_s, candle in built if length_s == 60]
    expected = market.day_candles(key).candles()

    assert [minute[:5] for minute in minutes] == [candle[:5] for candle in expected]
    assert minutes[1:] == list(expected[1:])
    assert builder.late_ticks == 0


def _directions(market: GeneratedMarket, key: str) -> set[str]:
    """Directions in which trend, momentum and strength agreed at some 15-minute close of the day."""
    day = market.day_candles(key)
    history = market.history(key, market._plan.earlier[0].on, DEFAULT_DAY)
    minutes = [(c.start_ms, c.close) for c in (*history, *day.candles())]
    closes = {start_ms // 900_000: close / 100 for start_ms, close in minutes}  # the last one counts
    prices = np.array(list(closes.values()))
    trend = talib.EMA(prices, 200)
    momentum, signal, _ = talib.MACD(prices)
    strength = talib.RSI(prices, 14)
    today = np.array(list(closes)) >= day.start_ms[0] // 900_000
    up = (prices > trend) & (momentum > signal) & (strength > 50) & (strength < 70)
    down = (prices < trend) & (momentum < signal) & (strength < 50) & (strength > 30)
    return {name for name, agreed in (("long", up), ("short", down)) if (agreed & today).any()}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_usual_seed_has_reasons_to_buy_and_to_sell(seed):
    market = GeneratedMarket(weekday_plan(DEFAULT_DAY), seed=seed)

    assert set().union(*(_directions(market, share.key) for share in market.instruments[:-1])) == {
        "long",
        "short",
    }


# --- the volatility index -----------------------------------------------------------------------------------

VOLATILITY = "NSE_INDEX|India VIX"


def _closes_by_day(market, key):
    candles = market.history(key, market._plan.earlier[0].on, DEFAULT_DAY)
    return {datetime_of(candle.start_ms).date(): candle.close for candle in candles}


def test_the_volatility_index_is_listed_only_where_it_is_asked_for(long_market):
    assert VOLATILITY not in [one.key for one in long_market.instruments]
    assert _market(with_volatility=True).instruments[-1].key == VOLATILITY


def test_listing_the_volatility_index_changes_nothing_else():
    plain, watched = _market(), _market(with_volatility=True)

    for key in [one.key for one in plain.instruments]:
        assert (plain.day_candles(key).close == watched.day_candles(key).close).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_volatility_index_rises_when_the_market_falls_and_stays_in_its_range(seed):
    market = GeneratedMarket(weekday_plan(DEFAULT_DAY), symbols=["TCS"], seed=seed, with_volatility=True)
    fear, index = (list(_closes_by_day(market, key).values()) for key in (VOLATILITY, INDEX))

    together = np.corrcoef(np.diff(np.log(fear)), np.diff(np.log(index)))[0, 1]
    assert -0.95 < together < -0.4
    assert 700 < min(fear) < max(fear) < 3_500


def test_the_volatility_index_is_the_same_for_the_same_seed_and_another_for_another():
    one, same, other = (_market(seed=seed, with_volatility=True) for seed in (1, 1, 2))

    closes = [market.day_candles(VOLATILITY).close.tolist() for market in (one, same, other)]
    assert closes[0] == closes[1] != closes[2]
