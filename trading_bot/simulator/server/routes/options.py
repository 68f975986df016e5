"""Option contracts and the option chain of what is listed."""

from datetime import date
from itertools import groupby
from typing import Any

from aiohttp import web

from trading_bot.domain.instrument import Instrument, OptionRight
from trading_bot.simulator.server import wire
from trading_bot.simulator.server.endpoint import Endpoint, simulation_of
from trading_bot.simulator.server.envelope import invalid_input, success
from trading_bot.simulator.server.simulation import Simulation

_NO_GREEKS = dict.fromkeys(("vega", "theta", "gamma", "delta", "iv", "pop"), 0.0)


async def contracts(request: web.Request) -> web.Response:
    """Option contracts on an underlying, of one expiry when it is named."""
    simulation = simulation_of(request)
    expiry = _expiry(request) if "expiry_date" in request.query else None
    options = _options(request, expiry)
    return success([_contract(simulation, option) for option in options])


async def chain(request: web.Request) -> web.Response:
    """Calls and puts of one expiry by strike."""
    simulation = simulation_of(request)
    expiry = _expiry(request)
    options = _options(request, expiry)
    return success(
        [
            _strike_row(simulation, expiry, strike, list(pair))
            for strike, pair in groupby(options, key=lambda option: option.strike or 0)
        ]
    )


def _options(request: web.Request, expiry: date | None) -> list[Instrument]:
    underlying_key = request.query.get("instrument_key", "")
    if not underlying_key:
        raise invalid_input("instrument_key is required", "instrument_key", "UDAPI1026")
    return [
        option
        for option in simulation_of(request).listing.options_of(underlying_key)
        if expiry is None or option.expiry_on == expiry
    ]


def _contract(simulation: Simulation, option: Instrument) -> dict[str, Any]:
    row = simulation.listing.row(option)
    row["expiry"] = str(option.expiry_on)
    return row


def _strike_row(simulation: Simulation, expiry: date, strike: int, pair: list[Instrument]) -> dict[str, Any]:
    underlying_key = pair[0].underlying_key or ""
    underlying = simulation.days.find(underlying_key)
    row: dict[str, Any] = {
        "expiry": expiry.isoformat(),
        "pcr": 0.0,
        "strike_price": wire.rupees_number(strike),
        "underlying_key": underlying_key,
        "underlying_spot_price": wire.rupees_number(underlying.close) if underlying is not None else 0.0,
    }
    for option in pair:
        side = "call_options" if option.right is OptionRight.CALL else "put_options"
        row[side] = {
            "instrument_key": option.key,
            "market_data": _market_members(simulation, option),
            "option_greeks": dict(_NO_GREEKS),
        }
    return row


def _market_members(simulation: Simulation, option: Instrument) -> dict[str, Any]:
    day = simulation.days[option.key]
    bid = day.update.bids[0] if day.update.bids else None
    ask = day.update.asks[0] if day.update.asks else None
    return {
        "ltp": wire.rupees_number(day.close),
        "volume": day.update.day_volume,
        "oi": 0.0,
        "close_price": wire.rupees_number(day.previous_close),
        "bid_price": wire.rupees_number(bid.price) if bid else 0.0,
        "bid_qty": bid.quantity if bid else 0,
        "ask_price": wire.rupees_number(ask.price) if ask else 0.0,
        "ask_qty": ask.quantity if ask else 0,
        "prev_oi": 0.0,
    }


def _expiry(request: web.Request) -> date:
    text = request.query.get("expiry_date", "")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise invalid_input(
            "Invalid expiry_date: YYYY-MM-DD is expected", "expiry_date", "UDAPI1088"
        ) from error


ENDPOINTS = (
    Endpoint("GET", "/v2/option/contract", contracts),
    Endpoint("GET", "/v2/option/chain", chain),
)
