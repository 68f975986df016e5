"""What the market offered at a moment: the witness for the prices at which both sides traded."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple, Protocol

from trading_bot.domain.order import Side
from trading_bot.simulator.venue.contracts import Level, MarketMoment, MarketUpdate

_BPS = Decimal(10_000)


class Span(NamedTuple):
    """The prices between which an order of a side could trade; paise."""

    low: int
    high: int


class Quotes(Protocol):
    """The market of the day, however it is known."""

    def offered(self, instrument_key: str, side: Side, first_ms: int, last_ms: int) -> Span | None:
        """Return the prices for a side from a moment to another, both included; None when none are known."""
        ...


class _Tape(NamedTuple):
    at_ms: list[int]
    spans: dict[Side, list[Span]]


class QuoteTape:
    """The quotes of some instruments over a day, as the exchange showed them."""

    def __init__(
        self,
        moments: Iterable[MarketMoment],
        instrument_keys: Collection[str],
        *,
        slippage_bps: Decimal = Decimal(0),
    ) -> None:
        self._slippage_bps = slippage_bps
        self._tapes = {key: _Tape([], {side: [] for side in Side}) for key in instrument_keys}
        for moment in moments:
            for update in moment.updates:
                tape = self._tapes.get(update.instrument_key)
                if tape is not None:
                    self._note(tape, moment.at_ms, update)

    def _note(self, tape: _Tape, at_ms: int, update: MarketUpdate) -> None:
        tape.at_ms.append(at_ms)
        tape.spans[Side.BUY].append(self._span(Side.BUY, update.last_price, update.asks))
        tape.spans[Side.SELL].append(self._span(Side.SELL, update.last_price, update.bids))

    def _span(self, side: Side, last_price: int, levels: Sequence[Level]) -> Span:
        prices = [last_price, *(level.price for level in levels if level.price > 0)]
        worst = max(prices) if side is Side.BUY else min(prices)
        slip = int((worst * self._slippage_bps / _BPS).to_integral_value(ROUND_CEILING))
        return Span(min(prices), worst + slip) if side is Side.BUY else Span(worst - slip, max(prices))

    def offered(self, instrument_key: str, side: Side, first_ms: int, last_ms: int) -> Span | None:
        """Return the prices for a side from a moment to another, with those that held at its beginning."""
        tape = self._tapes.get(instrument_key)
        if tape is None or not tape.at_ms or tape.at_ms[0] > last_ms:
            return None
        first = max(0, bisect_left(tape.at_ms, first_ms) - 1)
        seen = tape.spans[side][first : bisect_right(tape.at_ms, last_ms)]
        return Span(min(span.low for span in seen), max(span.high for span in seen))
