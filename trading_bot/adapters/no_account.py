"""The broker of a daemon that sends no orders: an account in which nothing is held and nothing happens."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from decimal import Decimal

from trading_bot.domain.money import rupees
from trading_bot.domain.order import Fill, OrderReport, OrderRequest, OrderTerms
from trading_bot.engine.ports import Broker, BrokerPosition, Funds, MarginQuestion, Outcome, Refused

_REFUSED = Refused("NO_ACCOUNT", "this daemon sends no orders")


class NoAccount:
    """Answers as a broker would of whom nothing was ever asked; price limits come from the real one.

    `capital` is what may be used for new orders, in rupees; an order needs its whole value.
    """

    def __init__(self, capital: Decimal, market: Broker) -> None:
        self._capital = capital
        self._market = market

    async def place(self, _request: OrderRequest) -> Outcome:
        """Refuse."""
        return _REFUSED

    async def modify(self, _order_id: str, _terms: OrderTerms) -> Outcome:
        """Refuse."""
        return _REFUSED

    async def cancel(self, _order_id: str) -> Outcome:
        """Refuse."""
        return _REFUSED

    async def orders(self) -> tuple[OrderReport, ...]:
        """Return nothing: there are none."""
        return ()

    async def orders_by_tag(self, _tag: str) -> tuple[OrderReport, ...]:
        """Return nothing: there are none."""
        return ()

    async def fills(self) -> tuple[Fill, ...]:
        """Return nothing: there are none."""
        return ()

    async def confirm_token(self) -> None:
        """Do nothing: there is no account."""

    async def is_account_active(self) -> bool:
        """Nobody can block what there is not."""
        return True

    async def positions(self) -> tuple[BrokerPosition, ...]:
        """Return nothing: there are none."""
        return ()

    async def funds(self) -> Funds:
        """Return the configured capital."""
        return Funds(available=self._capital, used_margin=Decimal(0))

    async def margin(self, questions: Sequence[MarginQuestion]) -> Decimal:
        """Return the value of the orders in rupees."""
        return sum((rupees(asked.price) * asked.quantity for asked in questions), Decimal(0))

    async def price_bands(self, instrument_keys: Sequence[str]) -> Mapping[str, tuple[int, int]]:
        """Return today's price limits. Raises ReadFailedError."""
        return await self._market.price_bands(instrument_keys)

    async def order_updates(self) -> AsyncGenerator[OrderReport | None]:
        """Yield that the stream is up, and nothing after that."""
        yield None
        await asyncio.Event().wait()
