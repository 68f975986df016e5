"""Orders: place, modify, cancel, exit all; the order book, its history, and trades."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from aiohttp import web

from trading_bot.simulator.server.books import order_requests, order_rows
from trading_bot.simulator.server.books.after_market import judged
from trading_bot.simulator.server.endpoint import Access, Endpoint, simulation_of
from trading_bot.simulator.server.entrance.latency import latency_ms
from trading_bot.simulator.server.envelope import invalid_input, json_response, success
from trading_bot.simulator.server.faults.faults import FaultKind
from trading_bot.simulator.server.simulation import Simulation
from trading_bot.simulator.venue.contracts import OrderRow, VenueRefusal


async def place(request: web.Request) -> web.Response:
    """Take an order; 200 means accepted for processing, no more."""
    simulation = simulation_of(request)
    body = await order_requests.json_object(request)
    order = order_requests.new_order(
        body,
        placed_by=simulation.settings.user_id,
        requires_protection=simulation.settings.requires_market_protection,
    )
    order = judged(simulation, order, is_amo=order_requests.flag(body, "is_amo"))
    simulation.step_finely()
    return success({"order_ids": list(simulation.core.place(order))}, latency_ms=latency_ms(request))


async def modify(request: web.Request) -> web.Response:
    """Take a modification; its outcome shows in the order's states."""
    simulation = simulation_of(request)
    body = await order_requests.json_object(request)
    change = order_requests.changed_terms(
        body, requires_protection=simulation.settings.requires_market_protection
    )
    simulation.step_finely()
    with _unknown_order_status(simulation):
        simulation.core.modify(change)
    return success({"order_id": change.order_id}, latency_ms=latency_ms(request))


async def cancel(request: web.Request) -> web.Response:
    """Take a cancellation; a fill can still win."""
    simulation = simulation_of(request)
    order_id = _order_id(request)
    simulation.step_finely()
    with _unknown_order_status(simulation):
        simulation.core.cancel(order_id)
    return success({"order_id": order_id}, latency_ms=latency_ms(request))


async def exit_positions(request: web.Request) -> web.Response:
    """Close open intraday and derivative positions at the market."""
    simulation = simulation_of(request)
    simulation.step_finely()
    order_ids = simulation.core.exit_all(request.query.get("tag"), request.query.get("segment"))
    if not order_ids:
        raise invalid_input("There are no open positions to exit", code="UDAPI1111")
    return _batch(order_ids)


async def cancel_orders(request: web.Request) -> web.Response:
    """Take the cancellation of every open order, after-market orders included."""
    simulation = simulation_of(request)
    simulation.step_finely()
    return _batch(simulation.core.cancel_all(request.query.get("tag"), request.query.get("segment")))


def _batch(order_ids: Sequence[str]) -> web.Response:
    count = len(order_ids)
    return json_response(
        {
            "status": "success",
            "data": {"order_ids": list(order_ids)},
            "errors": None,
            "summary": {"total": count, "success": count, "error": 0},
        }
    )


async def order_book(request: web.Request) -> web.Response:
    """Latest state of every order of the day."""
    simulation = simulation_of(request)
    rows = _book(simulation, request.path)
    return success([order_rows.book_row(row, simulation.listing) for row in rows])


async def details(request: web.Request) -> web.Response:
    """Latest state of one order."""
    simulation = simulation_of(request)
    order_id = _order_id(request)
    for row in _book(simulation, request.path):
        if row.order_id == order_id:
            return success(order_rows.book_row(row, simulation.listing))
    raise _unknown_order(simulation)


async def history(request: web.Request) -> web.Response:
    """All states of one order, or of every order with a tag."""
    simulation = simulation_of(request)
    order_id, tag = request.query.get("order_id"), request.query.get("tag")
    if not order_id and not tag:
        raise invalid_input("order_id or tag is required", "order_id")
    rows = _states(simulation, request.path, order_id, tag)
    return success([order_rows.history_row(row, simulation.listing) for row in rows])


async def trades_of_day(request: web.Request) -> web.Response:
    """Every fill of the day."""
    simulation = simulation_of(request)
    return success([order_rows.trade_row(row, simulation.listing) for row in simulation.core.trade_rows()])


async def trades_of_order(request: web.Request) -> web.Response:
    """Every fill of one order."""
    simulation = simulation_of(request)
    order_id = _order_id(request)
    if all(row.order_id != order_id for row in simulation.core.order_rows()):
        raise _unknown_order(simulation)
    rows = simulation.core.trade_rows(order_id)
    return success([order_rows.trade_row(row, simulation.listing) for row in rows])


@contextmanager
def _unknown_order_status(simulation: Simulation) -> Iterator[None]:
    """Give the core's UDAPI100010 the HTTP status that is configured for it."""
    try:
        yield
    except VenueRefusal as refusal:
        if refusal.code == "UDAPI100010":
            raise _unknown_order(simulation) from refusal
        raise


def _states(simulation: Simulation, path: str, order_id: str | None, tag: str | None) -> tuple[OrderRow, ...]:
    known_ms = _stale_as_of_ms(simulation, path)
    if known_ms is None:
        with _unknown_order_status(simulation):
            return simulation.core.order_history(order_id=order_id or None, tag=tag or None)
    rows = tuple(
        row
        for row in simulation.history.states_as_of(known_ms)
        if (not order_id or row.order_id == order_id) and (not tag or row.tag == tag)
    )
    if not rows:
        raise _unknown_order(simulation)
    return rows


def _book(simulation: Simulation, path: str) -> tuple[OrderRow, ...]:
    known_ms = _stale_as_of_ms(simulation, path)
    return simulation.core.order_rows() if known_ms is None else simulation.history.rows_as_of(known_ms)


def _stale_as_of_ms(simulation: Simulation, path: str) -> int | None:
    """The instant whose knowledge a lagging order book shows; None while it does not lag."""
    rule = simulation.faults.take((FaultKind.STALE_BOOK,), path, simulation.now_ms)
    return None if rule is None else simulation.now_ms - round(rule.seconds * 1_000)


def _order_id(request: web.Request) -> str:
    order_id = request.query.get("order_id", "")
    if not order_id:
        raise invalid_input("order_id is required", "order_id")
    return order_id


def _unknown_order(simulation: Simulation) -> VenueRefusal:
    return VenueRefusal(simulation.settings.unknown_order_status, "UDAPI100010", "Order not found")


ENDPOINTS = (
    Endpoint("POST", "/v3/order/place", place, Access.ORDER_WRITE),
    Endpoint("PUT", "/v3/order/modify", modify, Access.ORDER_WRITE),
    Endpoint("DELETE", "/v3/order/cancel", cancel, Access.ORDER_WRITE),
    Endpoint("POST", "/v2/order/positions/exit", exit_positions, Access.ORDER_WRITE),
    Endpoint("DELETE", "/v2/order/multi/cancel", cancel_orders, Access.ORDER_WRITE),
    Endpoint("GET", "/v2/order/retrieve-all", order_book),
    Endpoint("GET", "/v2/order/details", details),
    Endpoint("GET", "/v2/order/history", history),
    Endpoint("GET", "/v2/order/trades/get-trades-for-day", trades_of_day),
    Endpoint("GET", "/v2/order/trades", trades_of_order),
)
