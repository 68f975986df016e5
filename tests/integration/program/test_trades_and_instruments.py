"""`trades` from a journal on disk, `instruments` from the broker's files."""

import csv
from decimal import Decimal
from io import StringIO

import pytest

from tests.fakes.engine_driver import SHARE, EngineDriver
from tests.fakes.scripted_day import rows_of, whole_day
from trading_bot.bootstrap.answers.one_shot import wall_now_ms
from trading_bot.domain.ist import MS_PER_DAY, date_of
from trading_bot.report.day.charging import TradeFills, charger_of
from trading_bot.report.day.reading import day_record

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def traded(shell):
    driver = whole_day()
    shell.write_journal(driver)
    return driver


def fills_of(text):
    return list(csv.DictReader(StringIO(text)))


def test_trades_carry_the_days_charges_to_the_paisa(shell, traded, market_rules):
    shell("trades --mode paper --json")
    rows = shell.json()

    record = day_record(rows_of(traded))
    trades = [
        TradeFills(instrument=SHARE, product=trade.trade.product, fills=trade.fills)
        for trade in record.trades
        if trade.has_traded
    ]
    total = charger_of(market_rules.charges)(record.on, trades).total
    assert sum(Decimal(row["charges"]) for row in rows) == total
    assert [(row["symbol"], row["quantity"], row["exit_reason"]) for row in rows] == [
        ("RELIANCE", 35, "target"),
        ("RELIANCE", 35, "stop"),
    ]


def test_an_open_trade_is_not_among_the_closed_ones(shell):
    driver = EngineDriver()
    driver.enter()
    shell.write_journal(driver)

    shell("trades --mode paper")

    assert shell.output() == "no trades\n"


def test_a_day_without_a_session_is_answered_with_those_there_are(shell, traded):
    assert shell("trades --mode paper --on 2026-11-18") == 1
    assert "holds no session of 2026-11-18: the newest are 2026-11-19" in shell.error()


def test_fills_go_to_the_trade_log(shell, traded):
    assert shell("trades --mode paper --csv") == 0

    path = shell.folder / "logs" / "trade_log.csv"
    rows = fills_of(path.read_text(encoding="utf-8"))
    assert shell.output() == f"{path} written: {len(rows)} fills\n"
    assert len(rows) == len(traded.fills)
    assert [row["purpose"] for row in rows[:3]] == ["entry", "entry", "stop"]
    assert sum(Decimal(row["value"]) for row in rows) == sum(
        Decimal(fill.value).scaleb(-2) for fill in traded.fills
    )


def test_fills_go_to_standard_output_on_request(shell, traded):
    shell("trades --mode paper --csv -")

    assert len(fills_of(shell.output())) == len(traded.fills)


def test_a_trade_log_that_cannot_be_written_is_said_so(shell, traded):
    assert shell("trades --mode paper --csv data/paper.db/log.csv") == 1
    assert "cannot be written" in shell.error()


def test_instruments_need_no_login(shell, simulator):
    shell.use_broker(simulator())

    assert shell("instruments RELIANCE --json") == 0

    assert [row["key"] for row in shell.json()] == ["NSE_EQ|INE002A01018"]


def test_a_list_once_fetched_is_used_without_the_broker(shell, simulator):
    shell.use_broker(simulator())
    shell("instruments SBIN")
    shell.use_broker(NOWHERE)

    assert shell("instruments SBIN") == 0
    assert "warning" not in shell.error()


def test_yesterdays_list_is_used_with_a_warning(shell, simulator):
    shell.use_broker(simulator())
    shell("instruments SBIN")
    (stored,) = (shell.data / "instruments").iterdir()
    yesterday = date_of(wall_now_ms() - MS_PER_DAY)
    stored.rename(stored.with_name(f"NSE-{yesterday}.json.gz"))
    shell.use_broker(NOWHERE)
    shell.output()

    assert shell("instruments SBIN") == 0
    assert f"this one is of {yesterday}" in shell.error()


def test_without_broker_and_list_it_is_said_what_to_do(shell):
    shell.use_broker(NOWHERE)

    assert shell("instruments RELIANCE") == 1

    told = shell.error()
    assert "none is stored" in told
    assert "--simulator URL" in told


def test_unknown_symbol_ends_with_exit_code_2_and_suggestions(shell, simulator):
    shell.use_broker(simulator())

    assert shell("instruments RELAINCE") == 2
    assert "did you mean RELIANCE?" in shell.error()


def test_a_simulators_list_can_be_searched(shell, simulator):
    assert shell(f"instruments CALL --simulator {simulator()}") == 2
    assert shell(f"instruments NIFTY --simulator {simulator()} --json") == 0
    assert "NSE_FO|50001" in {row["key"] for row in shell.json()}


def test_a_simulator_that_does_not_run_is_named(shell):
    assert shell(f"instruments NIFTY --simulator {NOWHERE}") == 1
    assert f"no simulator answers at {NOWHERE}" in shell.error()


@pytest.mark.parametrize(
    "payload", ["2026-11-19'--", "../../../etc/passwd", "1;DROP/**/TABLE/**/journal", "%00", "2026-11-19/.."]
)
def test_a_day_that_is_none_is_refused_and_reaches_no_file_or_statement(payload, shell, traded):
    """Fault 122, V18."""
    with pytest.raises(SystemExit) as ended:
        shell(f"trades --mode paper --on {payload}")

    assert ended.value.code == 2
    assert shell("trades --mode paper --json") == 0
    assert shell.json()
