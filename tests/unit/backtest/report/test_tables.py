import csv
from io import StringIO

import pytest

from tests.fakes.backtest_results import DAYS, a_result, a_trade, three_trades
from trading_bot.backtest.report.figures import figures_of
from trading_bot.backtest.report.tables import equity_csv, summary_csv, trades_csv


def rows_of(text):
    return list(csv.DictReader(StringIO(text)))


@pytest.fixture(scope="module")
def figures():
    return figures_of(a_result(three_trades()))


def test_the_first_row_is_all_symbols_together(figures):
    together, *symbols = rows_of(summary_csv(figures))

    assert (together["symbol"], together["net_pnl"], together["return"]) == ("all", "80.00", "0.0008")
    assert together["buy_and_hold_return"] == "0.03"
    assert [row["symbol"] for row in symbols] == ["RELIANCE", "TCS"]


def test_a_symbols_returns_are_on_the_whole_account(figures):
    _, reliance, tcs = rows_of(summary_csv(figures))

    assert (reliance["return"], reliance["net_pnl"], reliance["max_drawdown"]) == ("0.0022", "220.00", "0.0")
    assert (tcs["return"], tcs["max_drawdown"], tcs["win_rate"]) == ("-0.0014", "0.0014", "0.0")
    assert (reliance["buy_and_hold_return"], tcs["buy_and_hold_return"]) == ("0.04", "0.02")


def test_a_symbols_equity_moves_within_the_day():
    won_then_lost = [a_trade(leave=110_000), a_trade(entered="12:00", exited="13:00", leave=99_000)]

    _, reliance, _ = rows_of(summary_csv(figures_of(a_result(won_then_lost))))

    assert (reliance["return"], reliance["max_drawdown"]) == ("0.0082", "0.001387")


def test_symbols_without_a_trade_or_without_closes_have_their_row():
    result = a_result([a_trade(symbol="NEW", exited=None)], closes={"TCS": (300_000,)})

    rows = {row["symbol"]: row for row in rows_of(summary_csv(figures_of(result)))}

    assert (rows["TCS"]["trades"], rows["TCS"]["win_rate"], rows["TCS"]["sharpe"]) == ("0", "", "")
    assert (rows["NEW"]["net_pnl"], rows["NEW"]["buy_and_hold_return"]) == ("60.00", "")


def test_trades_carry_their_charges_by_kind(figures):
    first, *_ = rows_of(trades_csv(figures))

    assert (first["symbol"], first["net_pnl"], first["charge_brokerage"]) == ("RELIANCE", "60.00", "40.00")
    assert first["entry_at"] == "2026-10-29T10:00:00.000+05:30"


def test_equity_has_a_row_for_each_point_with_holding_beside_it(figures):
    rows = rows_of(equity_csv(figures))

    assert [row["equity"] for row in rows[:3]] == ["100000.00", "100060.00", "99920.00"]
    assert rows[2]["drawdown"] == "0.001399"
    assert (rows[0]["buy_and_hold"], rows[-1]["buy_and_hold"]) == ("100000.00", "103000.00")


def test_without_holding_its_column_is_empty():
    rows = rows_of(equity_csv(figures_of(a_result(days=DAYS[:1]))))

    assert {row["buy_and_hold"] for row in rows} == {""}


def test_names_that_look_like_formulas_are_made_harmless():
    rows = rows_of(summary_csv(figures_of(a_result(closes={"=cmd": (1, 2, 3)}))))

    assert rows[1]["symbol"] == "'=cmd"
