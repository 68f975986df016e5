"""Market data over REST: candles, full quotes, holidays, market status."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from trading_bot.adapters.upstox.fields import Row, finite_positive, is_writable, rows_of
from trading_bot.adapters.upstox.streams.feed_walker import PRICE_MAX
from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.instrument import Segment
from trading_bot.domain.ist import ms_of
from trading_bot.domain.market_data import Candle, Tick
from trading_bot.domain.money import paise_from_wire

_CANDLE_FIELDS_MIN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedHoliday:
    """A day on which something is closed or special, as the broker lists it."""

    on: date
    description: str
    kind: str
    """TRADING_HOLIDAY, SETTLEMENT_HOLIDAY (a trading day) or SPECIAL_TIMING."""
    closed_exchanges: tuple[str, ...]


def candles(data: object, instrument_key: str) -> tuple[Candle, ...]:
    """Return candles oldest first, each start once; the broker sends newest first. Raises ReadFailedError."""
    what = f"candles of {instrument_key}"
    has_volume = not is_index(instrument_key)
    rows = rows_of(Row(data, what).fields.get("candles"), what)
    by_start = {candle.start_ms: candle for candle in (_candle(row, what, has_volume) for row in rows)}
    return tuple(by_start[start_ms] for start_ms in sorted(by_start))


def quotes(data: object) -> dict[str, Tick]:
    """Return the newest state by instrument key; the answer's own keys are ``SEGMENT:SYMBOL``.

    Keys that the broker does not know are simply absent. Raises ReadFailedError.
    """
    rows = Row(data, "quotes").fields
    ticks = (_quote(Row(row, f"quote {name}")) for name, row in rows.items())
    return {tick.instrument_key: tick for tick in ticks if tick is not None}


def price_bands(data: object) -> dict[str, tuple[int, int]]:
    """Return today's lower and upper price limits in paise of the instruments that have both.

    Raises ReadFailedError, also for limits that contradict each other.
    """
    rows = [Row(row, f"quote {name}") for name, row in Row(data, "quotes").fields.items()]
    bands = {row.text("instrument_token"): _band(row) for row in rows}
    return {key: band for key, band in bands.items() if band is not None}


def holidays(data: object) -> tuple[ListedHoliday, ...]:
    """Return the listed days of the year. Raises ReadFailedError."""
    return tuple(_holiday(Row(row, "holiday")) for row in rows_of(data, "holidays"))


def is_index(instrument_key: str) -> bool:
    """Whether the key names an index, which has values but no trades."""
    return instrument_key.partition("|")[0] in (Segment.NSE_INDEX, Segment.BSE_INDEX)


def _candle(row: object, what: str, has_volume: bool) -> Candle:  # noqa: FBT001  # private, named at its call
    if not isinstance(row, list) or len(row) < _CANDLE_FIELDS_MIN:
        raise ReadFailedError(f"{what}: a row is not [start, open, high, low, close, volume, ...]")
    start, *prices, volume = row[:_CANDLE_FIELDS_MIN]
    good = [price for price in map(finite_positive, prices) if price is not None]
    if len(good) != len(prices) or not min(good) == good[2] <= max(good) == good[1] < PRICE_MAX:
        raise ReadFailedError(f"{what}: {start} has impossible prices {prices}")
    opened, high, low, close = map(paise_from_wire, good)
    units = _volume(volume, what) if has_volume else None
    return Candle(_start_ms(start, what), opened, high, low, close, units)


def _volume(sent: object, what: str) -> int:
    units = Row({"volume": sent}, what).optional_whole("volume")
    if units < 0:
        raise ReadFailedError(f"{what}: a volume of {units}")
    return units


def _start_ms(text: object, what: str) -> int:
    try:
        return ms_of(datetime.fromisoformat(str(text)))
    except ValueError as error:
        raise ReadFailedError(f"{what}: {text!r} is not a time with an offset") from error


def _quote(row: Row) -> Tick | None:
    last_price = row.optional_paise("last_price")
    if last_price <= 0:
        return None
    depth = row.fields.get("depth")
    bid, bid_quantity = _best(depth, "buy")
    ask, ask_quantity = _best(depth, "sell")
    key = row.text("instrument_token")
    return Tick(
        instrument_key=key,
        last_price=last_price,
        traded_at_ms=row.optional_whole("last_trade_time"),
        day_volume=None if is_index(key) else row.optional_whole("volume"),
        bid=bid,
        bid_quantity=bid_quantity,
        ask=ask,
        ask_quantity=ask_quantity,
        previous_close=row.optional_paise("prev_close_price"),
    )


def _band(row: Row) -> tuple[int, int] | None:
    lower, upper = row.optional_paise("lower_circuit_limit"), row.optional_paise("upper_circuit_limit")
    if lower <= 0 or upper <= 0:
        return None  # an index has no limits
    if lower > upper:
        raise ReadFailedError(f"{row.text('instrument_token')}: price limits {lower} to {upper} paise")
    return lower, upper


def _best(depth: Any, side: str) -> tuple[int, int]:
    levels = depth.get(side) if isinstance(depth, dict) else None
    if not isinstance(levels, list) or not levels:
        return 0, 0
    level = Row(levels[0], f"depth {side}")
    return level.optional_paise("price"), level.optional_whole("quantity")


def _holiday(row: Row) -> ListedHoliday:
    try:
        on = date.fromisoformat(row.text("date"))
    except ValueError as error:
        raise ReadFailedError(f"holiday: {row.text('date')!r} is not a date") from error
    return ListedHoliday(
        on=on,
        description=row.words("description"),
        kind=row.text("holiday_type"),
        closed_exchanges=tuple(_texts(row.fields.get("closed_exchanges"))),
    )


def _texts(values: object) -> Iterable[str]:
    if not isinstance(values, list):
        return ()
    return (value for value in values if isinstance(value, str) and is_writable(value))
