"""Orders out, books in: Upstox behind the Broker port."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import structlog

from trading_bot.adapters.upstox.fields import Oddities, Row, rows_of
from trading_bot.adapters.upstox.rest import calls, decode, decode_market
from trading_bot.adapters.upstox.rest.answers import TransportError
from trading_bot.adapters.upstox.rest.outcome import Write, outcome_of, outcome_without_answer
from trading_bot.adapters.upstox.rest.reads import BrokerReads, RefusedReadError
from trading_bot.adapters.upstox.rest.transport import Call, UpstoxTransport
from trading_bot.adapters.upstox.settings import UpstoxSettings
from trading_bot.adapters.upstox.streams.order_stream import OrderStream
from trading_bot.domain.errors import NotAuthorisedError, ReadFailedError
from trading_bot.domain.money import ZERO
from trading_bot.domain.order import Fill, OrderReport, OrderRequest, OrderTerms
from trading_bot.engine.ports import BrokerPosition, Funds, MarginQuestion, Outcome

_NO_SUCH_ORDER = "UDAPI100010"
_MARGIN_LEGS_MAX = 20
_QUOTES_MAX = 500


class UpstoxBroker:
    """Each write is sent at most once and ends in one of three outcomes; each read is complete or fails."""

    def __init__(
        self,
        settings: UpstoxSettings,
        transport: UpstoxTransport,
        reads: BrokerReads,
        order_stream: OrderStream,
        oddities: Oddities,
    ) -> None:
        self._transport = transport
        self._reads = reads
        self._order_stream = order_stream
        self._oddities = oddities
        self._market_protection = settings.market_protection_pct
        self._algo_name = settings.algo_name
        self._log = structlog.get_logger(__name__)

    async def place(self, request: OrderRequest) -> Outcome:
        """Send a new order once."""
        call = calls.place(request, market_protection=self._market_protection, algo_name=self._algo_name)
        return await self._written(Write.PLACE, call, tag=request.tag)

    async def modify(self, order_id: str, terms: OrderTerms) -> Outcome:
        """Ask for new terms; the total quantity includes the filled part."""
        call = calls.modify(
            order_id, terms, market_protection=self._market_protection, algo_name=self._algo_name
        )
        return await self._written(Write.MODIFY, call, order_id=order_id)

    async def cancel(self, order_id: str) -> Outcome:
        """Ask for a cancellation; a fill may still win."""
        return await self._written(
            Write.CANCEL, calls.cancel(order_id, algo_name=self._algo_name), order_id=order_id
        )

    async def orders(self) -> tuple[OrderReport, ...]:
        """Return the order book of the day. Raises ReadFailedError."""
        return decode.order_reports(await self._reads.data("order book", calls.order_book()), self._oddities)

    async def orders_by_tag(self, tag: str) -> tuple[OrderReport, ...]:
        """Return the newest row of every order that carries the tag. Raises ReadFailedError.

        The history names the orders; their newest rows are asked for one by one, since rows of one second
        have no order among themselves.
        """
        history = await self._history(tag)
        order_ids = dict.fromkeys(Row(row, f"history of tag {tag}").text("order_id") for row in history)
        newest = [await self._reads.data("order", calls.newest_row(order_id)) for order_id in order_ids]
        return decode.order_reports(newest, self._oddities)

    async def fills(self) -> tuple[Fill, ...]:
        """Return all trades of the day. Raises ReadFailedError."""
        return decode.fills(await self._reads.data("trades", calls.trades()), self._oddities)

    async def confirm_token(self) -> None:
        """Read the profile, which a dead token cannot. Raises ReadFailedError."""
        await confirmed_account(self._reads, "")

    async def is_account_active(self) -> bool:
        """Return the profile's word on it; one that says nothing says nothing against it."""
        row = Row(await self._reads.data("profile", calls.profile()), "profile")
        return row.fields.get("is_active") is not False

    async def positions(self) -> tuple[BrokerPosition, ...]:
        """Return the day's positions, closed ones included. Raises ReadFailedError."""
        return decode.positions(await self._reads.data("positions", calls.positions()), self._oddities)

    async def funds(self) -> Funds:
        """Return what is available to trade with. Raises ReadFailedError, also between 00:00 and 05:30."""
        return decode.funds(await self._reads.data("funds", calls.funds()))

    async def margin(self, questions: Sequence[MarginQuestion]) -> Decimal:
        """Return the margin in rupees that these orders together would need. Raises ReadFailedError.

        Beyond 20 legs the broker has to be asked in parts, and the sum is then an upper bound: it misses the
        hedge benefit between the parts.
        """
        parts = [
            questions[first : first + _MARGIN_LEGS_MAX]
            for first in range(0, len(questions), _MARGIN_LEGS_MAX)
        ]
        answers = [await self._reads.data("margin", calls.margin(part)) for part in parts]
        return sum((Row(answer, "margin").amount("final_margin") for answer in answers), ZERO)

    async def price_bands(self, instrument_keys: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Return today's lower and upper price limits in paise of the instruments that have them.

        Raises ReadFailedError.
        """
        found: dict[str, tuple[int, int]] = {}
        for first in range(0, len(instrument_keys), _QUOTES_MAX):
            part = calls.full_quotes(instrument_keys[first : first + _QUOTES_MAX])
            found |= decode_market.price_bands(await self._reads.data("price bands", part))
        return found

    def order_updates(self) -> AsyncGenerator[OrderReport | None]:
        """Yield rows of the push stream; None each time it (re)connects."""
        return self._order_stream.updates()

    async def _history(self, tag: str) -> list[Any]:
        try:
            return rows_of(await self._reads.data("history", calls.history_by_tag(tag)), "history")
        except RefusedReadError as error:
            if error.codes == {_NO_SUCH_ORDER}:
                return []
            raise

    async def _written(
        self, write: Write, call: Call, *, tag: str = "", order_id: str | None = None
    ) -> Outcome:
        try:
            outcome = outcome_of(write, await self._transport.write(call), order_id)
        except (TransportError, NotAuthorisedError) as error:
            outcome = outcome_without_answer(error)
        named = {"tag": tag, "order_id": order_id} | asdict(outcome)
        self._log.info("order_write_ended", write=write, outcome=type(outcome).__name__.lower(), **named)
        return outcome


async def confirmed_account(reads: BrokerReads, expected: str) -> str:
    """Return the user id of the token's owner, after a positive sign that the token lives.

    Raises NotAuthorisedError when the token is dead, ReadFailedError when it belongs to somebody else.
    """
    user_id = Row(await reads.data("profile", calls.profile()), "profile").text("user_id")
    if expected and user_id != expected:
        raise ReadFailedError(f"the token belongs to account {user_id}, the settings expect {expected}")
    return user_id
