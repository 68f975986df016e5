"""The judge of crashes sees what is lost, doubled or turned: a journal and a ledger show it each time."""

import dataclasses
import sqlite3
from contextlib import closing

import pytest

from tests.crash.judge import Judge
from trading_bot.adapters.storage.opening import open_inline_journal
from trading_bot.domain import events as ev
from trading_bot.domain.order import Fill, OrderRequest, OrderTerms, OrderType, Product, Purpose, Side
from trading_bot.engine.ports import JournalRow
from trading_bot.engine.records import encode

KEY = "NSE_EQ|A"


def intent(tag, side, purpose, trade_id=None):
    terms = OrderTerms(order_type=OrderType.LIMIT, quantity=10, price=10_000)
    request = OrderRequest(
        tag=tag, instrument_key=KEY, side=side, product=Product.INTRADAY, purpose=purpose, terms=terms
    )
    return ev.OrderIntended(at_ms=1, request=request, trade_id=trade_id)


ENTRY = intent("tentry", Side.BUY, Purpose.ENTRY)
STOP = intent("tstop", Side.SELL, Purpose.STOP)


@pytest.fixture
def judged(tmp_path):
    """A judge over a journal with these events."""

    def make(*events):
        journal = open_inline_journal(tmp_path / "j.db", clock_ms=lambda: 1, on_failure=lambda error: None)
        first = journal.last_sequence + 1
        journal.append([JournalRow(first + number, 1, *encode(event)) for number, event in enumerate(events)])
        journal.close()
        return Judge(tmp_path / "j.db")

    return make


def order(tag="tentry", side="BUY", status="complete", **other):
    row = {"order_id": tag, "tag": tag, "instrument_key": KEY, "side": side, "quantity": 10}
    return {**row, "filled_quantity": 10 if status == "complete" else 0, "status": status, **other}


def trade(tag="tentry", side="BUY", number="1", quantity=10):
    return {
        "trade_id": number,
        "order_id": tag,
        "instrument_key": KEY,
        "side": side,
        "quantity": quantity,
    }


def ledger(orders=(), trades=(), held=0):
    return {
        "orders": list(orders),
        "trades": list(trades),
        "positions": [{"instrument_key": KEY, "quantity": held}],
    }


def test_an_order_with_its_intent_and_a_stop_behind_it_is_as_it_must_be(judged):
    held = ledger([order(), order("tstop", "SELL", "trigger pending")], [trade()], held=10)

    assert judged(ENTRY, STOP).inspect(held) == []


def test_an_order_without_an_intent_on_disk_is_seen(judged):
    assert "V1: no intent of tstop" in "".join(
        judged(ENTRY).inspect(ledger([order("tstop", "SELL", "cancelled")]))
    )


def test_two_orders_of_one_intent_are_seen(judged):
    assert "V2: more than one" in "".join(judged(ENTRY).inspect(ledger([order(), order(order_id="2")])))


def test_an_intent_that_is_journaled_twice_is_seen(judged):
    judge = judged(ENTRY)
    judge.inspect(ledger())
    judged(ENTRY)

    assert judge.inspect(ledger()) == ["V2: tentry was intended twice"]


def test_exits_beyond_the_position_are_seen(judged):
    resting = order("tstop", "SELL", "trigger pending")

    assert "V3: 10 units" in "".join(
        judged(ENTRY, STOP).inspect(ledger([order(), resting], [trade()], held=4))
    )


def test_a_stop_without_any_position_is_seen(judged):
    resting = order("tstop", "SELL", "trigger pending")

    assert "V3: 10 units" in "".join(judged(ENTRY, STOP).inspect(ledger([resting])))


def test_a_stop_that_turns_the_position_is_seen(judged):
    orders = [order(), order("tstop", "SELL")]
    trades = [trade(quantity=6), trade("tstop", "SELL", "2", 10)]

    assert "meets a position of 6" in "".join(judged(ENTRY, STOP).inspect(ledger(orders, trades, held=-4)))


def test_rows_that_are_gone_are_seen(judged):
    judge = judged(ENTRY, STOP)
    judge.inspect(ledger())
    with closing(sqlite3.connect(judge.database)) as connection, connection:
        connection.execute("DROP TRIGGER journal_refuses_delete")
        connection.execute("DELETE FROM journal WHERE sequence = 2")

    assert judge.inspect(ledger()) == ["V1: rows 1 to 2 are gone"]


def test_a_journal_that_was_not_made_yet_has_lost_nothing(tmp_path):
    assert Judge(tmp_path / "none.db").inspect(ledger()) == []


def test_a_trade_that_the_journal_does_not_know_is_seen_at_the_end(judged):
    found = judged(ENTRY).conclude(ledger([order()], [trade()]))

    assert "V6: trade 1 is not in the journal" in found


FILL = Fill(
    trade_id="1",
    order_id="tentry",
    instrument_key=KEY,
    side=Side.BUY,
    quantity=10,
    price=10_000,
    filled_at_ms=1,
)
FILLED = ev.OrderFilled(at_ms=1, tag="tentry", fill=FILL)


def test_what_is_left_open_is_seen_at_the_end(judged):
    found = "".join(judged(ENTRY, FILLED).conclude(ledger([order()], [trade()], held=10)))

    assert "V3: left open" in found
    assert "V6: the book holds" in found


def test_a_trade_that_the_broker_does_not_know_is_seen_at_the_end(judged):
    other = dataclasses.replace(FILLED, fill=dataclasses.replace(FILL, trade_id="9"))

    assert "V6: trade 9 is not the broker's" in judged(ENTRY, other).conclude(ledger([order()], [trade()]))


def test_a_latch_is_known_until_it_is_released(judged):
    judge = judged(ev.PanicLatched(at_ms=1, asked_by="test"))
    judge.inspect(ledger())
    assert judge.is_latched
    judged(ev.PanicReleased(at_ms=1, asked_by="test"))
    judge.inspect(ledger())

    assert not judge.is_latched
