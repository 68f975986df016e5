"""What an event makes of the book where it is not about a trade of ours."""

import pytest

from trading_bot.domain import events as ev
from trading_bot.domain.instrument import Product
from trading_bot.domain.order import OrderRequest, OrderStatus, OrderTerms, OrderType, Purpose, Side
from trading_bot.engine.book import Book

OURS = "tb9jv001000e"


def intended(tag: str, trade_id: int | None) -> ev.OrderIntended:
    request = OrderRequest(
        tag=tag,
        instrument_key="K",
        side=Side.SELL,
        product=Product.INTRADAY,
        purpose=Purpose.EXIT,
        terms=OrderTerms(order_type=OrderType.MARKET, quantity=1),
    )
    return ev.OrderIntended(at_ms=7, request=request, trade_id=trade_id)


def test_an_order_that_flattens_what_nobody_here_opened_belongs_to_no_trade():
    """V19: it has its intent all the same."""
    book = Book()

    book.apply(intended(OURS, None))

    assert book.orders[OURS].status is OrderStatus.INTENDED
    assert book.trade_id_by_tag[OURS] is None
    assert not any(book.tags_by_trade_id.values())


@pytest.mark.parametrize(("tag", "number"), [(OURS, 14), ("by hand", 3)])
def test_the_numbers_of_later_intents_follow_tags_of_ours_only(tag, number):
    """V2: a tag is given once."""
    book = Book()
    book.last_intent = 3

    book.apply(intended(tag, None))

    assert book.last_intent == number


def test_a_row_of_the_emergency_journal_without_an_order_gives_no_tag():
    book = Book()

    for tag in ("", OURS):
        book.apply(ev.EmergencyRowKept(at_ms=7, number=1, kind="panic_latched", payload="{}", tag=tag))

    assert book.emergency_tags == {OURS}
