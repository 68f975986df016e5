import itertools
from datetime import date

import pytest

from trading_bot.domain.errors import HistoryError, UnknownInstrumentError
from trading_bot.domain.ist import datetime_of
from trading_bot.simulator.market import CandleMarket, open_market

ON = date(2026, 1, 6)
LINES = [
    "ts,open,high,low,close,volume",
    "2026-01-05 15:29:00,99.00,99.00,99.00,99.00,7",
    "2026-01-06 09:15:00,100.00,101.00,99.50,100.50,1000",
    "2026-01-06 09:16:00,100.50,100.60,100.40,100.55,2",
    "2026-01-06 09:17:00,100.55,100.55,100.55,100.55,0",
    "2026-01-06 15:29:00,100.55,100.55,100.55,100.55,10",
]


@pytest.fixture
def market(tmp_path) -> CandleMarket:
    (tmp_path / "ACME.csv").write_text("\n".join(LINES), encoding="utf-8")
    (tmp_path / "NIFTY.csv").write_text(
        "ts,open,high,low,close\n2026-01-06 09:15:00,250.5,251,250,250.25\n"
        "2026-01-06 09:16:00,250,250,250,250\n",
        encoding="utf-8",
    )
    return open_market(tmp_path, ON, seed=3)


def test_the_day_keeps_its_candles_except_a_minute_without_trades(market, rebuilt):
    key = market.instruments[0].key
    candles = rebuilt(market.moments(), key)

    assert [candle[1:] for candle in candles] == [
        (10000, 10100, 9950, 10050, 1000),
        (10050, 10060, 10040, 10055, 2),
        (10055, 10055, 10055, 10055, 10),
    ]


def test_the_day_begins_with_the_previous_close(market):
    first = next(iter(market.moments()))

    assert f"{datetime_of(first.at_ms):%H:%M:%S}" == "09:14:50"
    assert first.updates[0].last_price == 9900
    assert f"{datetime_of(first.updates[0].traded_at_ms):%d %H:%M:%S}" == "05 15:29:59"


def test_without_an_earlier_session_the_first_price_stands_in(market):
    assert market.previous_close("NSE_INDEX|Nifty 50") == 25050


def test_each_call_gives_the_same_day(market):
    assert list(market.moments()) == list(market.moments())


def test_another_seed_gives_another_path(tmp_path, market):
    assert list(open_market(tmp_path, ON, seed=4).moments()) != list(market.moments())


def test_moments_ascend_and_come_after_their_trades(market):
    moments = list(market.moments())

    assert all(a.at_ms < b.at_ms for a, b in itertools.pairwise(moments))
    assert all(update.traded_at_ms <= moment.at_ms for moment in moments for update in moment.updates)


def test_an_index_has_neither_volume_nor_depth(market):
    updates = [u for m in market.moments() for u in m.updates if u.instrument_key == "NSE_INDEX|Nifty 50"]

    assert {(u.day_volume, u.last_quantity, u.bids, u.asks) for u in updates} == {(0, 0, (), ())}


def test_history_ends_before_the_day(market):
    key = market.instruments[0].key

    assert [candle.close for candle in market.history(key, date(2026, 1, 1), ON)] == [9900]
    assert market.eligible(1) == ("ACME",)
    assert market.eligible(2) == ()


def test_without_a_date_the_last_day_is_opened(tmp_path, market):
    assert open_market(tmp_path).on == ON


def test_a_day_or_a_symbol_that_is_not_there_is_refused(tmp_path, market):
    with pytest.raises(HistoryError, match="not in the data"):
        open_market(tmp_path, date(2026, 3, 1))
    with pytest.raises(UnknownInstrumentError, match="OTHER"):
        open_market(tmp_path, ON, symbols=["OTHER"])


def test_a_symbol_without_that_day_is_refused_with_its_days(tmp_path, market):
    with pytest.raises(HistoryError, match=r"no rows of 2026-01-05 for 'NIFTY'; it has 1 days"):
        open_market(tmp_path, date(2026, 1, 5), symbols=["NIFTY"])


def test_an_instrument_with_a_symbol_of_its_own_keeps_its_history(tmp_path, market):
    (tmp_path / "instruments.csv").write_text("name,symbol\nACME,ACME LTD\n", encoding="utf-8")
    renamed = open_market(tmp_path, ON, symbols=["ACME LTD"])

    assert renamed.instruments[0].symbol == "ACME LTD"
    assert renamed.previous_close(renamed.instruments[0].key) == 9900
    assert renamed.eligible(1) == ("ACME LTD",)


def test_the_description_says_what_was_made_up(market):
    assert "1-minute candles of 2026-01-06" in market.description
    assert "made up" in market.description


def test_a_real_day_keeps_every_candle(shared_data, rebuilt):
    market = open_market(
        shared_data / "nse_1min/2016_kite", date(2016, 9, 1), symbols=["RELIANCE", "SBIN"], ticks_per_minute=6
    )
    moments = list(market.moments())

    for instrument in market.instruments:
        expected = market._folder.minute_candles(instrument.symbol, market.on, market.on).candles()
        assert rebuilt(moments, instrument.key) == tuple(c for c in expected if c.volume or c.high != c.low)
    assert sum(len(moment.updates) for moment in moments) <= 2 * (2250 + 1)
