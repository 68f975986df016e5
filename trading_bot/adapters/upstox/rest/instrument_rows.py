"""Rows of the broker's instruments file into instruments.

Kept: shares, indices, equity futures and options. Left out: debt series, currency and commodity segments
(their ticks and quantities have other units), and the exchange's test symbols.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trading_bot.adapters.upstox.fields import is_writable
from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.instrument import Instrument, InstrumentKind, OptionRight, Segment
from trading_bot.domain.ist import date_of
from trading_bot.domain.money import paise_from_wire

_SEGMENTS = {segment.value: segment for segment in Segment}
_NSE_SHARE_SERIES = frozenset({"EQ", "BE", "BZ", "SM", "ST", "SZ"})
_BSE_DEBT_GROUPS = frozenset({"F", "G"})
_RIGHTS = {right.value: right for right in OptionRight}
_TEST_MARK = "NSETEST"
_BROKEN_SHARE_MAX = 0.01
_WHOLE_MAX = 10**12
"""No lot, tick, strike in paise or freeze quantity comes near it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedRows:
    """What a file held."""

    instruments: tuple[Instrument, ...]
    left_out: Mapping[str, int]
    """Rows by the reason for which they were left out."""


def parsed(rows: object, what: str) -> ParsedRows:
    """Return the instruments of a file's rows.

    Raises ReadFailedError when it is no list of rows, or when more than one row in a hundred is broken.
    """
    if not isinstance(rows, list) or not rows:
        raise ReadFailedError(f"{what}: expected a list of instruments, got {type(rows).__name__}")
    left_out: Counter[str] = Counter()
    auction_keys = _keys_with_derivatives(rows)
    by_key: dict[str, Instrument] = {}
    for row in rows:
        try:
            instrument = _instrument(row, auction_keys, left_out)
        except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
            left_out["broken"] += 1
            continue
        if instrument is not None:
            by_key[instrument.key] = instrument
    if left_out["broken"] > _BROKEN_SHARE_MAX * len(rows):
        raise ReadFailedError(f"{what}: {left_out['broken']} of {len(rows)} rows cannot be read")
    return ParsedRows(instruments=tuple(by_key.values()), left_out=left_out)


def _keys_with_derivatives(rows: Sequence[Any]) -> frozenset[str]:
    """Shares with derivatives trade in the closing auction, where a file does not say so itself."""
    return frozenset(
        row["underlying_key"]
        for row in rows
        if isinstance(row, dict) and row.get("instrument_type") == "FUT" and "underlying_key" in row
    )


def _instrument(
    row: dict[str, Any], auction_keys: frozenset[str], left_out: Counter[str]
) -> Instrument | None:
    segment = _SEGMENTS.get(row["segment"])
    reason = _reason_to_leave_out(row, segment)
    if segment is None or reason is not None:
        left_out[str(reason)] += 1
        return None
    if segment.is_index:
        return _index(row, segment)
    if segment.is_derivatives:
        return _contract(row, segment)
    return _share(row, segment, auction_keys)


def _reason_to_leave_out(row: dict[str, Any], segment: Segment | None) -> str | None:
    if segment is None:
        return str(row["segment"])
    if _TEST_MARK in row["trading_symbol"]:
        return "test"
    return "not a share" if segment.is_cash and not _is_share(row, segment) else None


def _index(row: dict[str, Any], segment: Segment) -> Instrument:
    return Instrument(
        key=_key(row),
        symbol=_text(row["trading_symbol"]),
        name=_text(row["name"]),
        segment=segment,
        kind=InstrumentKind.INDEX,
        tick_size=1,
        exchange_token=_optional_text(row.get("exchange_token")),
    )


def _share(row: dict[str, Any], segment: Segment, auction_keys: frozenset[str]) -> Instrument:
    key = _key(row)
    return Instrument(
        key=key,
        symbol=_text(row["trading_symbol"]),
        name=_text(row["name"]),
        segment=segment,
        kind=InstrumentKind.EQUITY,
        lot_size=_positive(row["lot_size"]),
        tick_size=_positive(row["tick_size"]),
        freeze_quantity=_freeze(row),
        isin=_optional_text(row.get("isin")),
        exchange_token=_optional_text(row.get("exchange_token")),
        closing_auction_eligible=bool(row.get("cas_eligible", key in auction_keys)),
    )


def _contract(row: dict[str, Any], segment: Segment) -> Instrument:
    right = _RIGHTS.get(row["instrument_type"])
    if right is None and row["instrument_type"] != "FUT":
        raise ValueError("neither a future nor an option")
    return Instrument(
        key=_key(row),
        symbol=_text(row["trading_symbol"]),
        name=_text(row["name"]),
        segment=segment,
        kind=InstrumentKind.OPTION if right else InstrumentKind.FUTURE,
        lot_size=_positive(row["lot_size"]),
        tick_size=_positive(row["tick_size"]),
        freeze_quantity=_freeze(row),
        exchange_token=_optional_text(row.get("exchange_token")),
        expiry_on=date_of(int(row["expiry"])),  # 23:59:59 IST of the day itself
        strike=_positive(paise_from_wire(row["strike_price"])) if right else None,
        right=right,
        underlying_key=_optional_text(row.get("underlying_key") or row.get("asset_key")),
    )


def _is_share(row: dict[str, Any], segment: Segment) -> bool:
    series = row["instrument_type"]
    return series in _NSE_SHARE_SERIES if segment is Segment.NSE_EQ else series not in _BSE_DEBT_GROUPS


def _key(row: dict[str, Any]) -> str:
    key = _text(row["instrument_key"])
    if not key.startswith(row["segment"] + "|"):
        raise ValueError("the key does not begin with its segment")
    return key


def _text(value: object) -> str:
    if not isinstance(value, str) or not is_writable(value):
        raise ValueError("not a text")
    return value


def _optional_text(value: object) -> str | None:
    return None if value is None else _text(value)


def _positive(value: float) -> int:
    """Return a positive whole number; ticks come as floats of paise, lots as ints."""
    whole = int(value)
    if whole != value or not 0 < whole < _WHOLE_MAX:
        raise ValueError("not a positive whole number")
    return whole


def _freeze(row: dict[str, Any]) -> int | None:
    freeze = int(row.get("freeze_quantity") or 0)
    if freeze >= _WHOLE_MAX:
        raise ValueError("not a freeze quantity")
    return freeze if freeze > 0 else None
