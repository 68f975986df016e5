"""Every kind of difference between two sides' fills, by hand. V21."""

import pytest

from tests.fakes.parity_days import LIMIT, EveryPrice, NoPrice, backtest, wire
from trading_bot.backtest.parity import Cause, compare
from trading_bot.domain.order import OrderStatus
from trading_bot.domain.trade import ExitReason


def compared(one, other, quotes=None):
    return compare(one.played(), other.played(), quotes or EveryPrice(), str.lower)


def only(one, other, quotes=None):
    (found,) = compared(one, other, quotes).differences
    return found


def found_in(what, one, other, quotes=None):
    return next(found for found in compared(one, other, quotes).differences if found.what == what)


def entered(day, price, when, quantity=10, **others):
    return day.trade(
        entries=((quantity, price, when),), exits=((quantity, 10_200, "10:00:00.020"),), **others
    )


def test_two_equal_days_do_not_differ():
    assert compared(wire().trade(), backtest().trade()).differences == ()


def test_a_side_that_knows_only_seconds_differs_only_by_seconds():
    coarse = wire().trade(entries=((10, 10_000, "09:30:00"),), exits=((10, 10_200, "10:00:00"),))

    assert compared(coarse, backtest().trade()).differences == ()


def test_an_order_that_reached_the_exchange_later_is_latency():
    found = only(entered(wire(), 10_010, "09:30:02"), entered(backtest(), 10_000, "09:30:00.020"))

    assert (found.what, found.cause) == ("entry", Cause.LATENCY)
    assert "bought 10 at 100.10 at 09:30:02.000 over the wire" in found.text
    assert "2.0 s later over the wire, asked for at 09:30:00.000 and 09:30:00.000" in found.text


def test_latency_without_another_price_is_said_to_have_none():
    found = only(entered(wire(), 10_000, "09:30:02"), entered(backtest(), 10_000, "09:30:00.020"))

    assert found.cause is Cause.LATENCY
    assert found.text.endswith("at the same price")


def test_another_price_in_the_same_moment_is_the_quotes():
    found = only(entered(wire(), 10_005, "09:30:00.020"), entered(backtest(), 10_000, "09:30:00.020"))

    assert found.cause is Cause.PRICE


@pytest.mark.parametrize("quotes", [EveryPrice(9_990, 10_005), NoPrice()], ids=["outside", "unknown"])
def test_a_price_that_the_market_did_not_offer_is_unexplained(quotes):
    one, other = entered(wire(), 10_010, "09:30:02"), entered(backtest(), 10_000, "09:30:00.020")

    found = found_in("entry", one, other, quotes)

    assert found.cause is Cause.UNEXPLAINED
    assert "the market did not offer" in found.text


def test_what_rests_trades_at_its_limit_though_the_market_has_come_beyond_it():
    one, other = entered(wire(), LIMIT, "09:30:02"), entered(backtest(), LIMIT, "09:30:00.020")

    assert only(one, other, EveryPrice(LIMIT - 60, LIMIT - 20)).cause is Cause.LATENCY
    assert only(one, other, EveryPrice(LIMIT + 20, LIMIT + 60)).cause is Cause.UNEXPLAINED


def test_an_entry_that_rested_had_its_turn_later():
    found = only(entered(wire(), 10_000, "09:30:20"), entered(backtest(), 10_000, "09:30:00.020"))

    assert found.cause is Cause.QUEUE
    assert "rested over the wire from 09:30:00.000 on" in found.text


def test_an_entry_that_was_never_reached_is_the_queue_where_the_market_stayed_beyond_its_limit():
    one = wire().trade(entries=(), exits=(), status=OrderStatus.CANCELLED, ended="09:30:30")

    found = found_in("entry", one, backtest().trade(), AwayAfterwards(LIMIT))
    assert found.cause is Cause.QUEUE
    assert "rested at 100.50 from 09:30:00.000 on and was cancelled over the wire" in found.text


class AwayAfterwards:
    """Everything could be had at first; later only what lies beyond a limit."""

    def __init__(self, limit):
        self._limit = limit

    def offered(self, instrument_key, side, first_ms, last_ms):
        is_life = last_ms - first_ms > 1_000
        return EveryPrice(self._limit if is_life else 0).offered(instrument_key, side, first_ms, last_ms)


def test_an_entry_that_was_never_reached_though_it_could_be_is_unexplained():
    one = wire().trade(entries=(), exits=(), status=OrderStatus.CANCELLED, ended="09:30:30")

    assert found_in("entry", one, backtest().trade()).cause is Cause.UNEXPLAINED


def test_a_part_of_an_entry_is_partial_and_its_exit_follows():
    one = entered(wire(), 10_000, "09:30:00.020", quantity=4)
    found = compared(one, backtest().trade()).differences

    assert [(one.what, one.cause) for one in found] == [("entry", Cause.PARTIAL), ("exit", Cause.FOLLOWS)]
    assert "4 of 10 could be had over the wire" in found[0].text


