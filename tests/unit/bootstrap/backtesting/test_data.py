"""Which days and prices of a history a run gets, and what it is told about them."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from trading_bot.adapters.history import open_history, open_warm_up
from trading_bot.adapters.history.series_key import SeriesKey
from trading_bot.adapters.history.store import open_store
from trading_bot.adapters.history.store.market_caps import MarketCap, keep_market_cap
from trading_bot.adapters.market_rules import load_corporate_actions
from trading_bot.bootstrap.backtesting.data import chosen_data, data_text
from trading_bot.bootstrap.backtesting.largest import largest_of
from trading_bot.bootstrap.backtesting.price_scale import brought_to, brought_with_warm_up, warm_up_doubts
from trading_bot.bootstrap.backtesting.trading_days import days_between, playable
from trading_bot.domain.candles.arrays import CandleArrays
from trading_bot.domain.errors import HistoryError
from trading_bot.domain.ist import midnight_ms
from trading_bot.domain.rules.provenance import Adjustment, Provenance
from trading_bot.settings.options import BacktestOptions
from trading_bot.simulator.market import open_market

BEFORE, AFTER = date(2017, 9, 6), date(2017, 9, 7)
"""The first day of RELIANCE without its bonus of one for one is the later one."""


def flat(days, price=100_000):
    starts = np.array([midnight_ms(day) + 33_300_000 + 60_000 * minute for day in days for minute in (0, 1)])
    column = np.full(starts.size, price, dtype=np.int64)
    return CandleArrays(starts, column, column, column, column, column)


@pytest.fixture
def stored(tmp_path):
    """A store of minutes on two days, of symbols with the adjustment that their source states."""

    def fill(days=(BEFORE, AFTER), **adjustments):
        path = tmp_path / "history.db"
        store = open_store(path)
        for symbol, adjustment in adjustments.items():
            origin = Provenance(source="a broker", adjustment=adjustment)
            store.put(SeriesKey(symbol=symbol, interval_s=60, origin=origin), flat(days))
        store.close()
        return open_history(path)

    return fill


def closes(history, symbol):
    return history.candles(symbol).close.tolist()


# --- prices -------------------------------------------------------------------------------------------------


def test_prices_as_traded_lose_a_bonus_that_is_on_record(stored):
    history = stored(RELIANCE=Adjustment.NONE)

    adjusted, told = brought_to(history, ("RELIANCE",), AFTER)

    assert closes(adjusted, "RELIANCE") == [50_000, 50_000, 100_000, 100_000]
    assert told == ("Splits and bonuses are taken out of the prices of RELIANCE, as of 2017-09-07.",)
    assert adjusted.origin("RELIANCE").adjusted_as_of == AFTER


@pytest.mark.parametrize("adjustment", [Adjustment.SPLITS, Adjustment.UNKNOWN])
def test_prices_that_are_not_as_traded_stay_as_they_are(stored, adjustment):
    """Fault 107: what is adjusted already is not adjusted twice."""
    history = stored(RELIANCE=adjustment)

    assert brought_to(history, ("RELIANCE",), AFTER) == (history, ())


def test_days_without_a_bonus_between_them_need_no_word(stored):
    history = stored(RELIANCE=Adjustment.NONE)

    assert brought_to(history, ("RELIANCE",), BEFORE) == (history, ())


def test_where_not_every_split_is_on_record_none_is_taken_out_and_that_is_told(stored):
    history = stored(ACME=Adjustment.NONE, RELIANCE=Adjustment.NONE)

    adjusted, told = brought_to(history, ("ACME", "RELIANCE"), AFTER)

    assert closes(adjusted, "ACME") == [100_000] * 4
    assert closes(adjusted, "RELIANCE")[0] == 50_000
    assert told[0].startswith("Prices as traded of ACME: not all of their splits and bonuses are on record")


def test_the_series_that_were_taken_are_named(stored):
    history = stored(ACME=Adjustment.NONE, BETA=Adjustment.SPLITS, GAMMA=Adjustment.NONE)

    assert data_text(history, ("ACME", "GAMMA")) == f"{history.path}#a broker/none/1m"
    assert data_text(history, history.symbols).endswith("#a broker/none/1m #a broker/splits/1m")


# --- days before, in a folder beside it ---------------------------------------------------------------------


@pytest.fixture
def folders(tmp_path):
    """A folder of minutes with its own warm-up beside it."""

    def fill(name, day, price, adjustment="none", symbol="RELIANCE"):
        path = tmp_path / name
        path.mkdir(exist_ok=True, parents=True)
        rows = [f"{day} 09:{minute},{price},{price},{price},{price},10" for minute in (15, 16)]
        (path / f"{symbol}.csv").write_text("\n".join(["ts,open,high,low,close,volume", *rows]))
        (path / "provenance.toml").write_text(f'adjustment = "{adjustment}"')
        return open_history(tmp_path / "prices")

    return fill


def warm_up_closes(history, symbol="RELIANCE"):
    return open_warm_up(history).candles(symbol, BEFORE, AFTER).close.tolist()


def test_a_bonus_between_the_folder_and_its_warm_up_is_taken_out(folders):
    """Fault 107: the day before the bonus traded at twice the price."""
    folders("prices", AFTER, 500)
    history = folders("prices/history", BEFORE, 1000)

    brought = brought_with_warm_up(history, ("RELIANCE",), AFTER)

    assert warm_up_closes(history) == [100_000, 100_000, 50_000, 50_000]
    assert warm_up_closes(brought.history) == [50_000] * 4
    assert brought.told == ("Splits and bonuses are taken out of the prices of RELIANCE, as of 2017-09-07.",)
    brought.require_one_scale()


@pytest.mark.parametrize(
    ("ours", "earlier"), [("splits", "none"), ("unknown", "unknown"), ("none", "splits")]
)
def test_warm_up_on_another_scale_is_refused_with_the_way_out(folders, ours, earlier):
    """What is not stated to be as traded on both sides cannot be taken out by the record."""
    folders("prices", AFTER, 500, ours)
    history = folders("prices/history", BEFORE, 1000, earlier)

    brought = brought_with_warm_up(history, ("RELIANCE",), AFTER)

    with pytest.raises(HistoryError) as refused:
        brought.require_one_scale()
    text = str(refused.value)
    assert f"RELIANCE closes {BEFORE} at 1,000.00" in text
    assert f"opens {AFTER} at 500.00" in text
    assert "fix: take both from one source" in text
    assert "--accept-defects" in text


def test_a_split_that_is_not_on_record_is_seen_in_the_prices(folders):
    folders("prices", AFTER, 500, symbol="ACME")
    history = folders("prices/history", BEFORE, 1000, symbol="ACME")

    brought = brought_with_warm_up(history, ("ACME",), AFTER)

    assert brought.told[0].startswith("Prices as traded of ACME: not all")
    assert list(brought.off_scale) == ["ACME"]


def test_a_day_that_both_have_tells_even_a_small_bonus(folders):
    folders("prices", AFTER, 910, "splits")
    history = folders("prices/history", AFTER, 1000, "splits")

    assert (
        f"closes {AFTER} at 1,000.00"
        in brought_with_warm_up(history, ("RELIANCE",), AFTER).off_scale["RELIANCE"]
    )


def test_a_fall_that_is_no_split_is_no_reason_to_refuse(folders):
    folders("prices", AFTER, 880, "splits")
    history = folders("prices/history", BEFORE, 1000, "splits")

    assert not brought_with_warm_up(history, ("RELIANCE",), AFTER).off_scale


@pytest.mark.parametrize("symbol", ["NIFTY17SEP9800CE", "NIFTY"])
def test_what_cannot_be_split_may_halve_over_night(folders, tmp_path, symbol):
    folders("prices", AFTER, 500, symbol=symbol)
    folders("prices/history", BEFORE, 1000, symbol=symbol)
    listed = (
        f"{symbol},{symbol},NSE_FO|1,5,50,1800" if "CE" in symbol else f"{symbol},{symbol},NSE_INDEX|N,5,1,1"
    )
    columns = "name,symbol,instrument_key,tick_size_paise,lot_size,freeze_quantity"
    (tmp_path / "prices" / "instruments.csv").write_text(f"{columns}\n{listed}\n")

    history = open_history(tmp_path / "prices")

    assert not brought_with_warm_up(history, (symbol,), AFTER).off_scale


def test_a_backtest_is_refused_unless_it_insists(folders, tmp_path, market_rules):
    folders("prices", AFTER, 500, "splits")
    folders("prices/history", BEFORE, 1000, "none")
    insisting = BacktestOptions(data=tmp_path / "prices", accept_defects=True)

    chosen = chosen_data(insisting, market_rules, tmp_path / "history.db")

    assert "RELIANCE closes 2017-09-06 at 1,000.00" in chosen.defects[-1]
    with pytest.raises(HistoryError, match="a split or bonus lies between"):
        chosen_data(replace(insisting, accept_defects=False), market_rules, tmp_path / "history.db")


def test_a_replay_is_warned_of_days_on_another_scale(folders, tmp_path):
    """It is not refused: it is a rehearsal."""
    folders("prices", AFTER, 500, "splits")
    assert warm_up_doubts(tmp_path / "prices", (), None) == ()
    folders("prices/history", BEFORE, 1000, "none")

    (doubt,) = warm_up_doubts(tmp_path / "prices", ("reliance",), None)

    assert "RELIANCE closes 2017-09-06 at 1,000.00" in doubt
    assert doubt.endswith("indicators open on the wrong prices")


def test_a_replayed_day_opens_on_days_of_its_own_shares(folders, tmp_path):
    folders("prices", AFTER, 500)
    folders("prices/history", BEFORE, 1000)

    market = open_market(tmp_path / "prices", AFTER, actions=load_corporate_actions())

    (share,) = market.instruments
    assert market.previous_close(share.key) == 50_000


def test_ticks_of_days_before_a_bonus_are_brought_to_the_day_as_well(tmp_path):
    rows = [f"{BEFORE} 09:15:00,1000,10,999,1,1001,3", f"{AFTER} 09:15:00,500,10,499,1,501,3"]
    columns = "ts,ltp,cum_volume,bid,bid_qty,ask,ask_qty"
    (tmp_path / "RELIANCE.csv").write_text("\n".join([columns, *rows]))
    (tmp_path / "provenance.toml").write_text('adjustment = "none"')

    history, _ = brought_to(open_history(tmp_path), ("RELIANCE",), AFTER)

    assert history.minute_candles("RELIANCE", BEFORE, AFTER).close.tolist() == [50_000, 50_000]
    before = history.ticks("RELIANCE", BEFORE)
    assert [before.bid[0], before.ask[0], before.ask_quantity[0], before.day_volume[0]] == [
        49_950,
        50_050,
        6,
        20,
    ]


# --- days ---------------------------------------------------------------------------------------------------


def test_days_of_a_range_hold_both_ends(stored):
    days = (date(2017, 9, 4), date(2017, 9, 5), BEFORE, AFTER)
    history = stored(days, ACME=Adjustment.NONE)

    assert days_between(history, ("ACME",), date(2017, 9, 5), BEFORE) == days[1:3]
    assert days_between(history, ("ACME",), None, None) == days
    with pytest.raises(HistoryError, match="no trading day from 2018-01-01 to 2017-09-07; the data goes"):
        days_between(history, ("ACME",), date(2018, 1, 1), None)


def test_days_that_cannot_be_played_are_counted_by_their_reason(market_rules):
    asked = (
        date(1999, 12, 30),
        date(1999, 12, 31),
        date(2017, 9, 8),
        date(2017, 9, 9),
        date(2017, 9, 11),
        date(2017, 10, 2),
    )

    played, left_out = playable(market_rules.calendar, asked, "a folder")

    assert played == (date(2017, 9, 8), date(2017, 9, 11))
    assert [(one.days, one.first, one.last) for one in left_out] == [
        (2, date(1999, 12, 30), date(1999, 12, 31)),
        (2, date(2017, 9, 9), date(2017, 10, 2)),
    ]
    assert "outside of the calendar, which covers 2000-01-03 to" in str(left_out[0])
    assert str(left_out[1]).endswith("2017-10-02: the exchange was closed, by the calendar")


def test_a_special_session_whose_hours_nobody_knows_is_left_out(market_rules):
    calendar = market_rules.calendar
    unknown = next(
        day
        for day in calendar.trading_days(calendar.first_covered, date(2010, 1, 1))
        if calendar.special_session(day) and calendar.special_session(day).hours == "unknown"
    )

    played, left_out = playable(calendar, (unknown, BEFORE), "a folder")

    assert played == (BEFORE,)
    assert [str(one) for one in left_out] == [
        f"1 day {unknown}: a special session at hours that are not on record"
    ]


def test_where_no_day_is_left_the_calendar_and_the_way_out_are_named(market_rules):
    with pytest.raises(HistoryError) as refused:
        playable(market_rules.calendar, (date(2030, 1, 1), date(2030, 1, 2)), "a folder")

    text = str(refused.value)
    assert "a folder: no day is left to play" in text
    assert "2 days from 2030-01-01 to 2030-01-02: outside of the calendar" in text
    assert "take days from 2000-01-03 to 2026-12-31" in text


# --- the largest --------------------------------------------------------------------------------------------


def worth(history, *rows):
    store = open_store(Path(history.path))
    for symbol, as_of, rupees in rows:
        keep_market_cap(store, MarketCap(symbol, as_of, rupees, "yahoo", 1))
    store.close()


def test_the_largest_are_those_of_before_the_first_day(stored):
    history = stored(ACME=Adjustment.NONE, BETA=Adjustment.NONE, GAMMA=Adjustment.NONE)
    early, late = date(2017, 9, 1), date(2020, 1, 1)
    worth(history, ("ACME", early, 5), ("BETA", early, 9), ("GAMMA", early, 7), ("ACME", late, 100))

    chosen, text, is_late = largest_of(history, history.symbols, 2, None, history.path)

    assert chosen == ("BETA", "GAMMA")
    assert text == "Chosen: the 2 largest of 3 symbols by market capitalisation as of 2017-09-01."
    assert not is_late


def test_figures_of_later_days_choose_survivors_and_that_is_told(stored):
    history = stored(ACME=Adjustment.NONE, BETA=Adjustment.NONE)
    worth(history, ("ACME", date(2020, 1, 1), 5))

    chosen, text, is_late = largest_of(history, history.symbols, 2, None, history.path)

    assert chosen == ("ACME",)
    assert "as of 2020-01-01 (no more are known, 2 were asked for), which is not before the first day" in text
    assert "flattered" in text
    assert is_late


def test_a_figure_of_the_first_day_itself_was_not_known_when_it_began(stored):
    """V12: it is made of that day's prices."""
    history = stored(ACME=Adjustment.NONE, BETA=Adjustment.NONE)
    worth(history, ("ACME", BEFORE, 9), ("BETA", date(2017, 9, 5), 5))

    chosen, text, is_late = largest_of(history, history.symbols, 1, None, history.path)

    assert chosen == ("BETA",)
    assert "as of 2017-09-05" in text
    assert not is_late


def test_without_a_store_of_figures_it_is_told_how_to_get_them(stored, tmp_path):
    """Prices of a folder need no store; `--data` would not help."""
    history = stored(ACME=Adjustment.NONE)

    with pytest.raises(HistoryError) as refused:
        largest_of(history, history.symbols, 2, None, tmp_path / "none.db")

    assert "so --largest cannot choose: see `download --market-caps`" in str(refused.value)
    assert "--data" not in str(refused.value)


def test_without_any_figure_nothing_is_chosen(stored):
    history = stored(ACME=Adjustment.NONE)

    with pytest.raises(HistoryError, match=r"no market capitalisation.*download --market-caps"):
        largest_of(history, history.symbols, 2, None, history.path)
