import json
from decimal import Decimal

from trading_bot.domain.signal import Direction
from trading_bot.report.day.trade_table import TradeRow, trades_json, trades_text

ROW = TradeRow(
    symbol="RELIANCE",
    strategy="confluence",
    direction=Direction.LONG,
    quantity=17,
    opened_at_ms=1_795_059_000_000,
    closed_at_ms=1_795_062_600_000,
    entry_price=Decimal("2934.5"),
    exit_price=Decimal(2950),
    gross=Decimal("263.50"),
    charges=Decimal("61.234"),
    exit_reason="target",
)


def test_no_trades_are_said_to_be_none():
    assert trades_text([]) == "no trades"
    assert trades_json([]) == "[]"


def test_the_table_ends_with_its_sum():
    head, line, total = trades_text([ROW]).splitlines()

    assert head.startswith("OPENED               CLOSED    SYMBOL    SIDE  QTY     ENTRY")
    assert line.split()[2:] == [
        "10:00:00",
        "RELIANCE",
        "long",
        "17",
        "2,934.50",
        "2,950.00",
        "263.50",
        "61.23",
        "202.27",
        "target",
    ]
    assert total == "1 trade: gross 263.50, charges 61.23, net 202.27"


def test_several_trades_are_added_exactly():
    assert trades_text([ROW, ROW, ROW]).endswith("3 trades: gross 790.50, charges 183.70, net 606.80")


def test_json_has_exact_money_and_times_with_offset():
    (row,) = json.loads(trades_json([ROW]))

    assert (row["gross_pnl"], row["charges"], row["net_pnl"]) == ("263.50", "61.234", "202.266")
    assert row["opened_at"] == "2026-11-19T09:00:00.000+05:30"
