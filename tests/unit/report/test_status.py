import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from trading_bot.domain.order import OrderStatus, OrderType, Purpose, Side
from trading_bot.domain.signal import Direction
from trading_bot.engine.snapshot import (
    DayView,
    Notice,
    OrderView,
    RateBudget,
    ResourceUse,
    RunHeader,
    Snapshot,
    SymbolView,
    WorkerView,
)
from trading_bot.report.status import positions_text, status_document, status_text, stopped_document
from trading_bot.report.status_reading import snapshot_of_document


def order(tag, status):
    return OrderView(
        intended_at_ms=1_795_059_000_000,
        symbol="TCS",
        side=Side.SELL,
        purpose=Purpose.STOP,
        order_type=OrderType.STOP_LIMIT,
        quantity=10,
        filled_quantity=0,
        price=99_000,
        trigger_price=100_000,
        status=status,
        tag=tag,
    )


@pytest.fixture
def snapshot():
    return Snapshot(
        run=RunHeader(
            mode="paper",
            session_on=date(2026, 11, 19),
            now_ms=1_795_059_000_000,
            phase="pre_open",
            data="live prices",
        ),
        day=DayView(
            gross=Decimal("10.50"), charges=Decimal("1.25"), net=Decimal("9.25"), trades=1, signals=2
        ),
        symbols=(
            SymbolView(
                symbol="TCS",
                quantity=10,
                last_price=101_005,
                entry_price=Decimal("1000.5"),
                stop=100_000,
                unprotected_s=0.0,
            ),
            SymbolView(symbol="INFY"),
        ),
        orders=(order("tb1", OrderStatus.TRIGGER_PENDING), order("tb2", OrderStatus.CANCELLED)),
        budgets=(RateBudget(window_s=60, used=3, limit=10),),
        workers=(WorkerView(name="feed", state="running"), WorkerView(name="orders", state="stopped")),
        halts=("panic latch",),
        notices=(Notice(at_ms=1_795_059_000_000, level="warning", text="feed reconnected"),),
    )


@pytest.fixture
def document(snapshot):
    return json.loads(json.dumps(status_document(snapshot)))


def test_amounts_are_decimal_strings_and_times_carry_their_offset(document):
    assert document["day"]["net"] == "9.25"
    assert document["symbols"][0]["last_price"] == "1010.05"
    assert document["symbols"][0]["entry_price"] == "1000.5"
    assert document["symbols"][1]["last_price"] is None
    assert document["run"]["now"] == "2026-11-19T09:00:00.000+05:30"
    assert document["run"]["session_on"] == "2026-11-19"
    assert document["symbols"][1]["candle_start"] is None
    assert document["orders"][0]["status"] == "trigger_pending"


def test_the_text_says_what_matters_first(document):
    assert status_text(document).splitlines() == [
        "paper trading, pre open, 2026-11-19 09:00:00 (live prices)",
        "HALTED: panic latch",
        "day: net 9.25, gross 10.50, charges 1.25, 1 trades, 2 signals, open risk 0.00",
        "positions:",
        "  TCS +10 entered 1,000.50 last 1,010.05 stop 1,000.00 target - unrealised -",
        "orders: 1 open, 2 today",
        "  tb1 stop SELL TCS 0/10 trigger_pending",
        "feed: none, loop lag not measured",
        "workers: feed, orders STOPPED",
        "order budget: 3/10 in 60 s",
        "09:00:00 warning: feed reconnected",
    ]


def test_a_position_without_a_stop_stands_out(document):
    document["symbols"][0]["stop"] = None

    assert "stop NONE" in status_text(document)


def test_a_stopped_daemon_is_shown_as_such(document):
    text = status_text(stopped_document({**document, "symbols": [], "orders": []}))

    assert text.startswith("paper not running, ")
    assert text.endswith("positions: none\norders: none open, 0 today")


