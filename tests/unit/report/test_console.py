from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from tests.fakes.engine_driver import EngineDriver
from tests.fakes.scripted_day import end_day, flat_fee, result_of, whole_day
from trading_bot.report.console import console_text, summary_line

FOLDER = Path("data/reports/run")


def test_the_end_of_a_run_names_trades_charges_net_and_the_page():
    lines = console_text(result_of(whole_day(), ledger_net_pnl=Decimal("434.5")), FOLDER).splitlines()

    assert lines[0] == "replay 2026-11-19: scripted"
    assert lines[1].endswith("4 signals, 5 orders, 2 trades, 1 restarts")
    assert lines[3].split() == (
        [
            "RELIANCE",
            "long",
            "35",
            "1,400.14",
            "10:00:00",
            "1,428.64",
            "10:15:04",
            "Target",
            "+997.50",
            "47.00",
            "+950.50",
        ]
    )
    assert [line.split()[-1] for line in lines[5:10]] == [
        "+521.50",
        "-80.00",
        "-7.00",
        "+434.50",
        "+434.50",
    ]
    assert lines[-2].strip() == "flat, reconciled, ledger equal to the paisa"
    assert lines[-1] == "report: data/reports/run/report.html"


def test_charges_that_are_assumed_are_said_to_be():
    def assuming(on, trades):
        return replace(flat_fee(on, trades), notices=("stamp duty is known from 2020-07-01: assumed",))

    text = console_text(result_of(whole_day(), charger=assuming), FOLDER)

    assert "note: stamp duty is known from 2020-07-01: assumed" in text


def test_problems_are_marked():
    text = console_text(result_of(whole_day(), ledger_net_pnl=Decimal(0)), FOLDER)

    assert "! LEDGER MISMATCH" in text
    assert "ledger equal" not in text


def test_an_open_trade_is_shown_as_open():
    driver = EngineDriver()
    driver.enter()

    assert " OPEN " in console_text(result_of(driver), FOLDER)


def test_a_quiet_day_is_said_to_be_one():
    driver = EngineDriver()
    end_day(driver)

    text = console_text(result_of(driver, warm_up_notes=("short history",)), FOLDER)

    assert "no trades" in text
    assert "note: short history" in text


def test_the_summary_of_a_message_says_how_the_day_ended_and_where_its_report_is():
    lines = summary_line(result_of(whole_day()), FOLDER).splitlines()

    assert lines[0] == "replay 2026-11-19: net +434.50"
    assert lines[1].startswith("gross +521.50, charges 87.00")
    assert lines[2] == "2 trades, 1 won, 4 signals"
    assert lines[-1] == "report: data/reports/run/report.html"


def test_the_summary_of_a_message_begins_its_problems_with_a_word_that_stands_out():
    driver = EngineDriver()
    driver.enter()
    end_day(driver)

    assert "PROBLEMS: " in summary_line(result_of(driver), FOLDER)
