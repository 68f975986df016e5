"""An account in which nothing happens."""

from decimal import Decimal

from trading_bot.adapters.no_account import NoAccount
from trading_bot.domain.instrument import Product
from trading_bot.domain.order import Side
from trading_bot.engine.ports import MarginQuestion, Refused


class Bands:
    """A broker that knows price limits."""

    async def price_bands(self, instrument_keys):
        return dict.fromkeys(instrument_keys, (90, 110))


async def test_it_holds_nothing_and_refuses_every_write():
    account = NoAccount(Decimal(500_000), Bands())

    assert await account.orders() == await account.fills() == await account.positions() == ()
    assert (await account.funds()).available == 500_000
    assert isinstance(await account.cancel("1"), Refused)


async def test_an_order_needs_its_whole_value():
    question = MarginQuestion(
        instrument_key="K", side=Side.BUY, quantity=10, product=Product.INTRADAY, price=12_345
    )

    assert await NoAccount(Decimal(1), Bands()).margin([question, question]) == Decimal("2469.00")


async def test_price_limits_are_the_real_ones():
    assert await NoAccount(Decimal(1), Bands()).price_bands(["K"]) == {"K": (90, 110)}
