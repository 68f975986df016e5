"""The simulator's own paths: its clock, listing, ledger, faults, foreign orders and tokens."""

from aiohttp import web
from pydantic import ValidationError

from trading_bot.simulator.server import wire
from trading_bot.simulator.server.books import order_requests
from trading_bot.simulator.server.books.after_market import judged
from trading_bot.simulator.server.endpoint import Access, Endpoint, simulation_of
from trading_bot.simulator.server.envelope import invalid_input, json_response, success
from trading_bot.simulator.server.faults.faults import parse_schedule


async def clock(request: web.Request) -> web.Response:
    """Where the session stands, and how fast it really moves."""
    simulation = simulation_of(request)
    return json_response(
        {
            "now": wire.iso_time(simulation.now_ms),
            "now_ms": simulation.now_ms,
            "speed": round(simulation.pacing.effective_speed, 3),
            "asked_speed": simulation.settings.speed,
            "phase": simulation.phase,
            "finished": simulation.finished.is_set(),
            "clients_let_go": simulation.pacing.clients_let_go,
            "data": simulation.source.description,
        }
    )


async def instruments(request: web.Request) -> web.Response:
    """What is listed, as rows of the instruments file."""
    return json_response(simulation_of(request).listing.rows())


async def ledger(request: web.Request) -> web.Response:
    """The core's true record."""
    return json_response(simulation_of(request).core.ledger())


async def show_faults(request: web.Request) -> web.Response:
    """The fault rules in force, and how often each struck."""
    return json_response(simulation_of(request).faults.report())


async def set_faults(request: web.Request) -> web.Response:
    """Put a fault schedule in force."""
    simulation = simulation_of(request)
    try:
        rules = parse_schedule(await request.read())
    except ValidationError as error:
        raise invalid_input(str(error)) from error
    simulation.faults.set_schedule(rules)
    return json_response(simulation.faults.report())


async def heal(request: web.Request) -> web.Response:
    """Drop every fault rule."""
    simulation = simulation_of(request)
    simulation.faults.heal()
    return json_response([])


async def foreign_order(request: web.Request) -> web.Response:
    """Place an order as if its user had done so in the broker's app: any type, no tag unless given."""
    simulation = simulation_of(request)
    body = await order_requests.json_object(request)
    defaults = {"price": 0, "trigger_price": 0, "product": "I", "validity": "DAY", "order_type": "MARKET"}
    order = order_requests.new_order(
        {"market_protection": -1, **defaults, **body},
        placed_by=simulation.settings.user_id,
        requires_protection=False,
    )
    order = judged(simulation, order, is_amo=order_requests.flag(body, "is_amo"))
    simulation.step_finely()
    return success({"order_ids": list(simulation.core.place(order))})


async def control_token(request: web.Request) -> web.Response:
    """Expire every token, or replace them all by a new or a named one."""
    simulation = simulation_of(request)
    body = await order_requests.json_object(request)
    action = body.get("action")
    if action not in ("expire", "replace"):
        raise invalid_input("action must be expire or replace", "action")
    simulation.tokens.revoke_all()
    token = None
    if action == "replace":
        token = str(body.get("token") or simulation.tokens.issue(simulation.now_ms))
        simulation.tokens.admit(token, simulation.now_ms)
    simulation.cut_dead_sockets()
    return json_response({"access_token": token})


ENDPOINTS = (
    Endpoint("GET", "/simulator/clock", clock, Access.CONTROL),
    Endpoint("GET", "/simulator/instruments", instruments, Access.CONTROL),
    Endpoint("GET", "/simulator/ledger", ledger, Access.CONTROL),
    Endpoint("GET", "/simulator/faults", show_faults, Access.CONTROL),
    Endpoint("POST", "/simulator/faults", set_faults, Access.CONTROL),
    Endpoint("DELETE", "/simulator/faults", heal, Access.CONTROL),
    Endpoint("POST", "/simulator/orders", foreign_order, Access.CONTROL),
    Endpoint("POST", "/simulator/token", control_token, Access.CONTROL),
)
