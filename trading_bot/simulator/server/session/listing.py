"""The instruments of the day: looked up by key, and written as rows of the instruments file."""

import gzip
import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from trading_bot.domain.instrument import Instrument, InstrumentKind
from trading_bot.simulator.server import wire

_TYPES = {InstrumentKind.EQUITY: "EQ", InstrumentKind.INDEX: "INDEX", InstrumentKind.FUTURE: "FUT"}


class Listing:
    """What the simulator lists, by instrument key."""

    def __init__(self, instruments: Sequence[Instrument]) -> None:
        self.instruments = tuple(instruments)
        self._by_key = {instrument.key: instrument for instrument in instruments}

    def find(self, key: str) -> Instrument | None:
        """The instrument of a key, or None."""
        return self._by_key.get(key)

    def known(self, keys: Iterable[str]) -> tuple[Instrument, ...]:
        """The listed ones among keys, in their order, each once."""
        return tuple(self._by_key[key] for key in dict.fromkeys(keys) if key in self._by_key)

    def options_of(self, underlying_key: str) -> tuple[Instrument, ...]:
        """Option contracts on an underlying, by expiry and strike."""
        options = (
            instrument
            for instrument in self.instruments
            if instrument.kind is InstrumentKind.OPTION and instrument.underlying_key == underlying_key
        )
        return tuple(sorted(options, key=_option_order))

    def rows(self, exchange: str | None = None) -> list[dict[str, Any]]:
        """Rows of the instruments file, of one exchange (NSE, BSE) or of all."""
        return [
            self.row(instrument)
            for instrument in self.instruments
            if exchange is None or instrument.segment.value.startswith(exchange)
        ]

    def compressed(self, exchange: str | None = None) -> bytes:
        """The instruments file: a gzipped JSON array, the same bytes for the same rows."""
        return gzip.compress(json.dumps(self.rows(exchange)).encode(), mtime=0)

    def compressed_intraday(self, exchange: str) -> bytes:
        """The list of an exchange's shares that can be traded intraday: all of them, on a fifth of margin."""
        terms = {"intraday_margin": 20.0, "intraday_leverage": 5.0}
        rows = [
            self.row(instrument) | terms
            for instrument in self.instruments
            if instrument.segment.value == f"{exchange}_EQ"
        ]
        return gzip.compress(json.dumps(rows).encode(), mtime=0)

    def row(self, instrument: Instrument) -> dict[str, Any]:
        """One row of the instruments file."""
        row: dict[str, Any] = {
            "segment": instrument.segment.value,
            "name": instrument.name,
            "exchange": instrument.segment.value[:3],
            "instrument_type": instrument_type(instrument),
            "instrument_key": instrument.key,
            "exchange_token": instrument.exchange_token or instrument.key.partition("|")[2],
            "trading_symbol": wire.plain_symbol(instrument.symbol),
        }
        if instrument.kind is InstrumentKind.INDEX:
            return row
        row |= {
            "lot_size": instrument.lot_size,
            "freeze_quantity": float(instrument.freeze_quantity or 0),
            "tick_size": float(instrument.tick_size),
            "qty_multiplier": 1.0,
        }
        if instrument.kind is InstrumentKind.EQUITY:
            return row | _share_members(instrument)
        return row | self._derivative_members(instrument)

    def _derivative_members(self, instrument: Instrument) -> dict[str, Any]:
        members: dict[str, Any] = {"minimum_lot": instrument.lot_size, "weekly": False}
        members["strike_price"] = wire.rupees_number(instrument.strike or 0)
        if instrument.expiry_on is not None:
            members["expiry"] = wire.end_of_day_ms(instrument.expiry_on)
            members["weekly"] = self._is_weekly(instrument)
        return members | self.underlying_members(instrument)

    def underlying_members(self, instrument: Instrument) -> dict[str, Any]:
        """What a contract's row says about its underlying, under both families of names."""
        if instrument.underlying_key is None:
            return {}
        kind = "INDEX" if "_INDEX|" in instrument.underlying_key else "EQUITY"
        symbol = instrument.symbol.split(" ", 1)[0]
        return {
            "asset_symbol": symbol,
            "asset_key": instrument.underlying_key,
            "asset_type": kind,
            "underlying_symbol": symbol,
            "underlying_key": instrument.underlying_key,
            "underlying_type": kind,
        }

    def _is_weekly(self, instrument: Instrument) -> bool:
        """An index option is weekly unless its expiry is the last listed or possible one of its month."""
        expiry = instrument.expiry_on
        if expiry is None or instrument.kind is not InstrumentKind.OPTION:
            return False
        if not (instrument.underlying_key or "").partition("|")[0].endswith("_INDEX"):
            return False
        return (expiry + timedelta(days=7)).month == expiry.month


def instrument_type(instrument: Instrument) -> str:
    """EQ, INDEX, FUT, CE or PE."""
    if instrument.right is not None:
        return instrument.right.value
    return _TYPES.get(instrument.kind, "EQ")


def _share_members(instrument: Instrument) -> dict[str, Any]:
    return {
        "isin": instrument.isin or "",
        "short_name": instrument.name,
        "security_type": "NORMAL",
        "cas_eligible": instrument.closing_auction_eligible,
    }


def _option_order(instrument: Instrument) -> tuple[str, int, str]:
    return (str(instrument.expiry_on), instrument.strike or 0, instrument_type(instrument))
