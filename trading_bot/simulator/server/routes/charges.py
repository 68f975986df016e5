"""Estimates: charges of an order, margin of several."""

from decimal import Decimal
from typing import Any

from aiohttp import web

from trading_bot.domain.errors import UncoveredDateError
from trading_bot.domain.instrument import Product
from trading_bot.domain.money import ZERO
from trading_bot.domain.order import OrderType, Side, Validity
from trading_bot.simulator.server import wire
from trading_bot.simulator.server.books import order_requests
from trading_bot.simulator.server.endpoint import Endpoint, simulation_of
from trading_bot.simulator.server.envelope import invalid_input, success
from trading_bot.simulator.server.session.rules import ChargeEstimate
from trading_bot.simulator.server.simulation import Simulation
from trading_bot.simulator.venue.contracts import NewOrder

_MARGIN_ORDERS_MAX = 20


async def brokerage(request: web.Request) -> web.Response:
    """Charges of one order, line by line, in both spellings."""
    simulation, query = simulation_of(request), request.query
    instrument = simulation.instrument(query.get("instrument_token", ""), "instrument_token")
    try:
        estimate = simulation.rules.charges(
            instrument,
            order_requests.choice(query, "product", Product, missing="UDAPI1006", invalid="UDAPI1054"),
            order_requests.choice(query, "transaction_type", Side, missing="UDAPI1057", invalid="UDAPI1057"),
            quantity=order_requests.whole_number(query, "quantity"),
            price=order_requests.paise(query, "price"),
            on=simulation.on,
        )
    except UncoveredDateError as error:
        raise invalid_input(str(error)) from error
    return success({"charges": _charge_members(estimate)})


async def margin(request: web.Request) -> web.Response:
    """Margin that orders would need, one by one and together."""
    simulation = simulation_of(request)
    body = await order_requests.json_object(request)
    rows = body.get("instruments")
    if not isinstance(rows, list) or not rows:
        raise invalid_input("instruments is required", "instruments")
    if len(rows) > _MARGIN_ORDERS_MAX:
        raise invalid_input(f"More than {_MARGIN_ORDERS_MAX} instruments", "instruments")
    orders = [_order(simulation, row) for row in rows]
    singles = [simulation.core.required_margin([order]) for order in orders]
    return success(
        {
            "margins": [_margin_members(single) for single in singles],
            "required_margin": wire.number(sum(singles, ZERO)),
            "final_margin": wire.number(simulation.core.required_margin(orders)),
        }
    )


def _order(simulation: Simulation, row: Any) -> NewOrder:
    if not isinstance(row, dict):
        raise invalid_input("Invalid instruments", "instruments")
    instrument = simulation.instrument(str(row.get("instrument_key", "")))
    price = order_requests.paise(row, "price") if row.get("price") else 0
    return NewOrder(
        instrument_key=instrument.key,
        side=order_requests.choice(row, "transaction_type", Side, missing="UDAPI1057", invalid="UDAPI1057"),
        quantity=order_requests.whole_number(row, "quantity"),
        product=order_requests.choice(row, "product", Product, missing="UDAPI1006", invalid="UDAPI1054"),
        order_type=OrderType.LIMIT,
        validity=Validity.DAY,
        price=price or simulation.days[instrument.key].close,
        trigger_price=0,
    )


def _margin_members(total: Decimal) -> dict[str, float]:
    return {
        "span_margin": 0.0,
        "exposure_margin": 0.0,
        "equity_margin": wire.number(total),
        "net_buy_premium": 0.0,
        "additional_margin": 0.0,
        "total_margin": wire.number(total),
        "tender_margin": 0.0,
    }


def _charge_members(estimate: ChargeEstimate) -> dict[str, Any]:
    other_taxes = {
        "transaction": wire.number(estimate.transaction),
        "clearing": wire.number(estimate.clearing),
        "sebi_turnover": wire.number(estimate.sebi_turnover),
    }
    plan = {"name": "BASIC", "min_expense": wire.number(estimate.depository)}
    return {
        "total": wire.number(estimate.total),
        "brokerage": wire.number(estimate.brokerage),
        "taxes": {
            "gst": wire.number(estimate.gst),
            "stt": wire.number(estimate.stt),
            "stamp_duty": wire.number(estimate.stamp_duty),
        },
        "other_taxes": other_taxes,
        "otherTaxes": other_taxes,
        "dp_plan": plan,
        "dpPlan": plan,
    }


ENDPOINTS = (
    Endpoint("GET", "/v2/charges/brokerage", brokerage),
    Endpoint("POST", "/v2/charges/margin", margin),
)
