"""The projected tables, fed with the engine's own events and own encoding."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trading_bot.adapters.storage import schema
from trading_bot.adapters.storage.connection import connect_for_writing
from trading_bot.adapters.storage.journal.projections import PROJECTIONS, fields_of, rebuild
from trading_bot.adapters.storage.migrate import migrate
from trading_bot.domain import events as ev
from trading_bot.domain.gate import Gate
from trading_bot.domain.instrument import Product
from trading_bot.domain.order import Fill, OrderRequest, OrderStatus, OrderTerms, OrderType, Purpose, Side
from trading_bot.domain.position import Position
from trading_bot.domain.signal import Direction, Evaluation, Signal
from trading_bot.domain.trade import ClosedTrade, ExitPlan, ExitReason, Trade
from trading_bot.engine.ports import JournalRow
from trading_bot.engine.records import encode

NOW_MS = 1_795_060_800_000
KEY = "NSE_EQ|INE002A01018"
TERMS = OrderTerms(order_type=OrderType.LIMIT, quantity=10, price=10_050)
REQUEST = OrderRequest(
    tag="tb1", instrument_key=KEY, side=Side.BUY, product=Product.INTRADAY, purpose=Purpose.ENTRY, terms=TERMS
)
INTENDED = ev.OrderIntended(at_ms=NOW_MS, request=REQUEST, trade_id=7)
SIGNAL = Signal(
    strategy="confluence",
    instrument_key=KEY,
    direction=Direction.LONG,
    score=0.7,
    candle_start_ms=NOW_MS,
    reference_price=10_000,
    atr_paise=55.5,
)
TRADE = Trade(
    trade_id=7,
    strategy="confluence",
    instrument_key=KEY,
    direction=Direction.LONG,
    product=Product.INTRADAY,
    planned_quantity=10,
    planned_at_ms=NOW_MS,
    reference_price=10_000,
    plan=ExitPlan(stop_price=9_900, target_price=None, trail_distance=None),
    stop_price=9_900,
    best_price=10_000,
)


@pytest.fixture
def connection(tmp_path):
    opened = connect_for_writing(tmp_path / "j.db", busy_timeout_ms=20, wal_bytes_max=1_000_000)
    with opened.begin():
        migrate(opened)
    with opened.begin() as transaction:
        yield opened
        transaction.rollback()
    opened.close()


def fill(trade_id, side=Side.BUY, quantity=10, price=10_050, tag="tb1"):
    trade = Fill(
        trade_id=trade_id,
        order_id="25",
        instrument_key=KEY,
        side=side,
        quantity=quantity,
        price=price,
        filled_at_ms=NOW_MS,
    )
    return ev.OrderFilled(at_ms=NOW_MS, tag=tag, fill=trade)


def advanced(status, **fields):
    return ev.OrderAdvanced(at_ms=NOW_MS + 5, tag="tb1", status=status, **fields)


def rows_of(events):
    return [JournalRow(number, event.at_ms, *encode(event)) for number, event in enumerate(events, start=1)]


def project(connection, *events):
    for row in rows_of(events):
        PROJECTIONS[row.kind](connection, row)


def stored(connection, table):
    return [dict(row) for row in connection.execute(table.select()).mappings()]


def test_every_projected_kind_is_one_of_the_engines_events():
    kinds = {kind for kind in PROJECTIONS if hasattr(ev, "".join(part.title() for part in kind.split("_")))}

    assert kinds == set(PROJECTIONS)


def test_an_intent_becomes_an_order_with_all_its_terms(connection):
    project(connection, INTENDED)

    assert stored(connection, schema.orders) == [
        {
            "tag": "tb1",
            "order_id": None,
            "on": "2026-11-19",
            "trade_id": 7,
            "instrument_key": KEY,
            "side": "BUY",
            "product": "I",
            "purpose": "entry",
            "order_type": "LIMIT",
            "quantity": 10,
            "price": 10_050,
            "trigger_price": 0,
            "validity": "DAY",
            "status": "intended",
            "filled_quantity": 0,
            "message": "",
            "intended_at_ms": NOW_MS,
            "changed_at_ms": NOW_MS,
        }
    ]


def test_an_order_keeps_its_broker_number_when_a_later_step_names_none(connection):
    project(
        connection,
        INTENDED,
        advanced(OrderStatus.SENT),
        advanced(OrderStatus.OPEN, order_id="25"),
        advanced(OrderStatus.CANCELLED, message="by the user"),
    )

    (order,) = stored(connection, schema.orders)
    assert (order["status"], order["order_id"], order["message"]) == ("cancelled", "25", "by the user")
    assert order["changed_at_ms"] == NOW_MS + 5


def test_terms_that_the_broker_reports_replace_ours(connection):
    terms = replace(TERMS, order_type=OrderType.STOP_LIMIT, trigger_price=9_900, price=9_801)
    report = ev.OrderReported(at_ms=NOW_MS, tag="tb1", terms=terms, reported_filled_quantity=0)

    project(connection, INTENDED, report)

    (order,) = stored(connection, schema.orders)
    assert (order["order_type"], order["trigger_price"], order["price"]) == ("SL", 9_900, 9_801)


def test_calls_that_count_against_the_rate_limits_are_logged(connection):
    project(
        connection,
        INTENDED,
        advanced(OrderStatus.SENT),
        advanced(OrderStatus.OPEN),
        ev.ModifyIntended(at_ms=NOW_MS, tag="tb1", terms=TERMS),
        ev.CancelIntended(at_ms=NOW_MS, tag="tb1"),
    )

    assert [row["call"] for row in stored(connection, schema.rate_limit_log)] == ["place", "modify", "cancel"]


def test_a_fill_moves_the_order_and_the_position(connection):
    project(connection, INTENDED, fill("a", quantity=4), fill("b", quantity=6, price=10_000))

    (order,) = stored(connection, schema.orders)
    (position,) = stored(connection, schema.positions)
    assert order["filled_quantity"] == 10
    assert (position["quantity"], position["cash"]) == (10, -(4 * 10_050 + 6 * 10_000))


def test_a_fill_that_comes_twice_counts_once(connection):
    project(connection, INTENDED, fill("a"), fill("a"))

    (position,) = stored(connection, schema.positions)
    assert position["quantity"] == 10
    assert len(stored(connection, schema.fills)) == 1


def test_a_fill_of_an_order_that_the_file_never_knew_is_kept(connection):
    project(connection, fill("a", tag="tb-lost"))

    (position,) = stored(connection, schema.positions)
    assert (position["product"], position["quantity"]) == ("I", 10)


def test_what_somebody_else_closed_shrinks_the_position_and_no_order(connection):
    theirs = replace(fill("x", side=Side.SELL, quantity=4).fill, order_id="foreign-1")

    project(connection, INTENDED, fill("a"), ev.ForeignFillTaken(at_ms=NOW_MS, fill=theirs))

    (order,) = stored(connection, schema.orders)
    (position,) = stored(connection, schema.positions)
    assert (order["filled_quantity"], position["quantity"]) == (10, 6)


def test_an_adopted_position_is_held_at_its_value(connection):
    trade = replace(TRADE, strategy="panic", direction=Direction.SHORT)

    project(connection, ev.PositionAdopted(at_ms=NOW_MS, trade=trade, quantity=-5, price=10_000))

    (position,) = stored(connection, schema.positions)
    assert (position["instrument_key"], position["product"]) == (trade.instrument_key, "I")
    assert (position["quantity"], position["cash"], position["entry_value"]) == (-5, 50_000, 50_000)


def test_a_difference_that_settles_empties_no_position_but_that_of_a_trade_that_is_written_off(connection):
    project(connection, INTENDED, fill("a"), ev.DifferenceSettled(at_ms=NOW_MS, instrument_key=KEY))
    (held,) = stored(connection, schema.positions)
    assert held["quantity"] == 10

    project(connection, ev.DifferenceSettled(at_ms=NOW_MS + 9, instrument_key=KEY, written_off=7))

    (position,) = stored(connection, schema.positions)
    assert (position["quantity"], position["cash"], position["changed_at_ms"]) == (0, 0, NOW_MS + 9)


def test_a_position_that_was_flat_starts_with_fresh_cash(connection):
    project(connection, INTENDED, fill("a"), fill("b", side=Side.SELL, price=10_100), fill("c", quantity=1))

    (position,) = stored(connection, schema.positions)
    assert (position["quantity"], position["cash"], position["entry_quantity"]) == (1, -10_050, 1)


def test_a_closed_trade_is_kept_with_its_result(connection):
    closed = ClosedTrade(
        trade=TRADE,
        exit_reason=ExitReason.TARGET,
        closed_at_ms=NOW_MS + 9,
        quantity=10,
        entry_value=100_500,
        exit_value=101_000,
        gross_pnl=500,
    )

    project(connection, ev.TradeClosed(at_ms=NOW_MS + 9, closed=closed))

    (trade,) = stored(connection, schema.trades)
    assert (trade["trade_id"], trade["exit_reason"], trade["gross_pnl"]) == (7, "target", 500)
    assert (trade["direction"], trade["planned_at_ms"]) == ("long", NOW_MS)


def test_a_signal_keeps_its_gates(connection):
    evaluation = Evaluation(
        strategy="confluence",
        instrument_key=KEY,
        candle_start_ms=NOW_MS,
        score=0.7,
        gates=(Gate("score", passed=True, measured=0.7, needed=">= 0.6"),),
        signal=SIGNAL,
    )

    project(connection, ev.SignalRaised(at_ms=NOW_MS, evaluation=evaluation))

    (signal,) = stored(connection, schema.signals)
    assert (signal["direction"], signal["reference_price"]) == ("long", 10_000)
    assert signal["gates"] == '[["score",true,0.7,">= 0.6"]]'


def test_the_day_counts_what_happened(connection):
    project(connection, INTENDED, fill("a", quantity=1), fill("a", quantity=1), fill("b", quantity=1))

    counters = {row["name"]: row["count"] for row in stored(connection, schema.day_counters)}
    assert counters == {"orders": 1, "fills": 2}


def test_the_outer_of_two_fields_with_one_name_wins():
    fields = fields_of(JournalRow(1, NOW_MS, "x", '{"score":-0.5,"signal":{"score":0.5,"side":"BUY"}}'))

    assert (fields["score"], fields["side"], fields["on"]) == (-0.5, "BUY", "2026-11-19")


def test_rebuilding_from_the_journal_mends_a_table_that_was_changed(connection):
    events = [INTENDED, advanced(OrderStatus.SENT), fill("a"), advanced(OrderStatus.FILLED)]
    project(connection, *events)
    before = {table.name: stored(connection, table) for table in schema.PROJECTED}
    connection.execute(schema.orders.delete())
    connection.execute(schema.positions.update().values(quantity=99))

    rebuild(connection, rows_of(events))

    assert {table.name: stored(connection, table) for table in schema.PROJECTED} == before


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(Side), st.integers(1, 50), st.integers(1, 20_000)), max_size=8))
def test_the_stored_position_is_the_sum_of_its_fills(tmp_path_factory, trades):
    connection = connect_for_writing(
        tmp_path_factory.mktemp("p") / "j.db", busy_timeout_ms=20, wal_bytes_max=1_000_000
    )
    position = Position(instrument_key=KEY)
    events = [fill(str(number), *trade) for number, trade in enumerate(trades)]
    for event in events:
        position = (position if position.quantity else Position(instrument_key=KEY)).apply(event.fill)

    with connection.begin():
        migrate(connection)
        project(connection, *events)
        found = [(row["quantity"], row["cash"]) for row in stored(connection, schema.positions)]
    connection.close()

    assert found == ([(position.quantity, position.cash)] if trades else [])


@pytest.mark.parametrize(
    "text", ["'); DROP TABLE journal; --", '" OR 1=1 --', "\x00; DELETE FROM orders", "%s ?"]
)
def test_text_from_outside_is_stored_as_text_and_never_as_a_statement(connection, text):
    """Fault 122, V18."""
    request = replace(REQUEST, tag=text, instrument_key=text)
    project(
        connection,
        replace(INTENDED, request=request),
        ev.OrderAdvanced(at_ms=NOW_MS, tag=text, status=OrderStatus.SENT),
        ev.OrderAdvanced(at_ms=NOW_MS, tag=text, status=OrderStatus.REFUSED, message=text),
    )

    (order,) = connection.execute(schema.orders.select()).mappings()
    assert (order["tag"], order["instrument_key"], order["message"]) == (text, text, text)


def test_an_annulled_fill_is_taken_out_with_what_it_did(connection):
    """Fault 62, V6, V17: also one whose units are all that is held again."""
    later = replace(fill("b").fill, side=Side.SELL)
    project(
        connection,
        INTENDED,
        fill("a"),
        ev.OrderFilled(at_ms=NOW_MS, tag="tb1", fill=later),
        ev.FillAnnulled(at_ms=NOW_MS, tag="tb1", fill=later),
    )

    (kept,) = connection.execute(schema.fills.select()).mappings()
    (order,) = connection.execute(schema.orders.select()).mappings()
    (position,) = connection.execute(schema.positions.select()).mappings()
    assert kept["trade_id"] == "a"
    assert order["filled_quantity"] == fill("a").fill.quantity
    assert position["quantity"] == fill("a").fill.quantity


def test_adopted_units_that_prove_to_be_ours_are_held_once(connection):
    trade = replace(TRADE, strategy="panic", direction=Direction.LONG)
    adopted = ev.PositionAdopted(at_ms=NOW_MS, trade=trade, quantity=10, price=10_000)
    back = ev.AdoptionReturned(
        at_ms=NOW_MS,
        tag="tb-a",
        trade_id=trade.trade_id,
        instrument_key=trade.instrument_key,
        quantity=10,
        price=10_000,
    )

    project(connection, adopted, INTENDED, fill("a"), back)

    (position,) = stored(connection, schema.positions)
    assert (position["quantity"], position["cash"]) == (10, -10 * fill("a").fill.price)
