from decimal import Decimal

from tests.fakes.scripted_core import ScriptedCore
from tests.fakes.scripted_market import CLOSES, LISTED, RELIANCE
from trading_bot.domain.instrument import Product
from trading_bot.domain.order import OrderType, Side, Validity
from trading_bot.simulator.contracts import NewOrder
from trading_bot.simulator.server.order_book import BookHistory

ORDER = NewOrder(
    instrument_key=RELIANCE.key, side=Side.BUY, quantity=1, product=Product.INTRADAY,
    order_type=OrderType.LIMIT, validity=Validity.DAY, price=1, trigger_price=0,
    market_protection_pct=Decimal(0),
)  # fmt: skip


def recorded() -> tuple[BookHistory, ScriptedCore]:
    core, history = ScriptedCore(LISTED, CLOSES, 1_000), BookHistory()
    core.subscribe(lambda row: history.record(core.now_ms, row))
    return history, core


def test_an_order_is_on_its_way_until_it_rests():
    history, core = recorded()
    core.place(ORDER)
    assert history.has_orders_on_the_way

    core.advance(2_000)

    assert not history.has_orders_on_the_way


def test_the_book_of_an_earlier_moment_shows_what_was_known_then():
    history, core = recorded()
    core.place(ORDER)
    core.advance(2_000)

    assert history.rows_as_of(999) == ()
    assert [row.status for row in history.rows_as_of(1_000)] == ["put order req received"]
    assert [row.status for row in history.rows_as_of(2_000)] == ["open"]
    assert len(history.states_as_of(2_000)) == 2
