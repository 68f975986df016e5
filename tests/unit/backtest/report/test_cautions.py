from datetime import date, timedelta

import pytest

from tests.fakes.backtest_results import DAYS, a_result, a_trade, three_trades
from trading_bot.backtest.report.cautions import cautions_of
from trading_bot.backtest.report.figures import figures_of
from trading_bot.backtest.result import LeftOut

MANY_DAYS = tuple(date(2026, 1, 1) + timedelta(days=number) for number in range(60))


def told(trades=(), **changes) -> str:
    return " ".join(cautions_of(figures_of(a_result(trades, **changes))))


def test_a_long_result_of_many_trades_needs_no_caution():
    assert told([a_trade(MANY_DAYS[number]) for number in range(30)], days=MANY_DAYS) == ""


@pytest.mark.parametrize(
    ("text", "trades", "changes"),
    [
        ("Nothing was traded", (), {}),
        ("Only 3 closed trades: too few", three_trades(), {}),
        ("Only 1 closed trade:", [a_trade()], {}),
        ("Only 1 day: figures for a year", [a_trade()], {"days": DAYS[:1]}),
        ("Equity fell to zero or below", [a_trade(quantity=2_000, leave=90_000)], {}),
        ("Still open: 1 trade,", [a_trade(exited=None)], {}),
        (
            ": 2 days from 2026-10-29 to 2026-10-30: closed; 1 day 2026-11-02: a.",
            (),
            {
                "left_out": (
                    LeftOut(reason="closed", days=2, first=DAYS[0], last=DAYS[1]),
                    LeftOut(reason="a", days=1, first=DAYS[2], last=DAYS[2]),
                )
            },
        ),
        ("Splits were taken out.", (), {"of_data": ("Splits were taken out.",)}),
        ("no data between 2026-10-29 and 2026-11-20.", (), {"days": (DAYS[0], date(2026, 11, 20))}),
        ("a third or more: TCS.", (), {"closes": {"TCS": (300, 150, 150)}}),
        ("a third or more: A, B, C and more.", (), {"closes": dict.fromkeys("ABCD", (300, 450, 450))}),
    ],
)
def test_a_caution_is_given_for(text, trades, changes):
    assert text in told(trades, **changes)


def test_ordinary_closes_are_no_split():
    assert "third" not in told(closes={"TCS": (300, 250, 200)})
