import pytest

from trading_bot.domain import events as ev
from trading_bot.domain.order import ChangeResult, OrderStatus, OrderTerms, OrderType
from trading_bot.report.day.order_life import step_of, tag_of, terms_text

TERMS = OrderTerms(order_type=OrderType.STOP_LIMIT, quantity=35, price=137_280, trigger_price=138_670)


def test_terms_name_only_the_prices_that_they_have():
    assert terms_text(TERMS) == "SL 35 at 1,372.80, trigger 1,386.70"
    assert terms_text(OrderTerms(order_type=OrderType.MARKET, quantity=1)) == "MARKET 1"


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (
            ev.OrderAdvanced(at_ms=5, tag="t", status=OrderStatus.IN_DOUBT, message="timed out"),
            "in doubt: timed out",
        ),
        (ev.OrderAdvanced(at_ms=5, tag="t", status=OrderStatus.OPEN, order_id="7"), "open as 7"),
        (
            ev.OrderReported(at_ms=5, tag="t", terms=TERMS, reported_filled_quantity=10),
            "the broker shows SL 35 at 1,372.80, trigger 1,386.70, 10 filled",
        ),
        (ev.CancelIntended(at_ms=5, tag="t"), "cancellation wanted"),
        (ev.ChangeResolved(at_ms=5, tag="t", result=ChangeResult.NOT_SEEN), "change not seen"),
        (ev.StopFailed(at_ms=5, trade_id=1, tag="t", reason="rejected"), "stop failed: rejected"),
    ],
)
def test_each_event_is_a_step_in_words(event, text):
    assert step_of(event) == (5, text)
    assert tag_of(event) == "t"
