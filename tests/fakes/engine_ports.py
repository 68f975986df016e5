"""Ports of the engine that do what a test tells them, in virtual time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from trading_bot.domain.errors import NotAuthorisedError, ReadFailedError, StorageError
from trading_bot.domain.market_data import Candle
from trading_bot.domain.order import Fill, OrderReport, OrderRequest, OrderTerms
from trading_bot.domain.outlook import DayClose
from trading_bot.engine.commands import Alert
from trading_bot.engine.ports import Accepted, BrokerPosition, Funds, JournalRow, MarginQuestion, Outcome


def no_beat() -> None:
    """A heartbeat that nobody listens to."""


@dataclass(slots=True)
class FakeJournal:
    """Keeps rows; they are durable at once, or when the test lets them be, or never."""

    rows: list[JournalRow] = field(default_factory=list)
    is_held: bool = False
    fails: bool = False
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def append(self, rows: Sequence[JournalRow]) -> None:
        self.rows.extend(rows)

    async def durable(self, sequence: int) -> None:
        if self.is_held:
            await self.released.wait()
        if self.fails:
            raise StorageError(f"row {sequence} is not on disk")


@dataclass(slots=True)
class FakeBroker:
    """Records every call; answers what the test set, after as long as it set."""

    calls: list[tuple[str, str]] = field(default_factory=list)
    called_at_s: list[float] = field(default_factory=list)
    place_delay_s: Callable[[OrderRequest], float] = lambda _request: 0.0
    outcome: Outcome = field(default_factory=lambda: Accepted("1"))
    reports: tuple[OrderReport, ...] = ()
    trades: tuple[Fill, ...] = ()
    held: tuple[BrokerPosition, ...] = ()
    failing_reads: bool = False
    is_token_dead: bool = False
    token_checks: int = 0
    failing_margins: bool = False
    margin_told: Decimal = Decimal(20_000)
    read_delay_s: float = 0.0
    updates: tuple[OrderReport | None, ...] = ()
    margins_asked: list[MarginQuestion] = field(default_factory=list)
    is_active: bool = True
    bands_asked: list[tuple[str, ...]] = field(default_factory=list)

    def _note(self, call: str, of: str = "") -> None:
        self.calls.append((call, of))
        self.called_at_s.append(asyncio.get_running_loop().time())

    async def place(self, request: OrderRequest) -> Outcome:
        self._note("place", request.tag)
        await asyncio.sleep(self.place_delay_s(request))
        return self.outcome

    async def modify(self, order_id: str, terms: OrderTerms) -> Outcome:
        self._note("modify", order_id)
        return self.outcome

    async def cancel(self, order_id: str) -> Outcome:
        self._note("cancel", order_id)
        return self.outcome

    async def _read(self, what: str, answer, of: str = ""):
        self._note(what, of)
        await asyncio.sleep(self.read_delay_s)
        if self.failing_reads:
            raise ReadFailedError(f"{what}: no answer")
        return answer

    async def orders(self) -> tuple[OrderReport, ...]:
        return await self._read("orders", self.reports)

    async def orders_by_tag(self, tag: str) -> tuple[OrderReport, ...]:
        return await self._read("orders_by_tag", tuple(row for row in self.reports if row.tag == tag), tag)

    async def fills(self) -> tuple[Fill, ...]:
        return await self._read("fills", self.trades)

    async def confirm_token(self) -> None:
        self.token_checks += 1
        if self.is_token_dead:
            raise NotAuthorisedError("no profile")

    async def is_account_active(self) -> bool:
        return await self._read("profile", self.is_active)

    async def positions(self) -> tuple[BrokerPosition, ...]:
        return await self._read("positions", self.held)

    async def funds(self) -> Funds:
        return await self._read("funds", Funds(available=Decimal(500), used_margin=Decimal(0)))

    async def margin(self, questions: Sequence[MarginQuestion]) -> Decimal:
        self.margins_asked.extend(questions)
        if self.failing_margins:
            raise ReadFailedError("margin: no answer")
        return self.margin_told

    async def price_bands(self, instrument_keys: Sequence[str]) -> Mapping[str, tuple[int, int]]:
        self.bands_asked.append(tuple(instrument_keys))
        return dict.fromkeys(instrument_keys, (1_000, 1_000_000))

    async def order_updates(self) -> AsyncIterator[OrderReport | None]:
        for update in self.updates:
            yield update


@dataclass(slots=True)
class FakeFeed:
    """Sends what the test set, then ends."""

    sent: tuple = ()
    reconnections: int = 0

    async def messages(self, instrument_keys: Sequence[str]):
        for message in self.sent:
            yield message

    async def reconnect(self) -> None:
        self.reconnections += 1


@dataclass(slots=True)
class FakeHistory:
    """History by instrument; a missing one cannot be read."""

    candles: dict[str, tuple[Candle, ...]] = field(default_factory=dict)
    closes: dict[str, tuple[DayClose, ...]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def minute_candles(self, instrument_key: str, first, last) -> tuple[Candle, ...]:
        self.asked.append(instrument_key)
        if instrument_key not in self.candles:
            raise ReadFailedError("no history")
        return self.candles[instrument_key]

    async def day_closes(self, instrument_key: str, first, last) -> tuple[DayClose, ...]:
        self.asked.append(instrument_key)
        if instrument_key not in self.closes:
            raise ReadFailedError("no history")
        return tuple(close for close in self.closes[instrument_key] if first <= close.on <= last)


@dataclass(slots=True)
class FakeNotifier:
    """Remembers what it was told, or fails, or hangs over one text."""

    told: list[str] = field(default_factory=list)
    fails: bool = False
    hangs_over: str = ""

    async def notify(self, alert: Alert) -> None:
        if alert.text == self.hangs_over:
            await asyncio.Event().wait()
        if self.fails:
            raise ConnectionError("channel down")
        self.told.append(alert.text)