def test_an_exit_that_closed_less_than_was_entered_is_unexplained():
    one = wire().trade(exits=((4, 10_200, "10:00:00.020"),))

    assert only(one, backtest().trade()).cause is Cause.UNEXPLAINED


def test_a_rejected_entry_is_named_with_the_brokers_words():
    one = wire().trade(entries=(), exits=(), status=OrderStatus.REJECTED)

    found = found_in("entry", one, backtest().trade())
    assert found.cause is Cause.REJECT
    assert "not taken over the wire: rejected" in found.text


def test_a_stop_that_was_rejected_once_is_an_order_more():
    one = wire().trade(refused="price outside the band")

    found = found_in("orders", one, backtest().trade())
    assert found.cause is Cause.REJECT
    assert "1 entry + 2 stop and 1 entry + 1 stop orders" in found.text
    assert "price outside the band" in found.text


# --- exits ----------------------------------------------------------------------------------------------


def test_an_exit_order_that_arrived_later_is_latency():
    one = wire().trade(exits=((10, 10_190, "10:00:03"),))

    assert only(one, backtest().trade()).cause is Cause.LATENCY


def test_a_stop_at_the_exchange_that_had_its_turn_later_is_the_queue():
    stopped = {"reason": ExitReason.STOP, "trigger": 9_900}
    one = wire().trade(exits=((10, 9_890, "10:00:09"),), **stopped)
    other = backtest().trade(exits=((10, 9_895, "10:00:00"),), **stopped)

    assert only(one, other).cause is Cause.QUEUE


def test_a_stop_that_stood_elsewhere_follows_from_how_it_trailed():
    one = wire().trade(
        exits=((10, 9_990, "10:00:09"),), reason=ExitReason.STOP, trigger=9_995, stops=(9_900, 9_995)
    )
    other = backtest().trade(exits=((10, 9_895, "10:00:00"),), reason=ExitReason.STOP, trigger=9_900)

    found = only(one, other)
    assert found.cause is Cause.FOLLOWS
    assert "the stop stood at 99.95 and 99.00; the stop moved 1 and 0 times" in found.text


def test_another_exit_reason_follows_from_another_entry():
    one = entered(wire(), 10_010, "09:30:02", reason=ExitReason.SQUARE_OFF)

    found = found_in("exit", one, backtest().trade())
    assert found.cause is Cause.FOLLOWS
    assert "square_off and target; the entries differed" in found.text


@pytest.mark.parametrize(
    "changed",
    [{"reason": ExitReason.SQUARE_OFF}, {"asked": "10:20", "exits": ((10, 10_200, "10:20:00.020"),)}],
    ids=["reason", "time"],
)
def test_another_exit_decision_of_equal_trades_is_unexplained(changed):
    comparison = compared(wire().trade(**changed), backtest().trade())

    assert [found.cause for found in comparison.differences] == [Cause.UNEXPLAINED]
    assert not comparison.is_explained


# --- plans ----------------------------------------------------------------------------------------------


def test_a_plan_at_another_price_follows_from_the_moment_of_the_decision():
    one = wire().trade(raised="09:30:01.200", reference=10_000)
    other = backtest().trade(raised="09:30:00.600", reference=10_000)
    other.trades[0] = replaced(other.trades[0], reference_price=10_005)

    found = found_in("plan", one, other)
    assert found.cause is Cause.LATENCY
    assert "planned at 100.00 and 100.05: decided at 09:30:01.200 and 09:30:00.600" in found.text


def replaced(record, **changes):
    from dataclasses import replace

    return replace(record, trade=replace(record.trade, **changes))


def test_another_size_follows_from_an_earlier_difference():
    one = entered(wire(), 10_010, "09:30:02").trade("B", candle="09:45", raised="10:05", planned=8, **LATER)
    other = backtest().trade().trade("B", candle="09:45", raised="10:05", **LATER)

    assert found_in("plan", one, other).cause is Cause.FOLLOWS


LATER = {"entries": ((8, 10_000, "10:05:00.020"),), "exits": ((8, 10_200, "10:30:00.020"),), "asked": "10:30"}


def test_another_size_out_of_nothing_is_unexplained():
    found = found_in("plan", wire().trade(planned=12), backtest().trade())

    assert found.cause is Cause.UNEXPLAINED
    assert "12 and 10 units" in found.text


def test_another_limit_price_of_an_equal_plan_is_unexplained():
    found = found_in("plan", wire().trade(limit=LIMIT + 5), backtest().trade())

    assert found.cause is Cause.UNEXPLAINED
    assert "LIMIT 10 at 100.55 and LIMIT 10 at 100.50" in found.text


def test_causes_are_counted():
    comparison = compared(entered(wire(), 10_010, "09:30:02"), backtest().trade())

    assert dict(comparison.causes) == {Cause.LATENCY: 1}
    assert comparison.is_explained
