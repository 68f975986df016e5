"""Price bands: the range outside which the exchange takes no limit price.

Shares without derivatives have a fixed band. Shares with derivatives and futures have a dynamic one,
simplified: it widens by 5, 5, 3, 3 and then 2 percent as soon as the last price comes within a hundredth of
its edge, without the cooling time, and the other edge slides along. Options have the limit-price protection
of NSE: 20 rupees either side up to a price of 50, else 40%. From the start of the closing auction (for a
stock future from 15:15) the closing band around a reference price replaces the others.
"""

from decimal import Decimal
from itertools import chain, repeat

from trading_bot.domain.instrument import Instrument, InstrumentKind, Rounding
from trading_bot.simulator.venue.listing import MarketBoard
from trading_bot.simulator.venue.settings import VenueSettings

_NO_UPPER_LIMIT = 10**10
_FLEX_AT = Decimal("0.99")
_FLEX_STEPS = (Decimal("0.05"), Decimal("0.05"), Decimal("0.03"), Decimal("0.03"))
_LATER_FLEX_STEP = Decimal("0.02")
_OPTION_NARROW_UP_TO = 5_000
_OPTION_NARROW_RANGE = 2_000
_OPTION_RANGE = Decimal("0.4")


class PriceBands:
    """Bands of everything listed, as of the newest market."""

    def __init__(self, board: MarketBoard, settings: VenueSettings) -> None:
        self._board = board
        self._settings = settings
        self._closing_references: dict[str, int] = {}

    def close_in(self, instrument_key: str, reference: int) -> None:
        """Let the closing band around a reference price hold from now on."""
        self._closing_references[instrument_key] = reference

    def band(self, instrument_key: str) -> tuple[int, int]:
        """Lower and upper limit in paise, on the tick; for an index (0, 0)."""
        instrument = self._board.listing(instrument_key).instrument
        if not instrument.is_tradable:
            return 0, 0
        closing_reference = self._closing_references.get(instrument_key)
        if closing_reference:
            return _around(instrument, closing_reference, self._settings.closing_band)
        reference = self._board.reference_price(instrument_key)
        if not reference:
            return instrument.tick_size, _NO_UPPER_LIMIT
        if instrument.kind is InstrumentKind.OPTION:
            return _option_band(instrument, self._board.last_price(instrument_key) or reference)
        if instrument.kind is InstrumentKind.FUTURE or instrument.closing_auction_eligible:
            return self._dynamic_band(instrument, reference)
        return _around(instrument, reference, self._settings.fixed_band)

    def _dynamic_band(self, instrument: Instrument, reference: int) -> tuple[int, int]:
        width = self._settings.dynamic_band
        last_price = self._board.last_price(instrument.key) or reference
        moved = abs(Decimal(last_price) / reference - 1)
        reach = width
        steps = chain(_FLEX_STEPS, repeat(_LATER_FLEX_STEP))
        while moved >= reach * _FLEX_AT:
            reach += next(steps)
        near, far = 1 - width + (reach - width), 1 + reach
        if last_price < reference:
            near, far = 1 - reach, 1 + width - (reach - width)
        return _rounded(instrument, reference * near, reference * far)


def _around(instrument: Instrument, reference: int, width: Decimal) -> tuple[int, int]:
    return _rounded(instrument, reference * (1 - width), reference * (1 + width))


def _option_band(instrument: Instrument, reference: int) -> tuple[int, int]:
    if reference <= _OPTION_NARROW_UP_TO:
        return _rounded(
            instrument, Decimal(reference - _OPTION_NARROW_RANGE), Decimal(reference + _OPTION_NARROW_RANGE)
        )
    return _around(instrument, reference, _OPTION_RANGE)


def _rounded(instrument: Instrument, low: Decimal, high: Decimal) -> tuple[int, int]:
    lowest = max(instrument.tick_size, instrument.round_price(low, Rounding.UP))
    return lowest, max(lowest, instrument.round_price(high, Rounding.DOWN))
