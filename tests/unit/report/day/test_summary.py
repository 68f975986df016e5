import json
from decimal import Decimal

import pytest

from tests.fakes.engine_driver import KEY, EngineDriver
from tests.fakes.scripted_day import end_day, result_of, whole_day
from trading_bot.report.day.summary import summary, summary_text

GOLDEN = {
    "run_id": "replay-2026-11-19",
    "mode": "replay",
    "data": "scripted",
    "on": "2026-11-19",
    "symbols": ["RELIANCE"],
    "started_at": "2026-11-19T09:15:00.000+05:30",
    "ended_at": "2026-11-19T15:15:00.000+05:30",
    "restarts": 1,
    "program_version": "0",
    "settings_hash": "-",
    "ticks": 1234,
    "candles": 360,
    "signals": 4,
    "denied_signals": {"position_exists": 1},
    "orders": 5,
    "orders_by_status": {"cancelled": 1, "filled": 4},
    "trades": 2,
    "entries_not_filled": 1,
    "gates": [],
    "gross_pnl": "521.50",
    "charges": {"brokerage": "80.00", "stt": "7.00"},
    "charges_total": "87.00",
    "net_pnl": "434.50",
    "max_drawdown": "531.57",
    "wins": 1,
    "losses": 1,
    "win_rate": 0.5,
    "profit_factor": "1.84",
    "open_positions": 0,
    "positions": [],
    "ledger_net_pnl": "434.50",
    "ledger_equal": True,
    "flat": True,
    "reconciled": True,
    "problems": [],
    "warm_up_notes": [],
    "messages": [],
}


@pytest.fixture(scope="module")
def day():
    return whole_day()


def test_the_scripted_day_has_its_golden_summary(day):
    assert summary(result_of(day, ledger_net_pnl=Decimal("434.5"))) == GOLDEN


def test_the_file_holds_money_as_decimal_strings(day):
    read = json.loads(summary_text(result_of(day)))

    assert read["net_pnl"] == "434.50"
    assert all(isinstance(amount, str) for amount in read["charges"].values())


def test_without_a_simulator_there_is_no_ledger_to_compare(day):
    document = summary(result_of(day))

    assert "ledger_net_pnl" not in document
    assert document["ledger_equal"] is None


def test_a_ledger_that_differs_by_a_paisa_is_not_equal(day):
    document = summary(result_of(day, ledger_net_pnl=Decimal("434.49")))

    assert document["ledger_net_pnl"] == "434.49"
    assert document["ledger_equal"] is False
    assert document["problems"][0].startswith("LEDGER MISMATCH")


def test_a_fraction_of_a_paisa_is_shown_not_rounded_away(day):
    document = summary(result_of(day, ledger_net_pnl=Decimal("434.501")))

    assert document["ledger_net_pnl"] == "434.501"
    assert document["ledger_equal"] is False


def test_open_positions_are_counted_and_listed():
    driver = EngineDriver()
    driver.enter()
    end_day(driver)

    document = summary(result_of(driver))

    assert document["open_positions"] == 1
    assert document["positions"] == [
        {"instrument_key": KEY, "symbol": "RELIANCE", "quantity": 35, "cash": "-49000.00"}
    ]
    assert document["flat"] is False


def test_a_day_without_trades_sums_up_to_zero():
    driver = EngineDriver()
    end_day(driver)

    document = summary(result_of(driver))

    assert (document["trades"], document["orders"], document["signals"]) == (0, 0, 0)
    assert (document["gross_pnl"], document["net_pnl"], document["max_drawdown"]) == ("0.00", "0.00", "0.00")
    assert document["problems"] == []
