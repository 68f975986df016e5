"""The login: a page with one button instead of credentials, and the exchange of its code for a token."""

from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.simulator.server.endpoint import Access, Endpoint, simulation_of
from trading_bot.simulator.server.envelope import json_response
from trading_bot.simulator.server.routes.user import profile_members
from trading_bot.simulator.server.settings import ServerSettings
from trading_bot.simulator.venue.contracts import VenueRefusal

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Simulated broker login</title></head>
<body><h1>Simulated broker login</h1>
<p>The app <b>{client_id}</b> asks for access to the account of {user_id} until 03:30.</p>
<form method="post">{fields}<button type="submit">Approve</button></form></body></html>
"""
_FIELDS = ("client_id", "redirect_uri", "state")


async def dialog(request: web.Request) -> web.Response:
    """The page that a user approves."""
    simulation = simulation_of(request)
    _check_app(simulation.settings, request.query)
    fields = "".join(
        f'<input type="hidden" name="{name}" value="{escape(request.query.get(name, ""))}">'
        for name in _FIELDS
    )
    page = _PAGE.format(
        client_id=escape(request.query["client_id"]),
        user_id=escape(simulation.settings.user_id),
        fields=fields,
    )
    return web.Response(text=page, content_type="text/html")


async def approve(request: web.Request) -> web.Response:
    """Redirect back to the app with a single-use code."""
    simulation = simulation_of(request)
    form = _Form(await request.post())
    _check_app(simulation.settings, form)
    redirect_uri = form["redirect_uri"]
    lapses_ms = simulation.now_ms + round(simulation.settings.login_code_life_s * MS_PER_SECOND)
    code = simulation.login_codes.issue(form["client_id"], redirect_uri, lapses_ms=lapses_ms)
    answer = {"code": code}
    if form["state"]:
        answer["state"] = form["state"]
    joint = "&" if "?" in redirect_uri else "?"
    location = f"{redirect_uri}{joint}{urlencode(answer)}"
    return web.Response(status=302, headers={"Location": location})


async def token(request: web.Request) -> web.Response:
    """Exchange a code for a token; the answer is flat, and the code is spent whatever comes of it."""
    simulation = simulation_of(request)
    settings = simulation.settings
    form = _Form(await request.post())
    granted = simulation.login_codes.redeem(form["code"], simulation.now_ms)
    _check_app(settings, form)
    secret = settings.client_secret
    is_secret_wrong = secret is not None and form["client_secret"] != secret.get_secret_value()
    if granted != (form["client_id"], form["redirect_uri"]) or is_secret_wrong:
        raise VenueRefusal(401, "UDAPI100069", "Check your 'client_id', 'client_secret' and 'code'")
    if form["grant_type"] != "authorization_code":
        raise VenueRefusal(400, "UDAPI100036", "Invalid Input", "grant_type")
    if settings.new_login_ends_old_token:
        simulation.tokens.revoke_all()
    access_token = simulation.tokens.issue(simulation.now_ms)
    members = profile_members(simulation) | {"access_token": access_token, "extended_token": None}
    return json_response(members)


class _Form:
    """Text fields of a form; a missing one is empty."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = fields

    def __getitem__(self, name: str) -> str:
        value = self._fields.get(name, "")
        return value if isinstance(value, str) else ""

    def get(self, name: str, default: str = "") -> str:
        """The field, or the default."""
        return self[name] or default


def _check_app(settings: ServerSettings, fields: "_Form | Mapping[str, str]") -> None:
    client_id, redirect_uri = fields.get("client_id", ""), fields.get("redirect_uri", "")
    is_known = settings.client_id in (None, client_id) and settings.redirect_uri in (None, redirect_uri)
    if not client_id or not redirect_uri or not is_known:
        raise VenueRefusal(
            401, "UDAPI100068", "Check your 'client_id' and 'redirect_uri'; one or both are incorrect"
        )


ENDPOINTS = (
    Endpoint("GET", "/v2/login/authorization/dialog", dialog, Access.OPEN),
    Endpoint("POST", "/v2/login/authorization/dialog", approve, Access.OPEN),
    Endpoint("POST", "/v2/login/authorization/token", token, Access.OPEN),
)
