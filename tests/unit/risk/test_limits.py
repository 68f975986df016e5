from decimal import Decimal

import pytest

from trading_bot.risk.limits import DayPicture, daily_loss_reached, first_objection, open_risk_limit
from trading_bot.risk.settings import LimitSettings, SizingSettings

QUIET = {
    "now_ms": 100_000,
    "open_trades": 0,
    "trades_today": 0,
    "symbol_trades_today": 0,
    "symbol_last_entry_ms": None,
    "entries_last_minute": 0,
    "entries_last_hour": 0,
    "net_pnl": Decimal(0),
    "open_risk": Decimal(0),
    "symbol_consecutive_losses": 0,
}


def objection(**changes):
    return first_objection(DayPicture(**(QUIET | changes)), LimitSettings(), SizingSettings())


def test_a_quiet_day_meets_no_objection():
    assert objection() is None


@pytest.mark.parametrize(
    ("reason", "within", "reached"),
    [
        ("max_daily_loss", {"net_pnl": Decimal("-19999.99")}, {"net_pnl": Decimal(-20_000)}),
        ("max_consecutive_losses", {"symbol_consecutive_losses": 2}, {"symbol_consecutive_losses": 3}),
        ("max_concurrent_positions", {"open_trades": 2}, {"open_trades": 3}),
        ("max_trades_per_day", {"trades_today": 19}, {"trades_today": 20}),
        ("max_trades_per_symbol_per_day", {"symbol_trades_today": 2}, {"symbol_trades_today": 3}),
        ("symbol_spacing_s", {"symbol_last_entry_ms": 70_000}, {"symbol_last_entry_ms": 70_001}),
        ("max_entries_per_hour", {"entries_last_hour": 59}, {"entries_last_hour": 60}),
        ("max_entries_per_minute", {"entries_last_minute": 9}, {"entries_last_minute": 10}),
        ("max_open_risk", {"open_risk": Decimal("29999.99")}, {"open_risk": Decimal(30_000)}),
    ],
)
def test_each_limit_objects_from_its_value_on(reason, within, reached):
    assert objection(**within) is None
    assert objection(**reached).reason == reason


def test_the_loss_of_the_day_is_named_first():
    assert objection(net_pnl=Decimal(-50_000), open_trades=3).reason == "max_daily_loss"


def test_ratios_refer_to_the_base_capital():
    sizing = SizingSettings(base_capital=Decimal(500_000))

    assert daily_loss_reached(Decimal(-10_000), LimitSettings(), sizing)
    assert open_risk_limit(LimitSettings(), sizing) == 15_000
