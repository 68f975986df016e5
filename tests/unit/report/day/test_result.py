from decimal import Decimal

import pytest

from tests.fakes.engine_driver import KEY, PRICE, EngineDriver
from tests.fakes.scripted_day import (
    candles,
    end_day,
    facts,
    flat_fee,
    net_of,
    result_of,
    rows_of,
    whole_day,
)
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.domain.errors import UnknownInstrumentError
from trading_bot.report.day.charging import charger_of
from trading_bot.report.day.reading import day_record
from trading_bot.report.day.result import day_result


@pytest.fixture(scope="module")
def day():
    return whole_day()


@pytest.fixture(scope="module")
def schedule():
    return load_market_rules().charges


def cash_of(driver) -> int:
    return sum(-fill.side.sign * fill.value for fill in driver.fills)


def test_gross_is_the_cash_of_all_fills(day):
    assert result_of(day).gross == net_of(cash_of(day), "0")


def test_the_trades_net_results_add_up_to_the_days_to_the_paisa(day, schedule):
    result = result_of(day, charger=charger_of(schedule))

    assert sum(trade.net for trade in result.trades) == result.net
    assert result.net == net_of(cash_of(day), str(result.costs.total))


def test_each_kind_of_charge_is_allotted_whole(day, schedule):
    result = result_of(day, charger=charger_of(schedule))

    for kind, amount in result.costs.lines.items():
        assert sum(trade.charges[kind] for trade in result.trades) == amount


def test_each_executed_order_pays_one_brokerage_however_many_fills_it_has(day, schedule):
    result = result_of(day, charger=charger_of(schedule))

    assert result.costs.lines["brokerage"] == 4 * 20
    assert [trade.charges["brokerage"] for trade in result.trades] == [40, 40]


def test_an_open_position_is_valued_at_the_price_that_the_caller_knows():
    driver = EngineDriver()
    driver.enter()
    end_day(driver)

    result = result_of(driver, last_prices={KEY: PRICE + 100})

    assert result.gross == Decimal(35)
    assert result.net == Decimal(35 - 20 - 7)
    assert result.closed == ()
    assert result.win_rate is None


def test_an_open_position_is_else_valued_at_the_last_candle():
    driver = EngineDriver()
    driver.enter()
    record = day_record(rows_of(driver))

    result = day_result(
        record,
        facts(),
        instruments={KEY: driver.instrument},
        candles={KEY: candles(PRICE - 200)},
        charger=flat_fee,
    )

    assert result.gross == Decimal(-70)


def test_an_open_position_without_candles_is_valued_at_its_last_fill():
    driver = EngineDriver()
    driver.enter(price=PRICE + 30)
    record = day_record(rows_of(driver))

    result = day_result(record, facts(), instruments={KEY: driver.instrument}, candles={}, charger=flat_fee)

    assert result.gross == 0


def test_a_day_without_trades_has_a_result_of_nothing(schedule):
    driver = EngineDriver()
    end_day(driver)

    result = result_of(driver, charger=charger_of(schedule))

    assert (result.gross, result.net, result.max_drawdown) == (0, 0, 0)
    assert (result.win_rate, result.profit_factor) == (None, None)


def test_wins_over_losses_make_the_profit_factor(day):
    result = result_of(day)

    wins = [trade.net for trade in result.trades if trade.net > 0]
    losses = [trade.net for trade in result.trades if trade.net < 0]
    assert result.profit_factor == (-sum(wins) / sum(losses)).quantize(Decimal("0.01"))
    assert result.win_rate == 0.5


def test_an_instrument_that_nobody_knows_is_named(day):
    with pytest.raises(UnknownInstrumentError, match=r"NSE_EQ\|INE002A01018"):
        day_result(day_record(rows_of(day)), facts(), instruments={}, candles={}, charger=flat_fee)


def test_a_session_that_began_before_the_last_process_starts_with_its_day(day):
    record = day_record(rows_of(day))
    late = facts(started_at_ms=record.started_at_ms + 3_600_000)

    result = day_result(record, late, instruments={KEY: day.instrument}, candles={}, charger=flat_fee)

    assert result.started_at_ms == record.started_at_ms


def test_the_curve_ends_at_the_exact_net_result(day, schedule):
    result = result_of(day, charger=charger_of(schedule))

    assert net_of(result.curve[-1].net, "0") == result.net
    assert result.curve[-1].at_ms == result.ended_at_ms
