"""The order stream: what the venue publishes, muted, doubled, late or cut, in the broker's JSON."""

import asyncio
import json

from trading_bot.adapters.upstox.fields import Oddities
from trading_bot.adapters.upstox.streams.order_stream import OrderStream
from trading_bot.simulator.server.books.order_rows import stream_message

_LATENCY_S = 0.02
_RECONNECT_S = 2.0


class _Connection:
    def __init__(self):
        self.messages = asyncio.Queue()


class PushStream:
    """Stands in for a `KeptStream`: connections that end when a fault cuts them."""

    def __init__(self, venue, desk, faults, view):
        self._desk, self._faults, self._view = desk, faults, view
        self._loop = asyncio.get_running_loop()
        self._open = []
        venue.subscribe(self._publish)

    def port(self):
        """The adapter's reader of it."""
        return OrderStream(self, Oddities())

    async def connections(self):
        while True:
            connection = _Connection()
            self._open.append(connection)
            try:
                yield connection
            finally:
                if connection in self._open:
                    self._open.remove(connection)
            await asyncio.sleep(_RECONNECT_S)

    async def messages(self, connection):
        while (message := await connection.messages.get()) is not None:
            yield message

    def cut(self):
        """End every connection; rows until the next one are lost."""
        for connection in self._open:
            connection.messages.put_nowait(None)
        self._open.clear()

    def _publish(self, row):
        faults = self._faults
        if not self._open or faults.hits("push_muted") or faults.hits("push_lost"):
            return
        if self._view.is_hidden(row.order_id):
            return
        text = json.dumps(stream_message(row, self._desk.listing, "SIM001"))
        late = faults.hit("push_late")
        copies = 2 if faults.hits("push_doubled") else 1
        for number in range(copies):
            delay_s = _LATENCY_S + (late.value if late else 0) + number * 0.5
            self._loop.call_later(delay_s, self._send, tuple(self._open), text)

    def _send(self, connections, text):
        for connection in connections:
            if connection in self._open:
                connection.messages.put_nowait(text)
