"""Declared policies through the engine, against a plain loop."""

import json
from decimal import Decimal

import pytest

from tests.fakes.declared import DECLARED, declared_run
from tests.fakes.plain_engine import plain_crossing
from tests.fakes.walks import START_MS, walk
from trading_bot.backtest.sweeps.policy import CASH
from trading_bot.domain.ist import MS_PER_MINUTE
from trading_bot.domain.market_data import Candle
from trading_bot.engine.inputs import BarsClosed
from trading_bot.engine.rebuild import rebuilt_book
from trading_bot.risk.overlays.settings import CircuitSettings, OverlaySettings
from trading_bot.strategies.ema_cross_settings import EmaCrossSettings


def in_rupees(rows):
    return [tuple(price / 100 for price in row[1:]) for row in rows]


def ended(run, name="A"):
    sells = sum(1 for fill in run.fills if fill.side.sign < 0)
    return sells, run.held.get(f"NSE_EQ|{name}", 0)


@pytest.mark.parametrize("seed", range(5))
def test_one_share_comes_to_the_same_as_a_plain_loop(seed):
    rows = walk(seed, 4_000)

    run = declared_run({"A": rows})

    plain = plain_crossing(in_rupees(rows))
    assert plain.trades > 10
    assert ended(run) == (plain.trades, plain.held)
    assert float(run.flow) == pytest.approx(plain.flow, abs=1e-6)


def test_shares_beside_each_other_come_to_the_sum_of_each_alone():
    series = {name: walk(number, 2_000) for number, name in enumerate("ABC")}
    series["B"] = [row for row in series["B"] if row[0] // MS_PER_MINUTE % 7]  # with gaps

    run = declared_run(series)

    plains = [plain_crossing(in_rupees(rows)) for rows in series.values()]
    assert sum(1 for fill in run.fills if fill.side.sign < 0) == sum(plain.trades for plain in plains)
    assert float(run.flow) == pytest.approx(sum(plain.flow for plain in plains), abs=1e-6)


@pytest.mark.parametrize(("fast", "slow"), [(5, 13), (9, 40), (30, 31)])
def test_other_lengths_come_to_the_same_as_well(fast, slow):
    rows = walk(7, 3_000)

    run = declared_run({"A": rows}, settings=EmaCrossSettings(fast=fast, slow=slow, ignored=0))

    plain = plain_crossing(in_rupees(rows), fast=fast, slow=slow, ignored=0)
    assert ended(run) == (plain.trades, plain.held)
    assert float(run.flow) == pytest.approx(plain.flow, abs=1e-6)


def test_a_margin_to_price_limits_denies_nothing_where_there_are_none():
    rows = walk(3, 1_500)
    circuits = CircuitSettings(band_margin=0.01)
    risk = DECLARED.model_copy(update={"overlays": OverlaySettings(circuits=circuits)})

    assert declared_run({"A": rows}, risk=risk).fills == declared_run({"A": rows}).fills != []


def test_what_is_ordered_at_the_last_close_never_fills():
    rows = walk(1, 4_000)
    first = declared_run({"A": rows})
    last = next(number for number, row in enumerate(rows) if row[0] == first.fills[-1].filled_at_ms)

    cut = declared_run({"A": rows[:last]})

    assert len(cut.fills) == len(first.fills) - 1


def test_equity_values_what_is_held_at_its_newest_close():
    rows = walk(2, 1_500)

    run = declared_run({"A": rows})

    held = run.held["NSE_EQ|A"]
    assert run.equity == CASH + run.flow + held * Decimal(rows[-1][4]) / 100


def test_a_day_of_the_book_ends_although_each_break_brings_an_order():
    rows = walk(1, 3_000)
    limits = DECLARED.limits.model_copy(update={"max_trades_per_symbol_per_day": 200})
    exits = DECLARED.exits.model_copy(update={"atr_stop_multiple": 20.0})  # no stop: crossings alone
    risk = DECLARED.model_copy(update={"limits": limits, "exits": exits})

    run = declared_run({"A": rows}, settings=EmaCrossSettings(fast=2, slow=3, ignored=0), risk=risk)

    plain = plain_crossing(in_rupees(rows), fast=2, slow=3, ignored=0, multiple=20.0)
    assert plain.trades > 300
    assert ended(run) == (plain.trades, plain.held)


def days_of(run):
    return [json.loads(row.payload)["on"] for row in run.rows if row.kind == "day_started"]


def test_a_busy_date_becomes_several_days_of_the_book_and_the_same_trades():
    series = {name: walk(number, 300) for number, name in enumerate("ABCDEF")}

    run = declared_run(series, settings=EmaCrossSettings(fast=2, slow=3, ignored=0))

    plains = [plain_crossing(in_rupees(rows), fast=2, slow=3, ignored=0) for rows in series.values()]
    days = days_of(run)
    assert len(days) > 5
    assert days == sorted(set(days))
    assert sum(1 for fill in run.fills if fill.side.sign < 0) == sum(plain.trades for plain in plains)
    assert float(run.flow) == pytest.approx(sum(plain.flow for plain in plains), abs=1e-6)


def test_a_date_stays_whole_where_longer_candles_form():
    rows = [(START_MS + number * MS_PER_MINUTE, *row[1:]) for number, row in enumerate(walk(4, 900))]

    run = declared_run({"A": rows}, settings=EmaCrossSettings(fast=2, slow=3, ignored=0, timeframe_s=180))

    assert len(run.fills) > 40
    assert days_of(run) == ["2024-01-01", "2024-01-02"][: len(days_of(run))]


def test_what_strategies_say_is_not_kept_where_nobody_records_it():
    run = declared_run({"A": walk(1, 300)})
    last = BarsClosed(
        at_ms=run.core.state.now_ms + MS_PER_MINUTE,
        timeframe_s=60,
        bars=(("NSE_EQ|A", Candle(run.core.state.now_ms, 100_000, 100_005, 99_995, 100_000, None)),),
    )

    assert run.core.step(last).traces == ()
    run.core.state.keeps_traces = True
    assert len(run.core.step(last.stamped(last.at_ms + 1)).traces) == 1


def test_the_journal_alone_gives_the_same_book():
    """V17: only book events are journaled, and they are enough."""
    run = declared_run({"A": walk(3, 1_500)})

    book, _ = rebuilt_book(run.rows)

    assert book.positions == run.core.state.book.positions
    assert book.trades == run.core.state.book.trades
    assert book.orders == run.core.state.book.orders
