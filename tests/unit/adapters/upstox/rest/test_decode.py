import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_bot.adapters.upstox.fields import Oddities
from trading_bot.adapters.upstox.rest import decode
from trading_bot.adapters.upstox.rest.decode import STATUSES
from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.order import OrderStatus, OrderTerms, OrderType, ReportedChange, Validity

OURS = "tb9ht00100a1"
ROW = {
    "order_id": "A1",
    "tag": OURS,
    "instrument_token": "NSE_EQ|INE002A01018",
    "transaction_type": "SELL",
    "product": "I",
    "order_type": "SL",
    "validity": "DAY",
    "quantity": 10,
    "filled_quantity": 0,
    "price": 1386.05,
    "trigger_price": 1400.1,
    "average_price": None,
    "status": "trigger pending",
    "status_message": "",
    "status_message_raw": None,
    "placed_by": "AB1234",
    "order_timestamp": "2026-11-20 09:29:59",
    "exchange_timestamp": "2026-11-20 09:30:00",
}
TRADE = {
    "trade_id": "5",
    "order_id": "A1",
    "instrument_token": "NSE_EQ|X",
    "transaction_type": "BUY",
    "quantity": 3,
    "average_price": 100.05,
}
POSITION = {"instrument_token": "NSE_EQ|X", "product": "I", "quantity": -5}


def report(**changes):
    return decode.order_report({**ROW, **changes}, Oddities())


def test_row_is_read_in_paise_and_indian_time():
    found = report()

    assert found.terms == OrderTerms(
        order_type=OrderType.STOP_LIMIT,
        quantity=10,
        price=138_605,
        trigger_price=140_010,
        validity=Validity.DAY,
    )
    assert found.reported_at_ms == 1_795_147_200_000
    assert found.average_price is None


@pytest.mark.parametrize(("text", "meaning"), STATUSES.items())
def test_each_status_of_the_reference_is_known_in_any_spelling_of_its_case(text, meaning):
    filled = 10 if text == "complete" else 0
    found = report(status=f" {text.upper()} ".replace(" ", "  "), filled_quantity=filled)

    assert found.status is (meaning.status or OrderStatus.TRIGGER_PENDING)
    assert found.change is meaning.change


def test_only_four_texts_are_terminal():
    ended = {text for text, meaning in STATUSES.items() if meaning.status and meaning.status.is_terminal}

    assert ended == {"complete", "rejected", "cancelled", "cancelled after market order"}


@pytest.mark.parametrize("text", ["modified", "not cancelled", "cancel pending", "not modified"])
def test_change_of_a_resting_limit_order_leaves_it_open(text):
    assert report(status=text, order_type="LIMIT").status is OrderStatus.OPEN


def test_change_of_a_stop_that_has_fills_leaves_it_open():
    assert report(status="modify pending", filled_quantity=3).status is OrderStatus.OPEN


@pytest.mark.parametrize("text", ["expired", "cancelled by exchange", "frozen"])
def test_unknown_status_fails_the_read_instead_of_ending_the_order(text):
    with pytest.raises(ReadFailedError, match=text):
        report(status=text)


@pytest.mark.parametrize(
    "missing", ["order_id", "status", "quantity", "instrument_token", "transaction_type", "order_type"]
)
@pytest.mark.parametrize("absence", [None, "", "NA"])
def test_missing_field_that_matters_fails_the_read(missing, absence):
    with pytest.raises(ReadFailedError, match=missing):
        report(**{missing: absence})


@pytest.mark.parametrize("quantity", [10.5, "ten", True, [], float("1e400")])
def test_quantity_that_is_no_whole_number_fails_the_read(quantity):
    with pytest.raises(ReadFailedError, match="quantity"):
        report(quantity=quantity)


@pytest.mark.parametrize("quantity", [10, "10", 10.0, Decimal("10.0")])
def test_whole_numbers_are_understood_however_they_are_written(quantity):
    assert report(quantity=quantity).terms.quantity == 10


@pytest.mark.parametrize(
    "quantity", [Decimal("1e999999999"), "1E+999999999", Decimal("0e-999999999"), 2**63, 10**30]
)
def test_number_that_nothing_can_hold_fails_the_read_at_once(quantity):
    """Such a number would fill the memory when it is written out, or overflow the journal's columns."""
    with pytest.raises(ReadFailedError, match="quantity"):
        report(quantity=quantity)


@pytest.mark.parametrize("price", [Decimal("1e400"), Decimal("1e-999999999"), 10**400])
def test_price_that_nothing_can_hold_fails_the_read(price):
    for name in ("price", "average_price"):
        with pytest.raises(ReadFailedError, match=name):
            report(filled_quantity=1, **{name: price})


def test_smallest_remainders_of_binary_arithmetic_are_read():
    assert report(filled_quantity=1, average_price=Decimal("5.684E-14")).average_price > 0


@pytest.mark.parametrize("name", ["order_id", "tag", "instrument_token", "placed_by"])
def test_text_that_cannot_be_written_fails_the_read(name):
    """A lone surrogate is valid in JSON and in no file: the journal could not keep the row."""
    with pytest.raises(ReadFailedError, match=name):
        report(**{name: "A\ud800"})


def test_words_of_the_broker_are_cleaned_and_never_fail_the_read():
    found = report(status_message_raw="no\ud800\x1b[31m" + "x" * 1_000)

    assert found.message.startswith("no  [31mxx")
    assert len(found.message) == 300


