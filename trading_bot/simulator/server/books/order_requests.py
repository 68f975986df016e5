"""Reading of order requests: JSON into the core's requests, with the broker's codes for what is missing."""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from aiohttp import web

from trading_bot.domain.instrument import Product
from trading_bot.domain.order import OrderType, Side, Validity
from trading_bot.simulator.server.envelope import invalid_input
from trading_bot.simulator.venue.contracts import ChangedTerms, NewOrder

_PAISE = 100
_TAG_LENGTH_MAX = 40
_PROTECTION_PCT_MAX = 25
_AUTOMATIC = Decimal(-1)
_TRUE_WORDS = {"true": True, "false": False}

Choice = TypeVar("Choice", bound=StrEnum)


async def json_object(request: web.Request) -> dict[str, Any]:
    """The request's JSON object. Raises VenueRefusal when it is none."""
    try:
        body = json.loads(await request.read(), parse_float=Decimal)
    except ValueError as error:
        raise invalid_input("Invalid JSON") from error
    if not isinstance(body, dict):
        raise invalid_input("A JSON object is expected")
    return body


def new_order(body: Mapping[str, Any], *, placed_by: str, requires_protection: bool) -> NewOrder:
    """Read a place request. Raises VenueRefusal."""
    order_type = choice(body, "order_type", OrderType, missing="UDAPI1004", invalid="UDAPI1056")
    tag = body.get("tag")
    if tag is not None and len(str(tag)) > _TAG_LENGTH_MAX:
        raise invalid_input(f"Tag is longer than {_TAG_LENGTH_MAX} characters", "tag", "UDAPI1119")
    return NewOrder(
        instrument_key=_required(body, "instrument_token", "UDAPI1026"),
        side=choice(body, "transaction_type", Side, missing="UDAPI1057", invalid="UDAPI1057"),
        quantity=whole_number(body, "quantity"),
        product=choice(body, "product", Product, missing="UDAPI1006", invalid="UDAPI1054"),
        order_type=order_type,
        validity=choice(body, "validity", Validity, missing="UDAPI1007", invalid="UDAPI1055"),
        price=paise(body, "price"),
        trigger_price=paise(body, "trigger_price"),
        disclosed_quantity=whole_number(body, "disclosed_quantity", default=0),
        tag=None if tag is None or tag == "" else str(tag),
        slice=flag(body, "slice"),
        market_protection_pct=protection(body, order_type, is_required=requires_protection),
        placed_by=placed_by,
    )


def changed_terms(body: Mapping[str, Any], *, requires_protection: bool) -> ChangedTerms:
    """Read a modify request. Raises VenueRefusal."""
    order_type = choice(body, "order_type", OrderType, missing="UDAPI1004", invalid="UDAPI1056")
    return ChangedTerms(
        order_id=_required(body, "order_id", "UDAPI100010"),
        order_type=order_type,
        validity=choice(body, "validity", Validity, missing="UDAPI1007", invalid="UDAPI1055"),
        price=paise(body, "price"),
        trigger_price=paise(body, "trigger_price"),
        quantity=whole_number(body, "quantity") if body.get("quantity") is not None else None,
        market_protection_pct=protection(body, order_type, is_required=requires_protection),
    )


def choice(body: Mapping[str, Any], field: str, words: type[Choice], *, missing: str, invalid: str) -> Choice:
    """A word of a closed set."""
    text = _required(body, field, missing)
    try:
        return words(text)
    except ValueError as error:
        raise invalid_input(f"Invalid {field}", field, invalid) from error


def whole_number(body: Mapping[str, Any], field: str, default: int | None = None) -> int:
    """An integer; text of one is tolerated."""
    value = body.get(field)
    if value is None and default is not None:
        return default
    amount = _decimal(value, field)
    if amount != amount.to_integral_value():
        raise invalid_input(f"Invalid {field}", field)
    return int(amount)


def paise(body: Mapping[str, Any], field: str) -> int:
    """A price in rupees as whole paise."""
    value = body.get(field)
    if value is None:
        raise invalid_input(f"{field} is required", field, "UDAPI1008")
    amount = _decimal(value, field) * _PAISE
    if amount != amount.to_integral_value() or amount < 0:
        raise invalid_input(f"Invalid {field}", field)
    return int(amount)


def flag(body: Mapping[str, Any], field: str) -> bool:
    """A boolean; text of one is tolerated; false when absent."""
    value = body.get(field, False)
    if isinstance(value, str):
        value = _TRUE_WORDS.get(value.lower())
    if not isinstance(value, bool):
        raise invalid_input(f"Invalid {field}", field)
    return value


def protection(body: Mapping[str, Any], order_type: OrderType, *, is_required: bool) -> Decimal:
    """The market protection: 0 none, -1 automatic, else percent; ignored where the order has a limit."""
    value = body.get("market_protection")
    pct = Decimal(0) if value is None else _protection_number(value)
    if order_type not in (OrderType.MARKET, OrderType.STOP_MARKET):
        return Decimal(0)
    if pct == 0 and is_required:
        raise invalid_input("Market orders need market protection", "market_protection", "UDAPI1158")
    return pct


def _protection_number(value: object) -> Decimal:
    pct = _decimal(value, "market_protection")
    if pct > _PROTECTION_PCT_MAX:
        raise invalid_input("Market protection is above 25", "market_protection", "UDAPI1176")
    if pct < 0 and pct != _AUTOMATIC:
        raise invalid_input("Market protection is invalid", "market_protection", "UDAPI1177")
    return pct


def _required(body: Mapping[str, Any], field: str, code: str) -> str:
    value = body.get(field)
    if value is None or value == "":
        raise invalid_input(f"{field} is required", field, code)
    return str(value)


def _decimal(value: object, field: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        raise invalid_input(f"Invalid {field}", field)
    try:
        amount = Decimal(value)
    except InvalidOperation as error:
        raise invalid_input(f"Invalid {field}", field) from error
    if not amount.is_finite():
        raise invalid_input(f"Invalid {field}", field)
    return amount
