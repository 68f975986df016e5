"""The portfolio stream: order rows as they change. A hint to look, never the truth: it replays nothing."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from trading_bot.adapters.upstox.envelope import document_of
from trading_bot.adapters.upstox.fields import Oddities
from trading_bot.adapters.upstox.rest.decode import order_report
from trading_bot.adapters.upstox.streams.sockets import KeptStream
from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.order import OrderReport

_ORDER = "order"


class OrderStream:
    """Reads order updates; whatever is not one is counted and passed over."""

    def __init__(self, stream: KeptStream, oddities: Oddities) -> None:
        self._stream = stream
        self._oddities = oddities

    async def updates(self) -> AsyncGenerator[OrderReport | None]:
        """Yield rows; None each time a connection is made. Raises NotAuthorisedError for a dead token."""
        async with aclosing(self._stream.connections()) as connections:
            async for connection in connections:
                yield None
                async with aclosing(self._stream.messages(connection)) as messages:
                    async for message in messages:
                        report = self._report(message)
                        if report is not None:
                            yield report

    def _report(self, message: str | bytes) -> OrderReport | None:
        document = document_of(message.encode() if isinstance(message, str) else message)
        if not isinstance(document, dict):
            self._oddities.note("order stream: a message that is not a JSON object")
            return None
        if document.get("update_type", _ORDER) != _ORDER:
            self._oddities.note("order stream: an update of another type")
            return None
        try:
            return order_report(document, self._oddities)
        except ReadFailedError as error:
            self._oddities.note("order stream: a row that cannot be read", reason=str(error))
            return None
