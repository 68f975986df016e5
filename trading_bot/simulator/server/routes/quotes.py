"""Market quotes: last price, bars, full quotes, greeks; maps keyed by segment and trading symbol."""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from trading_bot.domain.instrument import InstrumentKind
from trading_bot.simulator.server import wire
from trading_bot.simulator.server.endpoint import Endpoint, simulation_of
from trading_bot.simulator.server.envelope import invalid_input, success
from trading_bot.simulator.server.session.day_record import InstrumentDay
from trading_bot.simulator.server.simulation import Simulation
from trading_bot.simulator.venue.contracts import Level

_KEYS_MAX = 500
_GREEK_KEYS_MAX = 50
_DEPTH = 5
_HALF_HOUR_MINUTES = 30
_MS_PER_MINUTE = 60_000
_EMPTY = Level(0, 0)

Row = Callable[[Simulation, InstrumentDay], dict[str, Any]]


async def last_prices(request: web.Request) -> web.Response:
    """Last price, volume and previous close."""
    return _quotes(request, _ltp_row)


async def bars(request: web.Request) -> web.Response:
    """The day's bar, or the finished and the forming minute or half hour."""
    interval = request.query.get("interval", "")
    rows: dict[str, Row] = {
        "1d": _day_bar_row,
        "I1": lambda simulation, day: _interval_row(simulation, day, 1),
        "I30": lambda simulation, day: _interval_row(simulation, day, _HALF_HOUR_MINUTES),
    }
    if interval not in rows:
        raise invalid_input("Invalid interval", "interval")
    return _quotes(request, rows[interval])


async def full_quotes(request: web.Request) -> web.Response:
    """Everything about an instrument: bar, depth, limits, totals."""
    return _quotes(request, _full_row)


async def greeks(request: web.Request) -> web.Response:
    """Last price with greeks of options; the simulator has no model for them, so they are zero."""
    return _quotes(request, _greek_row, limit=_GREEK_KEYS_MAX, limit_code="UDAPI100076", only_options=True)


def _quotes(
    request: web.Request,
    row: Row,
    *,
    limit: int = _KEYS_MAX,
    limit_code: str = "UDAPI100042",
    only_options: bool = False,
) -> web.Response:
    simulation = simulation_of(request)
    keys = [key for key in request.query.get("instrument_key", "").split(",") if key]
    if not keys:
        raise invalid_input("instrument_key is required", "instrument_key", "UDAPI1026")
    if len(keys) > limit:
        raise invalid_input(f"More than {limit} instrument keys", "instrument_key", limit_code)
    instruments = [
        instrument
        for instrument in simulation.listing.known(keys)
        if not only_options or instrument.kind is InstrumentKind.OPTION
    ]
    if not instruments and simulation.settings.refuses_when_all_keys_unknown:
        raise invalid_input("Invalid instrument key", "instrument_key", "UDAPI100011")
    return success(
        {
            wire.quote_key(instrument): row(simulation, simulation.days[instrument.key])
            for instrument in instruments
        }
    )


def _ltp_row(_: Simulation, day: InstrumentDay) -> dict[str, Any]:
    return {
        "last_price": wire.rupees_number(day.close),
        "instrument_token": day.instrument.key,
        "ltq": day.update.last_quantity,
        "volume": day.update.day_volume,
        "cp": wire.rupees_number(day.previous_close),
    }


def _greek_row(simulation: Simulation, day: InstrumentDay) -> dict[str, Any]:
    return _ltp_row(simulation, day) | dict.fromkeys(("iv", "delta", "gamma", "theta", "vega", "oi"), 0.0)


def _day_bar_row(_: Simulation, day: InstrumentDay) -> dict[str, Any]:
    return _bars_row(day, None, _day_bar(day))


