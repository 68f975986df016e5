import json
from decimal import Decimal

import pytest

from tests.fakes.backtest_results import DAYS, a_result, a_trade, three_trades
from trading_bot.backtest.report.figures import figures_of
from trading_bot.backtest.report.summary import summary_text
from trading_bot.backtest.result import LeftOut

KEYS = [
    *("run_id", "mode", "data", "fidelity", "symbols", "first_day", "last_day", "days", "left_out"),
    *("bars", "signals", "denials", "trades", "open_trades", "opening_cash", "final_equity"),
    *("gross_pnl", "charges", "charges_total", "net_pnl", "total_return", "cagr", "volatility"),
    *("sharpe", "sortino", "calmar", "max_drawdown", "longest_drawdown", "win_rate"),
    *("profit_factor", "expectancy", "average_duration_s", "exposure", "turnover", "monthly"),
    *("by_symbol", "by_hour", "by_exit_reason", "buy_and_hold", "problems", "cautions", "alerts"),
    *("charge_notices", "assumptions", "honesty"),
]


def summary_of(*trades, **changes):
    return json.loads(summary_text(figures_of(a_result(trades, **changes)), "run"))


@pytest.fixture(scope="module")
def summary():
    return summary_of(*three_trades())


def test_the_keys_are_those_that_are_documented(summary, request):
    documented = (request.config.rootpath / "docs/backtest-report.md").read_text()

    assert list(summary) == KEYS
    assert [key for key in KEYS if f"`{key}`" not in documented] == []


def test_amounts_are_exact_strings(summary):
    amounts = [
        summary[key] for key in ("opening_cash", "gross_pnl", "charges_total", "net_pnl", "expectancy")
    ]

    assert amounts == ["100000.00", "200.00", "120.00", "80.00", "26.67"]
    assert summary["charges"] == {"brokerage": "120.00"}


def test_ratios_are_fractions(summary):
    assert summary["total_return"] == pytest.approx(0.0008)
    assert summary["win_rate"] == pytest.approx(2 / 3)
    assert summary["profit_factor"] == pytest.approx(220 / 140)
    assert summary["turnover"] == pytest.approx(100_600 / ((2 * 99_920 + 100_080) / 3) * 252 / 3)
    assert summary["average_duration_s"] == 4_200


def test_a_drawdown_has_its_dates(summary):
    assert summary["max_drawdown"] == {
        "depth": pytest.approx(140 / 100_060),
        "amount": "140.00",
        "start": "2026-10-29T11:30:00.000+05:30",
        "bottom": "2026-10-29T12:00:00.000+05:30",
        "end": "2026-11-02T15:15:00.000+05:30",
        "days": pytest.approx(4.15625),
    }


def test_months_compound_from_close_to_close(summary):
    assert summary["monthly"] == [
        {"year": 2026, "month": 10, "return": pytest.approx(-0.0008)},
        {"year": 2026, "month": 11, "return": pytest.approx(100_080 / 99_920 - 1)},
    ]


def test_holding_is_summed_up_beside_it(summary):
    holding = summary["buy_and_hold"]

    assert holding["total_return"] == pytest.approx(0.03)
    assert holding["excess_return"] == pytest.approx(0.0008 - 0.03)
    assert holding["max_drawdown"] is None


def test_groups_carry_their_amounts_and_ratios(summary):
    assert summary["by_symbol"]["TCS"] == {
        "trades": 1,
        "open_trades": 0,
        "gross_pnl": "-100.00",
        "charges": "40.00",
        "net_pnl": "-140.00",
        "win_rate": 0.0,
        "profit_factor": 0.0,
        "expectancy": "-140.00",
        "average_duration_s": 3600.0,
    }
    assert list(summary["by_hour"]) == ["10", "11", "14"]
    assert sum(Decimal(group["net_pnl"]) for group in summary["by_exit_reason"].values()) == 80


def test_what_is_not_defined_is_null():
    empty = summary_of(days=DAYS[:1])

    nulls = {key for key, value in empty.items() if value is None}
    assert nulls == {
        "volatility",
        "sharpe",
        "sortino",
        "calmar",
        "max_drawdown",
        "longest_drawdown",
        "win_rate",
        "profit_factor",
        "expectancy",
        "average_duration_s",
        "buy_and_hold",
        "honesty",
    }


def test_doubts_are_part_of_it():
    doubtful = summary_of(
        a_trade(exited=None), problems=("held",), alerts={"silent": 3}, notices={"gst: assumed": 2}
    )

    assert doubtful["problems"] == ["held"]
    assert doubtful["alerts"] == {"silent": 3}
    assert doubtful["charge_notices"] == {"gst: assumed": 2}
    assert doubtful["open_trades"] == 1
    assert doubtful["max_drawdown"] is None


def test_days_that_were_left_out_are_listed_by_their_reason():
    left_out = (LeftOut(reason="outside of the calendar", days=3, first=DAYS[0], last=DAYS[2]),)

    assert summary_of(a_trade(), left_out=left_out)["left_out"] == [
        {
            "reason": "outside of the calendar",
            "days": 3,
            "first": "2026-10-29",
            "last": "2026-11-02",
        }
    ]
