"""The login by approval on the phone: the app's request, the user's answer, and the token that is sent."""

from typing import NamedTuple

import aiohttp
from aiohttp import web

from trading_bot.simulator.server.books.order_requests import json_object
from trading_bot.simulator.server.endpoint import Access, Endpoint, simulation_of
from trading_bot.simulator.server.entrance.tokens import expiry_ms
from trading_bot.simulator.server.envelope import invalid_input, json_response, success
from trading_bot.simulator.server.settings import ServerSettings
from trading_bot.simulator.server.simulation import Simulation
from trading_bot.simulator.venue.contracts import VenueRefusal

_DELIVERY_S = 5.0
_ACTIONS = ("approve", "refuse")


class Delivery(NamedTuple):
    """What became of the message to the notifier address."""

    status: int | None
    """HTTP status of its answer; None when nobody answered, or no address is registered."""
    detail: str = ""


async def request_token(request: web.Request) -> web.Response:
    """Put the question on the user's phone; it lapses at 03:30 as a token would."""
    simulation = simulation_of(request)
    settings, client_id = simulation.settings, request.match_info["client_id"]
    secret = (await json_object(request)).get("client_secret")
    _check_app(settings, client_id, secret)
    lapses_ms = expiry_ms(simulation.now_ms)
    simulation.approvals.ask(client_id, lapses_ms)
    return success({"authorization_expiry": str(lapses_ms), "notifier_url": settings.notifier_url})


async def show_approvals(request: web.Request) -> web.Response:
    """The questions on the user's phone, oldest first."""
    simulation = simulation_of(request)
    return json_response(list(simulation.approvals.open(simulation.now_ms)))


async def answer_approval(request: web.Request) -> web.Response:
    """Answer the oldest question as the user would: an approval sends a token to the notifier address."""
    simulation = simulation_of(request)
    action = (await json_object(request)).get("action")
    if action not in _ACTIONS:
        raise invalid_input(f"action must be one of {', '.join(_ACTIONS)}", "action")
    client_id = simulation.approvals.take(simulation.now_ms)
    if client_id is None:
        raise invalid_input("no approval is asked for")
    if action == "refuse":
        return json_response({"delivered": None, "detail": "refused: nothing is sent"})
    delivery = await _delivered(simulation, client_id)
    return json_response({"delivered": delivery.status, "detail": delivery.detail})


async def _delivered(simulation: Simulation, client_id: str) -> Delivery:
    settings = simulation.settings
    if settings.new_login_ends_old_token:
        simulation.tokens.revoke_all()
    now_ms = simulation.now_ms
    message = {
        "client_id": client_id,
        "user_id": settings.user_id,
        "access_token": simulation.tokens.issue(now_ms),
        "token_type": "Bearer",
        "expires_at": str(expiry_ms(now_ms)),
        "issued_at": str(now_ms),
        "message_type": "access_token",
    }
    if settings.notifier_url is None:
        return Delivery(None, "no notifier address is registered")
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(_DELIVERY_S)) as session,
            session.post(settings.notifier_url, json=message) as answer,
        ):
            return Delivery(answer.status, (await answer.text())[:200])
    except (aiohttp.ClientError, TimeoutError) as error:
        return Delivery(None, type(error).__name__)


def _check_app(settings: ServerSettings, client_id: str, secret: object) -> None:
    if settings.client_id not in (None, client_id):
        raise VenueRefusal(
            401, "UDAPI100068", "Check your 'client_id' and 'redirect_uri'; one or both are incorrect"
        )
    expected = settings.client_secret
    if not isinstance(secret, str) or not secret:
        raise invalid_input("client_secret is required", "client_secret")
    if expected is not None and secret != expected.get_secret_value():
        raise VenueRefusal(401, "UDAPI100069", "Check your 'client_id', 'client_secret' and 'code'")


ENDPOINTS = (
    Endpoint("POST", "/v3/login/auth/token/request/{client_id}", request_token, Access.OPEN),
    Endpoint("GET", "/simulator/approval", show_approvals, Access.CONTROL),
    Endpoint("POST", "/simulator/approval", answer_approval, Access.CONTROL),
)
