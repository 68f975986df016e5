"""The broker's JSON envelope: success, failure with both spellings of its members, partial success."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from trading_bot.simulator.venue.contracts import VenueRefusal

UNAUTHORISED = "UDAPI100050"
TOO_MANY_REQUESTS = "UDAPI10005"
NOT_FOUND = "UDAPI100060"


def success(data: Any, *, latency_ms: int | None = None, status: int = 200, **members: Any) -> web.Response:
    """Answer with data, and with `metadata.latency` where the endpoint has it."""
    body: dict[str, Any] = {"status": "success", "data": data, **members}
    if latency_ms is not None:
        body["metadata"] = {"latency": latency_ms}
    return json_response(body, status)


def refusal(error: VenueRefusal, *, invalid_value: object = None) -> web.Response:
    """Answer with one error."""
    row = error_row(error.code, error.message, property_path=error.property_path, invalid_value=invalid_value)
    return json_response({"status": "error", "errors": [row]}, error.http_status)


def error_row(
    code: str, message: str, *, property_path: str | None = None, invalid_value: object = None
) -> dict[str, Any]:
    """One error in both spellings: clients in use read the one or the other."""
    return {
        "errorCode": code,
        "message": message,
        "propertyPath": property_path,
        "invalidValue": invalid_value,
        "error_code": code,
        "property_path": property_path,
        "invalid_value": invalid_value,
    }


def json_response(body: Mapping[str, Any] | list[Any], status: int = 200) -> web.Response:
    """Plain compact JSON."""
    return web.Response(
        body=json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode(),
        status=status,
        content_type="application/json",
    )


def invalid_input(message: str, property_path: str | None = None, code: str = "UDAPI100036") -> VenueRefusal:
    """A 400 for a request that cannot be read as meant."""
    return VenueRefusal(400, code, message, property_path)
