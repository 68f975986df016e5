"""Every way in which a write can end, and which of the three outcomes it is.

Only a code that is known to be produced before an order is accepted proves a refusal. Everything else (other
4xx, every 5xx, time-outs, resets, HTML, an empty body, a 2xx that cannot be read) is unknown and is resolved
by looking the order up.
"""

import re
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from trading_bot.adapters.upstox.envelope import Envelope, is_ok, opened
from trading_bot.adapters.upstox.rest.answers import Answer, NotSentError
from trading_bot.domain.errors import NotAuthorisedError, TradingBotError
from trading_bot.engine.ports import Accepted, Outcome, RefusalCause, Refused, Unknown

_ORDER_ID = re.compile(r"[-a-zA-Z0-9]{1,64}")
_CLIENT_ERRORS = range(400, 500)


class Write(StrEnum):
    """The three writes."""

    PLACE = "place"
    MODIFY = "modify"
    CANCEL = "cancel"


_ALL = frozenset(Write)
_TERMS = frozenset({Write.PLACE, Write.MODIFY})
_CHANGES = frozenset({Write.MODIFY, Write.CANCEL})


class Refusal(NamedTuple):
    """Why a code proves that nothing was accepted, and for which writes."""

    reason: str
    writes: frozenset[Write] = _TERMS


REFUSALS: MappingProxyType[str, Refusal] = MappingProxyType(
    {
        # the gateway, before any order logic
        "UDAPI10000": Refusal("no such route: nothing could process it", _ALL),
        "UDAPI100060": Refusal("no such route: nothing could process it", _ALL),
        "UDAPI10005": Refusal("stopped by the rate limiter in front of the service", _ALL),
        "UDAPI100015": Refusal("version header checked at the gateway", _ALL),
        "UDAPI100016": Refusal("credentials checked at the gateway", _ALL),
        "UDAPI100050": Refusal("token checked at the gateway", _ALL),
        "UDAPI100067": Refusal("kind of token checked at the gateway", _ALL),
        "UDAPI100073": Refusal("app inactive, checked at the gateway", _ALL),
        "UDAPI1154": Refusal("call did not come from the registered address", _ALL),
        "UDAPI1156": Refusal("algo name not recognised", _ALL),
        "UDAPI1180": Refusal("app inactive, checked at the gateway", _ALL),
        "UDAPI100049": Refusal("service reserved to business clients", _ALL),
        # the session
        "UDAPI100039": Refusal("after-market flag does not fit the session", _TERMS),
        "UDAPI100057": Refusal("market closed", _ALL),
        "UDAPI100074": Refusal("order service closed before 05:30", _ALL),
        # validation of the request
        "UDAPI100011": Refusal("instrument key invalid"),
        "UDAPI100036": Refusal("input invalid", _ALL),
        "UDAPI100038": Refusal("input invalid", _ALL),
        "UDAPI1004": Refusal("order type missing"),
        "UDAPI1006": Refusal("product missing"),
        "UDAPI1007": Refusal("validity missing"),
        "UDAPI1008": Refusal("price missing"),
        "UDAPI1026": Refusal("instrument key missing"),
        "UDAPI1037": Refusal("trigger must not exceed the limit of a stop buy"),
        "UDAPI1038": Refusal("trigger must not lie below the limit of a stop sell"),
        "UDAPI1040": Refusal("price sent with a market order"),
        "UDAPI1041": Refusal("price and trigger do not fit the order type"),
        "UDAPI1042": Refusal("price and trigger do not fit the order type"),
        "UDAPI1043": Refusal("price missing for the order type"),
        "UDAPI1052": Refusal("quantity zero"),
        "UDAPI1054": Refusal("product invalid"),
        "UDAPI1055": Refusal("validity invalid"),
        "UDAPI1056": Refusal("order type invalid"),
        "UDAPI1057": Refusal("transaction type invalid"),
        "UDAPI1087": Refusal("symbol or key invalid"),
        "UDAPI1089": Refusal("exchange invalid"),
        "UDAPI1118": Refusal("slicing would make too many orders"),
        "UDAPI1119": Refusal("tag longer than 40 characters"),
        "UDAPI1158": Refusal("market order without protection"),
        "UDAPI1161": Refusal("exchange not enabled for API orders"),
        "UDAPI1176": Refusal("market protection above 25%"),
        "UDAPI1177": Refusal("market protection invalid"),
        # the order that was to be changed
        "UDAPI100010": Refusal("there is no such order to change", _CHANGES),
        "UDAPI100040": Refusal("the order has already ended: nothing to cancel", frozenset({Write.CANCEL})),
        "UDAPI100041": Refusal("the order has already ended: nothing to modify", frozenset({Write.MODIFY})),
    }
)
"""Codes that prove a refusal. A code that is not listed proves nothing."""

_CAUSES = MappingProxyType(
    {
        "UDAPI100050": RefusalCause.NEEDS_LOGIN,
        "UDAPI100016": RefusalCause.NEEDS_LOGIN,
        "UDAPI100010": RefusalCause.NO_SUCH_ORDER,
        "UDAPI10005": RefusalCause.RATE_LIMITED,
    }
)


def outcome_of(write: Write, answer: Answer, order_id: str | None = None) -> Outcome:
    """Classify a complete answer; `order_id` is the order that was to be changed."""
    envelope = opened(answer.body)
    if envelope is None:
        return Unknown(f"HTTP {answer.status} with a body that is not the broker's JSON")
    if is_ok(answer.status):
        return _claimed_success(write, answer.status, envelope, order_id)
    return _claimed_failure(write, answer.status, envelope)


def outcome_without_answer(error: TradingBotError) -> Outcome:
    """Classify a call that got no answer."""
    if isinstance(error, NotSentError):
        return Refused("NOT_SENT", str(error), RefusalCause.UNREACHED)
    if isinstance(error, NotAuthorisedError):
        return Refused("NO_TOKEN", str(error), RefusalCause.NEEDS_LOGIN)
    return Unknown(str(error))


def _claimed_success(write: Write, status: int, envelope: Envelope, order_id: str | None) -> Outcome:
    if not envelope.is_success:
        return Unknown(f"HTTP {status} but the broker's status is not success")
    named = _named_orders(envelope.data)
    if len(named) != 1 or not _ORDER_ID.fullmatch(named[0]):
        return Unknown(f"{write} was answered with {len(named)} order ids instead of one")
    if order_id is not None and named[0] != order_id:
        return Unknown(f"{write} of {order_id} was answered with another order id")
    return Accepted(named[0])


def _named_orders(data: object) -> list[str]:
    if not isinstance(data, dict):
        return []
    ids = data.get("order_ids", [data.get("order_id")])
    if not isinstance(ids, list):
        return []
    return [name if isinstance(name, str) else "" for name in ids]


def _claimed_failure(write: Write, status: int, envelope: Envelope) -> Outcome:
    codes = [error.code for error in envelope.errors]
    told = "; ".join(f"{error.code} {error.message}".strip() for error in envelope.errors)
    proved = [code for code in codes if code in REFUSALS and write in REFUSALS[code].writes]
    # Every entry has to be a proof: one unknown among them may be the order that went through.
    if status in _CLIENT_ERRORS and codes and len(proved) == len(codes):
        return Refused(codes[0], f"{told} ({REFUSALS[codes[0]].reason})", _CAUSES.get(codes[0]))
    return Unknown(f"HTTP {status}: {told or 'no reason given'}")
