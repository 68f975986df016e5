from decimal import Decimal
from math import sqrt

import pytest

from tests.fakes.session_facts import HOUR_MS, outcome, session
from trading_bot.domain.trace import GateCount
from trading_bot.report.metrics.figures import Waits, drawdown_of, metrics_of
from trading_bot.report.metrics.sessions import Acknowledgement, Moves
from trading_bot.research.ratios import sharpe

CAPITAL = Decimal(100_000)


def figures(*sessions, name="all"):
    return next(one for one in metrics_of(sessions, CAPITAL, sharpe).strategies if one.strategy == name)


def test_signals_are_counted_for_each_hour_and_each_session():
    """Nine signals in two sessions of six and three hours: one an hour, four and a half a session."""
    denied = (("s", "max_trades_per_day"),) * 2 + (("s", "stale_data"),)
    found = figures(session(1, signals=(("s", None),) * 6), session(2, signals=denied, hours={"s": 3.0}))

    assert (found.signals, found.signals_per_hour, found.signals_per_day) == (9, 1.0, 4.5)
    assert (found.denied, found.denials) == (3, {"max_trades_per_day": 2, "stale_data": 1})


def test_strategies_are_told_apart_and_added_up():
    """All together evaluated as long as the longest of them: they look at the same hours."""
    both = session(
        1,
        outcome("5"),
        outcome("-7", strategy="t"),
        hours={"s": 6.0, "t": 2.0},
        signals=(("s", None), ("t", None)),
    )

    found = metrics_of((both,), CAPITAL, sharpe).strategies

    assert [(one.strategy, one.net, one.hours, one.signals) for one in found] == [
        ("s", Decimal(5), 6.0, 1),
        ("t", Decimal(-7), 2.0, 1),
        ("all", Decimal(-2), 6.0, 2),
    ]


def test_win_rate_and_duration_by_hand():
    """Of 100, -40, 0 and 20 two win, since nothing is no win; held 1, 2, 3 and 6 minutes: 3 on average."""
    trades = [
        outcome(net, held_ms=minutes * 60_000)
        for net, minutes in (("100", 1), ("-40", 2), ("0", 3), ("20", 6))
    ]
    found = figures(session(1, *trades))

    assert (found.trades, found.wins, found.win_rate, found.mean_held_s) == (4, 2, 0.5, 180)
    assert (found.gross, found.net) == (Decimal(120), Decimal(80))


def test_days_without_trades_count_as_nothing():
    found = figures(session(1, outcome("30")), session(2), session(3, outcome("-10"), outcome("4")))

    assert found.day_net == (Decimal(30), Decimal(0), Decimal(-6))
    assert found.mean_day_net == Decimal(8)


def test_the_sharpe_ratio_of_ten_days_by_hand():
    """Five days of +300 and five of -100 on 100,000: mean 0.001, deviation 0.002 * sqrt(10 / 9)."""
    found = figures(*(session(day, outcome("300" if day % 2 else "-100")) for day in range(1, 11)))

    assert found.sharpe == pytest.approx(0.001 / (0.002 * sqrt(10 / 9)) * sqrt(252))


def test_fewer_days_have_no_sharpe_ratio():
    assert figures(*(session(day, outcome("300")) for day in range(1, 10))).sharpe is None


def test_the_maximum_drawdown_by_hand():
    """50, -20, -40, +30, -35: the highest is 50, the lowest after it -15: a fall of 65."""
    falls = ["50", "-20", "-40", "30", "-35"]

    assert drawdown_of([outcome(net) for net in falls]) == 65
    assert drawdown_of([outcome("-7"), outcome("9")]) == 7
    assert drawdown_of([]) == 0


def test_the_running_result_follows_the_exits_and_not_the_entries():
    late, early = outcome("-50", exited_ms=2 * HOUR_MS, held_ms=2 * HOUR_MS), outcome("50")

    assert figures(session(1, late, early)).max_drawdown == 50


def test_nothing_at_all_has_no_figures_that_divide():
    found = figures(session(1, hours={}))

    assert found.signals_per_hour is None
    assert (found.win_rate, found.mean_held_s) == (None, None)
    assert figures().signals_per_day is None
    assert figures().mean_day_net is None


def test_waits_for_answers_by_hand():
    """Twenty entries of 1 to 20 ms: the median is 10.5, and 95 of a hundred wait no longer than 20."""
    waits = tuple(Acknowledgement("s", "entry", ms) for ms in range(20, 0, -1))
    found = metrics_of((session(1, acknowledgements=waits),), CAPITAL, sharpe).waits

    assert found == tuple(
        Waits(strategy=name, what="entry", orders=20, median_ms=10.5, p95_ms=20, most_ms=20)
        for name in ("s", "all")
    )


def test_moves_of_days_are_weighted_by_what_is_known_of_them():
    first = Moves("s", "gate: score", known=3, unknown=1, against=1, mean_bps=10.0)
    second = Moves("s", "gate: score", known=1, unknown=0, against=1, mean_bps=-30.0)
    nothing = Moves("s", "gate: trend", known=0, unknown=2, against=0, mean_bps=None)

    days = (session(1, moves=(first,)), session(2, moves=(second, nothing)))

    assert metrics_of(days, CAPITAL, sharpe).moves == (Moves("s", "gate: score", 4, 1, 2, 0.0), nothing)


def test_gates_of_all_sessions_are_added_up():
    count = GateCount("s", (("a", "> 0"),), 1, 0, 4)

    days = (session(1, gates=(count,)), session(2, gates=(count,)))
    (found,) = metrics_of(days, CAPITAL, sharpe).gates

    assert found.evaluations == 8
