"""Declared policies through the engine, against a plain loop."""

from decimal import Decimal

import pytest

from tests.fakes.declared import DECLARED, declared_run
from tests.fakes.plain_engine import plain_crossing
from tests.fakes.walks import walk
from trading_bot.backtest.sweeps.policy import CASH
from trading_bot.domain.ist import MS_PER_MINUTE
from trading_bot.engine.rebuild import rebuilt_book
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


def test_the_journal_alone_gives_the_same_book():
    """V17: only book events are journaled, and they are enough."""
    run = declared_run({"A": walk(3, 1_500)})

    book, _ = rebuilt_book(run.rows)

    assert book.positions == run.core.state.book.positions
    assert book.trades == run.core.state.book.trades
    assert book.orders == run.core.state.book.orders