def _interval_row(_: Simulation, day: InstrumentDay, minutes: int) -> dict[str, Any]:
    """The last two intervals with trades; the newer one is the forming one."""
    newest: dict[int, dict[str, Any]] = {}
    span_ms = minutes * _MS_PER_MINUTE
    for candle in day.candles()[-2 * minutes :]:
        start_ms = candle.start_ms - (candle.start_ms - day.midnight_ms - 15 * _MS_PER_MINUTE) % span_ms
        bar = newest.setdefault(start_ms, _bar(start_ms, candle.open, candle.high, candle.low, candle.close))
        bar["high"] = max(bar["high"], wire.rupees_number(candle.high))
        bar["low"] = min(bar["low"], wire.rupees_number(candle.low))
        bar["close"] = wire.rupees_number(candle.close)
        bar["volume"] += candle.volume or 0
    ordered = [newest[start_ms] for start_ms in sorted(newest)]
    return _bars_row(day, ordered[-2] if len(ordered) > 1 else None, ordered[-1] if ordered else None)


def _bars_row(
    day: InstrumentDay, previous: dict[str, Any] | None, live: dict[str, Any] | None
) -> dict[str, Any]:
    return {
        "last_price": wire.rupees_number(day.close),
        "instrument_token": day.instrument.key,
        "prev_ohlc": previous,
        "live_ohlc": live,
    }


def _day_bar(day: InstrumentDay) -> dict[str, Any] | None:
    if not day.has_traded:
        return None
    bar = _bar(day.midnight_ms, day.open, day.high, day.low, day.close)
    return bar | {"volume": day.update.day_volume}


def _bar(start_ms: int, first: int, high: int, low: int, last: int) -> dict[str, Any]:
    return {
        "open": wire.rupees_number(first),
        "high": wire.rupees_number(high),
        "low": wire.rupees_number(low),
        "close": wire.rupees_number(last),
        "volume": 0,
        "ts": start_ms,
    }


def _full_row(simulation: Simulation, day: InstrumentDay) -> dict[str, Any]:
    instrument, update = day.instrument, day.update
    lower, upper = (0, 0) if instrument.segment.is_index else simulation.core.band(instrument.key)
    return {
        "ohlc": _day_bar(day) or _bar(day.midnight_ms, 0, 0, 0, 0),
        "depth": {"buy": _depth(update.bids), "sell": _depth(update.asks)},
        "timestamp": wire.iso_time(simulation.now_ms),
        "instrument_token": instrument.key,
        "symbol": wire.plain_symbol(instrument.symbol),
        "last_price": wire.rupees_number(day.close),
        "volume": update.day_volume,
        "average_price": round(day.average_price) / 100,
        "oi": 0.0,
        "net_change": wire.rupees_number(day.close - day.previous_close),
        "total_buy_quantity": float(sum(level.quantity for level in update.bids)),
        "total_sell_quantity": float(sum(level.quantity for level in update.asks)),
        "lower_circuit_limit": wire.rupees_number(lower),
        "upper_circuit_limit": wire.rupees_number(upper),
        "last_trade_time": str(update.traded_at_ms),
        "oi_day_high": 0.0,
        "oi_day_low": 0.0,
        "prev_close_price": wire.rupees_number(day.previous_close),
        "year_high": wire.rupees_number(max(day.high, day.previous_close)),
        "year_low": wire.rupees_number(min(day.low or day.previous_close, day.previous_close)),
        "previous_oi": 0.0,
        "indicative_equilibrium_price": 0.0,
        "indicative_equilibrium_quantity": 0,
        "reference_price": 0.0,
        "indicative_imbalance_quantity_total": 0,
        "indicative_imbalance_quantity_market": 0,
        "cas_eligible": instrument.closing_auction_eligible,
    }


def _depth(levels: tuple[Level, ...]) -> list[dict[str, Any]]:
    padded = (*levels, *(_EMPTY,) * _DEPTH)[:_DEPTH]
    return [
        {
            "quantity": level.quantity,
            "price": wire.rupees_number(level.price),
            "orders": 1 if level.quantity else 0,
        }
        for level in padded
    ]


ENDPOINTS = (
    Endpoint("GET", "/v3/market-quote/ltp", last_prices),
    Endpoint("GET", "/v3/market-quote/ohlc", bars),
    Endpoint("GET", "/v3/market-quote/quotes", full_quotes),
    Endpoint("GET", "/v3/market-quote/option-greek", greeks),
)
