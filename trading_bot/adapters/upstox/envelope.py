"""The JSON envelope around every answer, and what a refusal inside it says."""

import json
from decimal import Decimal
from typing import Any, NamedTuple

from trading_bot.adapters.redaction import without_tokens

_HTTP_OK = range(200, 300)
_MESSAGE_CHARACTERS_MAX = 300


class BrokerError(NamedTuple):
    """One entry of `errors`."""

    code: str
    message: str


class Envelope(NamedTuple):
    """A JSON answer, opened."""

    is_success: bool
    data: Any
    errors: tuple[BrokerError, ...]


def opened(body: bytes, *, exact: bool = True) -> Envelope | None:
    """Return the envelope, or None for a body that is none: HTML of a proxy, nothing, or a torn document.

    With `exact` decimal numbers stay exact; without, they are floats, for bulk market data.
    """
    document = document_of(body, exact=exact)
    if not isinstance(document, dict) or "status" not in document:
        return None
    return Envelope(document["status"] == "success", document.get("data"), _errors(document.get("errors")))


def document_of(body: bytes, *, exact: bool = True) -> Any:
    """Return the JSON document, or None where the body is not JSON (NaN and Infinity are not)."""
    try:
        return json.loads(body, parse_float=Decimal if exact else None, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None


def is_ok(status: int) -> bool:
    """Whether an HTTP status is of the 2xx class."""
    return status in _HTTP_OK


def printable(text: object) -> str:
    """Return a broker's text without control characters, tokens and excess length."""
    cleaned = "".join(
        character if character.isprintable() else " " for character in without_tokens(str(text))
    )
    return cleaned[:_MESSAGE_CHARACTERS_MAX].strip()


def _errors(rows: Any) -> tuple[BrokerError, ...]:
    if not isinstance(rows, list):
        return ()
    return tuple(map(_error, rows))


def _error(row: Any) -> BrokerError:
    if not isinstance(row, dict):
        return BrokerError("", printable(row))
    # Snake case is the current spelling, camel case the older twin; either may come alone.
    code = row.get("error_code") or row.get("errorCode") or ""
    return BrokerError(printable(code), printable(row.get("message") or ""))


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
