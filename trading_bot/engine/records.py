"""Events and inputs as rows of text: canonical JSON, the same bytes for the same values."""

from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter

from trading_bot.domain import events as ev
from trading_bot.engine import inputs
from trading_bot.engine.book import APPLY
from trading_bot.engine.decide import DECIDE


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


_KINDS: dict[type, str] = {value_type: _snake(value_type.__name__) for value_type in (*APPLY, *DECIDE)}
_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    kind: TypeAdapter(value_type) for value_type, kind in _KINDS.items()
}
_TO_JSON: dict[type, Callable[[Any], bytes]] = {
    value_type: _ADAPTERS[kind].serializer.to_json for value_type, kind in _KINDS.items()
}


def event_kind(event_type: type[ev.BookEvent]) -> str:
    """The name under which events of a class are journaled."""
    return _KINDS[event_type]


def input_kind(input_type: type[inputs.Input]) -> str:
    """The name under which inputs of a class are recorded."""
    return _KINDS[input_type]


def encode(value: ev.BookEvent | inputs.Input) -> tuple[str, str]:
    """Return kind and payload of an event or an input."""
    value_type = type(value)
    return _KINDS[value_type], _TO_JSON[value_type](value).decode()


def decode_event(kind: str, payload: str) -> ev.BookEvent:
    """Return the event of a journal row.

    Raises KeyError for a kind that this program does not know, ValueError for a payload that does not fit.
    """
    event: ev.BookEvent = _ADAPTERS[kind].validate_json(payload)
    return event


def decode_input(kind: str, payload: str) -> inputs.Input:
    """Return the input of a line of the input log; raises as `decode_event` does."""
    event: inputs.Input = _ADAPTERS[kind].validate_json(payload)
    return event
