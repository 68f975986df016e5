"""Book events as log lines: what was decided and what the broker did, in trading.log and signals.log."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from trading_bot.adapters.logs import Topic, logger
from trading_bot.domain.ist import datetime_of
from trading_bot.domain.money import rupees
from trading_bot.engine.ports import JournalRow

_SIGNALS = frozenset({"signal_raised", "entry_denied"})
_WARNINGS = frozenset(
    {"stop_failed", "fill_annulled", "halt_raised", "incident_recorded", "difference_found", "panic_latched"}
)
_DETAILS = frozenset({"order_reported", "change_resolved"})
"""Every step of an order's terms; of interest only when something has to be found out."""

_AMOUNTS = frozenset({"gross_pnl", "entry_value", "exit_value", "trail_distance"})


class EventLog:
    """Writes one line for each journaled event, with symbols instead of the broker's keys."""

    def __init__(self, symbols: Mapping[str, str]) -> None:
        self._symbols = symbols
        self._trading = logger(Topic.TRADING)
        self._signals = logger(Topic.SIGNALS)

    def take(self, rows: Sequence[JournalRow]) -> None:
        """Write the lines of some rows."""
        for row in rows:
            log = self._signals if row.kind in _SIGNALS else self._trading
            fields = {"session": _clock(row.at_ms)} | self._fields(json.loads(row.payload))
            if row.kind in _WARNINGS:
                log.warning(row.kind, **fields)
            elif row.kind in _DETAILS:
                log.debug(row.kind, **fields)
            else:
                log.info(row.kind, **fields)

    def _fields(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The plain values of a payload, those of nested parts included; lists stay in the journal."""
        fields: dict[str, Any] = {}
        for name, value in payload.items():
            if isinstance(value, dict):
                fields = self._fields(value) | fields
            elif name == "instrument_key":
                fields["symbol"] = self._symbols.get(value, value)
            elif name == "subject" and value:
                fields[name] = self._symbols.get(value, value)
            elif _is_worth_a_line(name, value):
                fields[name.removesuffix("_ms")] = _shown(name, value)
        return fields


def _is_worth_a_line(name: str, value: Any) -> bool:
    """Whether a value says something: a moment of 0 has not come yet, and the line's own is shown apart."""
    if name.endswith("_ms"):
        return bool(value) and name != "at_ms"
    return not isinstance(value, list) and value not in (None, "")


def _shown(name: str, value: Any) -> Any:
    """A value as a person reads it: rupees instead of paise, a clock time instead of milliseconds."""
    if name.endswith("_ms"):
        return _clock(value)
    if isinstance(value, int) and (name.endswith("price") or name in _AMOUNTS):
        return str(rupees(value))
    return value


def _clock(at_ms: int) -> str:
    return f"{datetime_of(at_ms):%H:%M:%S}"
