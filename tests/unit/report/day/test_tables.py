import csv
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.fakes.engine_driver import KEY, EngineDriver
from tests.fakes.scripted_day import end_day, result_of, whole_day
from trading_bot.report.day.tables import equity_csv, orders_csv, trades_csv


@pytest.fixture(scope="module")
def result():
    return result_of(whole_day())


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def test_the_trades_net_column_adds_up_to_the_summary(result):
    table = rows(trades_csv(result))

    assert sum(Decimal(row["net_pnl"]) for row in table) == result.net
    assert sum(Decimal(row["charge_stt"]) for row in table) == 7
    assert len(table) == 2


def test_a_trade_shows_its_plan_its_fills_and_its_reason(result):
    row = rows(trades_csv(result))[0]

    assert row["direction"] == "long"
    assert row["quantity"] == "35"
    assert row["size_limited_by"] == "max_position_fraction"
    assert row["entry_price"] == "1400.1429"
    assert row["entry_at"] == "2026-11-19T10:00:00.000+05:30"
    assert row["exit_at"] == "2026-11-19T10:15:04.000+05:30"
    assert row["exit_reason"] == "target"
    assert (row["initial_stop"], row["final_stop"]) == ("1386.70", "1407.50")


def test_a_short_trade_has_the_score_of_its_signal(result):
    scores = {row["direction"]: float(row["score"]) for row in rows(trades_csv(result))}
    signals = {
        record.evaluation.signal.direction: record.evaluation.score for record in result.record.signals
    }

    assert scores["short"] < 0 < scores["long"]
    assert scores == signals


def test_an_open_trade_has_no_exit():
    driver = EngineDriver()
    driver.enter()
    end_day(driver)

    (row,) = rows(trades_csv(result_of(driver)))

    assert (row["exit_at"], row["exit_price"], row["exit_reason"]) == ("", "", "")
    assert row["open_quantity"] == "35"


def test_every_intended_order_is_listed(result):
    table = rows(orders_csv(result))

    assert [row["status"] for row in table] == ["filled"] * 4 + ["cancelled"]
    assert table[1]["average_price"] == "1428.6429"
    assert table[4]["average_price"] == ""


def test_equity_starts_at_zero_and_ends_at_the_net_result(result):
    table = rows(equity_csv(result))

    assert table[0]["net_pnl"] == "0.00"
    assert Decimal(table[-1]["net_pnl"]) == result.net
    assert max(Decimal(row["drawdown"]) for row in table) == result.max_drawdown


def test_text_that_a_spreadsheet_would_run_is_made_harmless(result):
    first = result.record.orders[0]
    evil = replace(first, order=replace(first.order, message="=cmd|'/c calc'!A1"))
    record = replace(result.record, orders=(evil,))

    (row,) = rows(orders_csv(replace(result, record=record)))

    assert row["message"].startswith("'=")


def test_a_day_without_trades_has_tables_with_headings_only():
    driver = EngineDriver()
    result = result_of(driver)

    assert rows(trades_csv(result)) == []
    assert rows(orders_csv(result)) == []
    assert len(rows(equity_csv(result))) == 2
    assert KEY not in trades_csv(result)
