"""The snapshot as a JSON document, which the control socket carries, and that document as text."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any

from trading_bot.domain.ist import datetime_of
from trading_bot.domain.money import grouped, rupees
from trading_bot.engine.snapshot import OrderView, Snapshot, SymbolView, WorkerView

PRICES = frozenset(
    {"last_price", "previous_close", "candle_close", "stop", "target", "price", "trigger_price"}
)
OWN_KEYS = {
    "now_ms": "now",
    "candle_start_ms": "candle_start",
    "intended_at_ms": "intended_at",
    "at_ms": "at",
}
_DEAD = "not running"
_AS_THEY_ARE = frozenset({str, int, float, bool, type(None)})


def status_document(snapshot: Snapshot) -> dict[str, Any]:
    """The snapshot as JSON: amounts are decimal strings in rupees, times carry their offset."""
    document: dict[str, Any] = _plain(snapshot)
    return {"running": True, **document}


def document_of(part: SymbolView | OrderView) -> dict[str, Any]:
    """One row of the document, by itself."""
    row: dict[str, Any] = _plain(part)
    return row


def stopped_document(document: Mapping[str, Any], unknown: Iterable[str] = ()) -> dict[str, Any]:
    """The same for a daemon that does not run, made from what its database holds.

    What only a running one knows is null, and of the head what its database does not hold: `unknown`.
    """
    nobody_knows = dict.fromkeys(("speed", "run_id", *unknown))
    return {
        **document,
        "running": False,
        "run": {**document["run"], **nobody_knows},
        "day": {**document["day"], "longest_unprotected_s": None},
        "symbols": [{**row, "unprotected_s": None, "foreign_quantity": None} for row in document["symbols"]],
    }


def status_text(document: Mapping[str, Any]) -> str:
    """What a person wants to know first: does it run, is it halted, what does it hold and earn."""
    run, day = document["run"], document["day"]
    state = f"{run['state']}, {run['phase'].replace('_', ' ')}" if document["running"] else _DEAD
    time = run["now"][:19].replace("T", " ") if run["now"] else "nothing is journaled yet"
    head = f"{run['mode']} {state}, {time} ({run['data']})"
    net, gross, charges, risk = (_amount(day[name]) for name in ("net", "gross", "charges", "open_risk"))
    result = f"day: net {net}, gross {gross}, charges {charges}"
    counts = f"{day['trades']} trades, {day['signals']} signals, open risk {risk}"
    lines = [
        head,
        *([f"{run['reason']}"] if run.get("reason") else []),
        *([run["ramp"]] if run.get("ramp") else []),
        *([f"note: {document['note']}"] if document.get("note") else []),
        *(f"HALTED: {halt}" for halt in document["halts"]),
        *(f"overlay: {text}" for text in document.get("overlays", ())),
        f"{result}, {counts}",
        *_positions(document["symbols"]),
        *_open_orders(document["orders"]),
        *_health(document),
    ]
    return "\n".join(lines)


def positions_text(document: Mapping[str, Any]) -> str:
    """What is held, and what stops anything new."""
    halts = [f"HALTED: {halt}" for halt in document["halts"]]
    return "\n".join([*halts, *_positions(document["symbols"])])


def _positions(symbols: Sequence[Mapping[str, Any]]) -> list[str]:
    held = [row for row in symbols if row["quantity"]]
    if not held:
        watched = f" ({len(symbols)} symbols watched)" if symbols else ""
        return [f"positions: none{watched}"]
    return ["positions:", *map(_position, held)]


def _position(row: Mapping[str, Any]) -> str:
    shown = {name: _amount(row[name]) for name in ("entry_price", "last_price", "target", "unrealised")}
    stop = _amount(row["stop"]) if row["stop"] else "NONE"
    prices = f"entered {shown['entry_price']} last {shown['last_price']} stop {stop}"
    tail = f"target {shown['target']} unrealised {shown['unrealised']}"
    units = grouped(row["quantity"], 0, signed=True)
    return f"  {row['symbol']} {units} {prices} {tail}{_bare(row.get('unprotected_s'))}"


def _bare(seconds: float | None) -> str:
    """What is not known to be confirmed by the broker is not shown as if it were."""
    if seconds is None:
        return " stop NOT CONFIRMED by the broker just now"
    return f" UNPROTECTED for {seconds:.0f} s" if seconds else ""


def _open_orders(orders: Sequence[Mapping[str, Any]]) -> list[str]:
    live = [row for row in orders if row["is_live"]]
    count = f"{len(live)} open" if live else "none open"
    return [f"orders: {count}, {len(orders)} today", *map(_order, live)]


def _order(row: Mapping[str, Any]) -> str:
    filled = f"{grouped(row['filled_quantity'], 0)}/{grouped(row['quantity'], 0)}"
    return f"  {row['tag']} {row['purpose']} {row['side']} {row['symbol']} {filled} {row['status']}"


def _health(document: Mapping[str, Any]) -> list[str]:
    if not document["running"]:
        return []
    workers = ", ".join(map(_worker, document["workers"]))
    budgets = ", ".join(f"{row['used']}/{row['limit']} in {row['window_s']} s" for row in document["budgets"])
    age_s, lag_ms = document["feed_age_s"], document["loop_lag_ms"]
    age = "none" if age_s is None else f"{age_s:.1f} s since the last frame"
    lag = "not measured" if lag_ms is None else f"{lag_ms:.1f} ms"
    lines = [
        f"feed: {age}, loop lag {lag}",
        f"workers: {workers or '-'}",
        f"order budget: {budgets or '-'}",
        *_resources(document.get("resources")),
    ]
    return lines + [f"{row['at'][11:19]} {row['level']}: {row['text']}" for row in document["notices"]]


def _resources(use: Mapping[str, Any] | None) -> list[str]:
    if use is None:
        return []
    counts = ", ".join(f"{_or_dash(use[name])} {name}" for name in ("descriptors", "tasks", "threads"))
    return [f"process: {_rounded(use['resident_mb'])} MB resident, {counts}"]


def _rounded(number: float | None) -> str:
    return "-" if number is None else f"{number:.1f}"


def _worker(row: Mapping[str, Any]) -> str:
    return row["name"] if row["is_well"] else f"{row['name']} {row['state'].upper()}"


def _amount(rupees_text: str | None) -> str:
    return "-" if rupees_text is None else grouped(Decimal(rupees_text))


def _or_dash(value: Any) -> Any:
    return "-" if value is None else value


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if is_dataclass(kind):
        document = {key: shown(getattr(value, name)) for name, key, shown in _members(kind)}
        return document | _derived(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, StrEnum):
        return value.value
    return str(value) if isinstance(value, (Decimal, date)) else value


@cache
def _members(kind: type) -> tuple[tuple[str, str, Callable[[Any], Any]], ...]:
    """Each field's name, its name in the document, and what makes its value plain."""
    return tuple(
        (field.name, OWN_KEYS.get(field.name, field.name), _SHOWN.get(field.name, _plain))
        for field in fields(kind)
    )


def _derived(value: Any) -> dict[str, bool]:
    """Answers that a reader of the document should not have to work out."""
    if isinstance(value, OrderView):
        return {"is_live": value.status.is_live}
    return {"is_well": value.is_well} if isinstance(value, WorkerView) else {}


def _price(paise: int | None) -> str | None:
    return None if paise is None else str(rupees(paise))


def _moment(at_ms: int | None) -> str | None:
    return None if at_ms is None else datetime_of(at_ms).isoformat(timespec="milliseconds")


_SHOWN: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    dict.fromkeys(PRICES, _price) | dict.fromkeys(OWN_KEYS, _moment)
)
