from decimal import Decimal

from tests.fakes.scripted_market import RELIANCE
from trading_bot.domain.instrument import Product
from trading_bot.domain.order import OrderType, Side, Validity
from trading_bot.simulator.server.books.order_book import BookHistory
from trading_bot.simulator.venue.contracts import OrderRow

RECEIVED = OrderRow(
    order_id="1", exchange_order_id="", instrument_key=RELIANCE.key, trading_symbol="RELIANCE", side=Side.BUY,
    product=Product.INTRADAY, order_type=OrderType.LIMIT, validity=Validity.DAY, quantity=1,
    filled_quantity=0, disclosed_quantity=0, price=1, trigger_price=0, average_price=Decimal(0),
    status="put order req received", status_message="", tag=None, placed_by="ME", ordered_at_ms=1_000,
    exchange_at_ms=0,
)  # fmt: skip
OPEN = RECEIVED._replace(status="open")


def test_an_order_is_on_its_way_until_it_rests():
    history = BookHistory()
    history.record(1_000, RECEIVED)
    assert history.has_orders_on_the_way

    history.record(1_050, OPEN)

    assert not history.has_orders_on_the_way


def test_the_book_of_an_earlier_moment_shows_what_was_known_then():
    history = BookHistory()
    history.record(1_000, RECEIVED)
    history.record(1_050, OPEN)

    assert history.rows_as_of(999) == ()
    assert history.rows_as_of(1_000) == (RECEIVED,)
    assert history.rows_as_of(1_050) == (OPEN,)
    assert history.states_as_of(1_050) == (RECEIVED, OPEN)
