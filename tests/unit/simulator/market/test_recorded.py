import itertools
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_bot.domain.ist import datetime_of
from trading_bot.simulator.market import RecordedMarket, open_market
from trading_bot.simulator.market.recorded import arrival_times
from trading_bot.simulator.venue.contracts import Level

ON = date(2026, 1, 6)
LINES = [
    "ts,ltp,cum_volume",
    "2026-01-05 15:29:30,99.00,50",
    "2026-01-06 09:15:05,100.00,10",
    "2026-01-06 09:15:04,100.05,8",
    "2026-01-06 09:15:04,100.05,8",
    "2026-01-06 09:15:06,100.10,30",
]


@pytest.fixture
def market(tmp_path) -> RecordedMarket:
    (tmp_path / "ACME.csv").write_text("\n".join(LINES), encoding="utf-8")
    return open_market(tmp_path, ON)


def test_defects_arrive_as_they_were_recorded(market):
    context, *moments = market.moments()
    trades = [moment.updates[0] for moment in moments]

    assert [trade.last_price for trade in trades] == [10000, 10005, 10005, 10010]
    assert [trade.day_volume for trade in trades] == [10, 8, 8, 30]
    assert [f"{datetime_of(trade.traded_at_ms):%S}" for trade in trades] == ["05", "04", "04", "06"]
    assert f"{datetime_of(context.at_ms):%H:%M:%S}" == "09:14:50"
    assert context.updates[0].last_price == 9900


def test_the_same_day_comes_again(market):
    assert list(market.moments()) == list(market.moments())


def test_history_is_gathered_from_earlier_days(market):
    key = market.instruments[0].key

    assert [candle.volume for candle in market.history(key, date(2026, 1, 1), ON)] == [50]
    assert market.eligible(1) == ("ACME",)


def test_recorded_quotes_stand_at_the_top_of_the_depth(tmp_path):
    (tmp_path / "ACME.csv").write_text(
        "ts,ltp,cum_volume,ltq,bid,bid_qty,ask,ask_qty\n2026-01-06 09:15:05.250,100,10,3,99.95,4,100.05,6\n",
        encoding="utf-8",
    )
    _, moment = open_market(tmp_path, ON).moments()

    assert moment.updates[0].bids[0] == Level(9995, 4)
    assert moment.updates[0].asks[0] == Level(10005, 6)
    assert len(moment.updates[0].bids) == 5
    assert moment.updates[0].last_quantity == 3


@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=60),
    st.integers(0, 9),
    st.sampled_from([1000, 1, 250]),
)
def test_arrival_keeps_the_order_and_never_precedes_the_trade(steps, phase, unit):
    ts_ms = np.array(steps, dtype=np.int64) * unit
    at_ms = arrival_times(ts_ms, phase * 100)

    assert (np.diff(at_ms) > 0).all()
    assert (at_ms >= ts_ms).all()


def test_ticks_of_one_second_arrive_within_it():
    at_ms = arrival_times(np.array([5000, 5000, 5000, 6000]), 900)

    assert at_ms.tolist()[:3] == [5799, 5899, 5999]
    assert at_ms[3] == 6900


def test_a_real_day_is_complete_and_in_order(shared_data):
    market = open_market(shared_data / "ticks/2021", date(2021, 4, 13), symbols=["RELIANCE", "NIFTY"])
    _, *moments = market.moments()
    reliance = [u for m in moments for u in m.updates if u.instrument_key == market.instruments[0].key]
    recorded = market._folder.ticks("RELIANCE", market.on)

    assert [u.last_price for u in reliance] == recorded.price.tolist()
    assert [u.traded_at_ms for u in reliance] == recorded.ts_ms.tolist()
    assert all(a.at_ms < b.at_ms for a, b in itertools.pairwise(moments))
    assert "RELIANCE" in market.eligible(375 * 6)
