"""The account: profile, funds in both versions, static addresses, logout."""

from decimal import Decimal
from typing import Any

from aiohttp import web

from trading_bot.domain.money import ZERO
from trading_bot.simulator.server import wire
from trading_bot.simulator.server.books.order_requests import json_object
from trading_bot.simulator.server.endpoint import Access, Endpoint, simulation_of
from trading_bot.simulator.server.entrance.gate import bearer_token
from trading_bot.simulator.server.envelope import invalid_input, success
from trading_bot.simulator.server.simulation import Simulation
from trading_bot.simulator.venue.contracts import FundsRow


def profile_members(simulation: Simulation) -> dict[str, Any]:
    """What profile and token answer have in common."""
    return {
        "email": "simulated@example.test",
        "exchanges": ["NSE", "NFO", "BSE", "BFO"],
        "products": ["D", "I"],
        "broker": "UPSTOX",
        "user_id": simulation.settings.user_id,
        "user_name": simulation.settings.user_name,
        "order_types": ["MARKET", "LIMIT", "SL", "SL-M"],
        "user_type": "individual",
        "poa": False,
        "is_active": True,
    }


async def profile(request: web.Request) -> web.Response:
    """Who the token belongs to."""
    return success(profile_members(simulation_of(request)) | {"ddpi": False})


async def funds_v2(request: web.Request) -> web.Response:
    """Funds: the merged balance stands under equity, commodity is zero."""
    funds = simulation_of(request).core.funds()
    segments = {
        "SEC": ("equity", _segment_funds(funds.used_margin, funds.available)),
        "COM": ("commodity", _segment_funds(ZERO, ZERO)),
    }
    asked = request.query.get("segment")
    if asked and asked not in segments:
        raise invalid_input("Invalid segment", "segment")
    return success(dict([segments[asked]] if asked else segments.values()))


async def funds_v3(request: web.Request) -> web.Response:
    """Funds in their parts."""
    return success(_funds_tree(simulation_of(request).core.funds()))


async def addresses(request: web.Request) -> web.Response:
    """The registered static addresses."""
    return success(_address_members(simulation_of(request)))


async def register_addresses(request: web.Request) -> web.Response:
    """Replace the static addresses, which ends every token."""
    simulation = simulation_of(request)
    body = await json_object(request)
    primary = body.get("primary_ip")
    if not isinstance(primary, str):
        raise invalid_input("primary_ip is required", "primary_ip")
    try:
        simulation.addresses.register(primary, body.get("secondary_ip") or None, simulation.now_ms)
    except ValueError as error:
        raise invalid_input("Invalid IP address", "primary_ip") from error
    simulation.tokens.revoke_all()
    return success(_address_members(simulation) | {"access_tokens_invalidated": True})


async def logout(request: web.Request) -> web.Response:
    """End the token."""
    simulation_of(request).tokens.revoke(bearer_token(request))
    return success(data=True)


def _segment_funds(used: Decimal, available: Decimal) -> dict[str, float]:
    return {
        "used_margin": wire.number(used),
        "payin_amount": 0.0,
        "span_margin": 0.0,
        "adhoc_margin": 0.0,
        "notional_cash": 0.0,
        "available_margin": wire.number(available),
        "exposure_margin": 0.0,
    }


def _funds_tree(funds: FundsRow) -> dict[str, Any]:
    available, used = wire.number(funds.available), wire.number(funds.used_margin)
    realised_loss = wire.number(max(ZERO, -funds.realised))
    unrealised_loss = wire.number(max(ZERO, -funds.unrealised))
    delivery = {"total": 0.0, "equity": 0.0, "fo_settlement": 0.0}
    no_margin = {"mtf": 0.0, "span_exposure": 0.0, "premium_present": 0.0, "delivery_margin": delivery}
    cash = {
        "opening_balance": wire.number(funds.opening_balance),
        "added_today": 0.0,
        "withdrawn_today": 0.0,
        "amount_from_stock_sale": 0.0,
        "unpaid_charges": 0.0,
    }
    loss = {
        "total": realised_loss + unrealised_loss,
        "realised": realised_loss,
        "unrealised": unrealised_loss,
    }
    margin_used = no_margin | {
        "total": used + realised_loss + unrealised_loss,
        "loss": loss,
        "cash_margin_var_elm": used,
    }
    pledge = {
        "margin_from_pledge": {"total": 0.0, "equity": 0.0, "mutual_funds": 0.0},
        "margin_used": no_margin | {"total": 0.0, "cash_margin_var_elm": 0.0},
    }
    cash_tree = {"total": available, "cash": cash, "margin_used": margin_used}
    todays_profit = wire.number(max(ZERO, funds.realised))
    return {
        "available_to_trade": {
            "total": available,
            "cash_available_to_trade": cash_tree,
            "pledge_available_to_trade": pledge,
        },
        "unavailable_to_trade": {
            "cash_unavailable_to_trade": {
                "unsettled_profit": {"todays_profit": todays_profit, "previous_days": 0.0}
            },
            "pledge_unavailable_to_trade": {"equity": 0.0, "mutual_funds": 0.0},
        },
    }


def _address_members(simulation: Simulation) -> dict[str, Any]:
    addresses = simulation.addresses
    updated = None if addresses.updated_at_ms is None else wire.text_time(addresses.updated_at_ms)
    return {
        "primary_ip": addresses.primary,
        "secondary_ip": addresses.secondary,
        "primary_ip_updated_at": updated,
        "secondary_ip_updated_at": updated if addresses.secondary else None,
    }


ENDPOINTS = (
    Endpoint("GET", "/v2/user/profile", profile),
    Endpoint("GET", "/v2/user/get-funds-and-margin", funds_v2, Access.FUNDS),
    Endpoint("GET", "/v3/user/get-funds-and-margin", funds_v3, Access.FUNDS),
    Endpoint("GET", "/v2/user/ip", addresses),
    Endpoint("PUT", "/v2/user/ip", register_addresses),
    Endpoint("DELETE", "/v2/logout", logout),
)