def test_what_only_a_running_daemon_knows_is_not_told_of_a_stopped_one(document):
    """V16: an unknown is not a zero."""
    stopped = stopped_document(document)

    assert {name: stopped["run"][name] for name in ("speed", "run_id")} == {"speed": None, "run_id": None}
    assert stopped["day"]["longest_unprotected_s"] is None
    assert {row["unprotected_s"] for row in stopped["symbols"]} == {None}
    assert {row["foreign_quantity"] for row in stopped["symbols"]} == {None}
    assert "UNPROTECTED" not in status_text(stopped)
    assert document["run"]["speed"] == 1, "the document of the running one stays as it is"


def test_a_journal_without_a_row_has_no_time(document):
    stopped = stopped_document(document, ("now", "session_on"))

    assert (stopped["run"]["now"], stopped["run"]["session_on"]) == (None, None)
    assert status_text(stopped).startswith("paper not running, nothing is journaled yet (live prices)")


def test_a_position_without_a_confirmed_stop_is_shown_with_its_seconds():
    """V4, V16."""
    held = SymbolView(symbol="TCS", quantity=5, unprotected_s=7.4)
    run = RunHeader(mode="paper", session_on=date(2026, 11, 19), now_ms=0, phase="open", data="none")

    text = status_text(status_document(Snapshot(run=run, symbols=(held,))))

    assert "UNPROTECTED for 7 s" in text


def test_a_stop_that_nobody_has_seen_at_the_broker_is_not_shown_as_if_it_rested_there(document):
    """V5: an unknown is not a zero."""
    assert "stop NOT CONFIRMED" in status_text(stopped_document(document))


def test_what_the_process_takes_is_told_where_it_was_measured(document):
    use = ResourceUse(tasks=28, threads=9, descriptors=None, resident_mb=93.27)
    header = RunHeader(
        mode="paper", session_on=date(2026, 11, 19), now_ms=0, phase="open", data="live prices"
    )
    measured = status_document(Snapshot(run=header, resources=use))

    assert status_text(measured).splitlines()[-1] == (
        "process: 93.3 MB resident, - descriptors, 28 tasks, 9 threads"
    )
    assert "process:" not in status_text(document)


def test_a_document_is_read_back_as_what_was_shown(snapshot, document):
    assert snapshot_of_document(document) == snapshot


def test_a_document_with_every_member_filled_is_read_back(snapshot):
    full = replace(
        snapshot,
        run=replace(snapshot.run, run_id="r", speed=2.5, state="idle", reason="a holiday"),
        symbols=(
            replace(
                snapshot.symbols[0],
                previous_close=100_000,
                candle_start_ms=1_795_059_000_000,
                candle_close=101_000,
                trend=Direction.SHORT,
                score=-0.25,
                target=102_050,
                unrealised=Decimal("-9.50"),
            ),
        ),
        resources=ResourceUse(tasks=9, threads=4, descriptors=30, resident_mb=204.5),
        is_confirmed_flat=False,
        feed_age_s=0.25,
        loop_lag_ms=1.5,
    )

    assert snapshot_of_document(json.loads(json.dumps(status_document(full)))) == full


def test_what_a_newer_daemon_says_beside_it_is_left_out(snapshot, document):
    document["news"] = {"x": 1}
    document["run"]["weather"] = "fine"

    assert snapshot_of_document(document) == snapshot


@pytest.mark.parametrize(
    "broken", [{}, {"run": None, "day": {}}, {"run": {"mode": "live"}}, {"run": {"session_on": "soon"}}]
)
def test_what_is_no_status_is_an_error(broken):
    with pytest.raises(ValueError, match=r"not a status|isoformat"):
        snapshot_of_document(broken)


def test_the_stage_of_the_roll_out_stands_in_the_head(document):
    document["run"]["ramp"] = "ramp: first stage"

    assert status_text(document).splitlines()[1] == "ramp: first stage"


def test_what_overlays_ask_for_is_told(document):
    document["overlays"] = ["India VIX 10.85 is high: size x0.5"]

    assert "overlay: India VIX 10.85 is high: size x0.5" in status_text(document)


def test_positions_alone_come_with_what_stops_anything_new(document):
    assert positions_text(document).splitlines() == [
        "HALTED: panic latch",
        "positions:",
        "  TCS +10 entered 1,000.50 last 1,010.05 stop 1,000.00 target - unrealised -",
    ]