@pytest.mark.parametrize(
    "text",
    [
        "validation pending",
        "after market order req received",
        "modify after market order req received",
        "cancelled after market order",
    ],
)
def test_order_that_was_not_at_the_exchange_may_lack_a_filled_quantity(text):
    assert report(status=text, filled_quantity=None).filled_quantity == 0


@pytest.mark.parametrize("text", ["open", "cancelled", "complete"])
def test_order_that_was_at_the_exchange_may_not_lack_a_filled_quantity(text):
    with pytest.raises(ReadFailedError, match="filled_quantity"):
        report(status=text, filled_quantity=None)


def test_cancelled_order_keeps_its_fills():
    found = report(status="cancelled", filled_quantity=4, average_price=Decimal("1399.95"))

    assert (found.status, found.filled_quantity) == (OrderStatus.CANCELLED, 4)
    assert found.average_price == Decimal("1399.95")


@pytest.mark.parametrize("foreign", [{"product": "MTF"}, {"product": "CO"}, {"validity": "GTD"}])
def test_foreign_kind_of_order_is_counted_and_passed_over(foreign):
    oddities = Oddities()

    assert decode.order_reports([{**ROW, "tag": None, **foreign}, ROW], oddities) == (report(),)
    assert oddities.counts["order of a foreign kind"] == 1


def test_order_of_ours_in_a_foreign_kind_fails_the_read():
    with pytest.raises(ReadFailedError, match="product"):
        report(product="MTF")


def test_foreign_order_of_a_usual_kind_is_reported():
    assert report(tag=None).tag is None


def test_new_field_of_the_broker_is_counted_once_per_row():
    oddities = Oddities()

    decode.order_reports([{**ROW, "sparkle": 1}], oddities)

    assert oddities.counts["unknown field order.sparkle"] == 1


@pytest.mark.parametrize("change", [ReportedChange.MODIFIED, ReportedChange.NOT_CANCELLED])
def test_outcomes_of_changes_are_told_apart(change):
    assert report(status=change.replace("_", " ")).change is change


@pytest.mark.parametrize("moment", [None, "", "NA", "yesterday"])
def test_unreadable_times_of_an_order_are_zero_not_now(moment):
    assert report(order_timestamp=moment, exchange_timestamp=moment).reported_at_ms == 0


def test_times_mean_india_whatever_the_host_s_zone(monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        found = report()
    finally:
        monkeypatch.undo()
        time.tzset()

    assert found.reported_at_ms == 1_795_147_200_000


@pytest.mark.parametrize(
    "wrong", [{"quantity": 0}, {"average_price": 0}, {"trade_id": ""}, {"order_id": None}]
)
def test_trade_that_is_none_fails_the_read(wrong):
    with pytest.raises(ReadFailedError):
        decode.fills([{**TRADE, **wrong}], Oddities())


@pytest.mark.parametrize("written", ["2026-11-20 09:30:00", "20-Nov-2026 09:30:00"])
def test_time_of_a_trade_is_read_in_both_formats_seen(written):
    [fill] = decode.fills([{**TRADE, "exchange_timestamp": written}], Oddities())

    assert fill.filled_at_ms == 1_795_147_200_000


def test_trade_without_an_exchange_time_takes_that_of_its_order():
    [fill] = decode.fills([{**TRADE, "order_timestamp": "2026-11-20 09:30:00"}], Oddities())

    assert fill.filled_at_ms == 1_795_147_200_000


@pytest.mark.parametrize("product", ["MTF", "CO"])
def test_trade_of_a_foreign_kind_is_counted_and_passed_over_as_its_order_and_position_are(product):
    """Fault 75: it would look like one that closed a position of ours."""
    oddities = Oddities()

    assert decode.fills([{**TRADE, "product": product}], oddities) == ()
    assert oddities.counts["trade of a foreign kind"] == 1


@pytest.mark.parametrize("product", ["I", "D", None, "?"])
def test_every_other_trade_is_read(product):
    [fill] = decode.fills([{**TRADE, "product": product}], Oddities())

    assert fill.quantity == TRADE["quantity"]


def test_position_counts_overnight_and_day_together():
    row = {**POSITION, "day_buy_quantity": 3, "overnight_buy_quantity": "2", "day_sell_quantity": 10}

    [position] = decode.positions([row], Oddities())

    assert (position.quantity, position.buy_quantity, position.sell_quantity) == (-5, 5, 10)


@pytest.mark.parametrize("wrong", [{"quantity": None}, {"quantity": ""}, {"instrument_token": None}])
def test_position_without_a_quantity_is_not_flat(wrong):
    with pytest.raises(ReadFailedError):
        decode.positions([{**POSITION, **wrong}], Oddities())


def test_margin_funded_position_is_counted_and_passed_over():
    oddities = Oddities()

    assert decode.positions([{**POSITION, "product": "MTF"}], oddities) == ()
    assert oddities.counts["position of a foreign kind"] == 1


@pytest.mark.parametrize(
    "data", [None, {}, {"available_to_trade": {}}, {"available_to_trade": {"total": None}}]
)
def test_funds_without_a_total_are_not_zero(data):
    with pytest.raises(ReadFailedError):
        decode.funds(data)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_no_junk_in_any_field_raises_anything_but_read_failed(junk):
    for name in ROW:
        try:
            decode.order_report({**ROW, name: junk}, Oddities())
        except ReadFailedError:
            continue
