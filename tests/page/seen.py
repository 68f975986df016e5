"""What stands on the page, read as a person reads it, and what must stand there by a status document."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

NOTHING = "\N{EN DASH}"
_MINUS = "\N{MINUS SIGN}"
_NOT_READ = "books are not reconciled yet"
_MOST_ORDERS, _MOST_NOTICES = 60, 30

_READ = """() => {
  const text = (node) => node.textContent.trim();
  const shown = (selector) => [...document.querySelectorAll(selector)]
    .filter((node) => !node.closest("[hidden]"));
  const one = (selector) => shown(selector).map(text).join("");
  const rows = (table) => shown(`${table} tbody tr`).map((row) => [...row.cells].map(
    (cell) => text(cell.querySelector(".life-word") ?? cell)));
  const pairs = shown("#day-figures > div")
    .map((row) => [text(row.querySelector("dt")), text(row.querySelector("dd"))]);
  return {
    mode: one("#mode-name"), state: one("#state"), reason: one("#reason"), clock: one("#clock"),
    session_on: one("#session-on"), phase: one("#phase"),
    protection: one("#protection-word"), protection_more: one("#protection-more"),
    net: one("#net"), net_more: one("#result-more"), title: document.title.split(" · ").at(-1),
    day: Object.fromEntries(pairs), halts: shown("#halt-list li").map(text),
    positions: rows("#positions-table"), orders: rows("#orders-table"), orders_count: one("#orders-count"),
    notices: shown("#notices-list li .text").map(text),
    budgets: shown("#budgets .gauge-numbers").map(text),
  };
}"""

_TRACES = """() => [...document.querySelectorAll("#signals-list .trace")].map((trace) => ({
  at: trace.querySelector(".at").textContent, symbol: trace.querySelector(".symbol").textContent,
  strategy: trace.querySelector(".strategy").textContent, score: trace.querySelector(".score").textContent,
  outcome: trace.querySelector(".outcome").textContent,
  gates: [...trace.querySelectorAll("tbody tr")]
    .map((row) => [...row.cells].slice(0, 4).map((cell) => cell.textContent)),
}))"""


def seen_on(page: Any) -> dict[str, Any]:
    """What is to be read on the page, apart from ages that grow by themselves."""
    seen: dict[str, Any] = page.evaluate(_READ)
    return seen


def traces_on(page: Any) -> list[dict[str, Any]]:
    """The newest evaluations with their gates."""
    traces: list[dict[str, Any]] = page.evaluate(_TRACES)
    return traces


def told_by(status: Mapping[str, Any]) -> dict[str, Any]:
    """What has to be read on the page, said once more and by other means than the page's own."""
    run, day = status["run"], status["day"]
    word, more = _protection(status)
    orders = status["orders"][::-1]
    live = [row for row in orders if row["is_live"]]
    newest = [*live, *(row for row in orders if not row["is_live"])]
    return {
        "mode": run["mode"].upper(),
        "state": _words(run["state"]),
        "reason": run["reason"],
        "clock": run["now"][11:19],
        "session_on": datetime.fromisoformat(run["now"]).strftime("%a, %-d %b %Y"),
        "phase": _words(run["phase"]),
        "protection": word,
        "protection_more": more,
        "net": result(day["net"]),
        "net_more": f"gross {signed(day['gross'])} · charges {rupees(day['charges'])}"
        f" · limit {_MINUS}{rupees(day['loss_limit'])}",
        "title": f"{run['mode'].upper()} {result(day['net'])}",
        "day": _figures(day),
        "halts": status["halts"],
        "positions": [_position(row) for row in _held_first(status["symbols"])],
        "orders": [_order(row) for row in newest[:_MOST_ORDERS]],
        "orders_count": f"{len(live)} open, {len(orders)} today" if orders else "",
        "notices": [notice["text"] for notice in status["notices"][: -_MOST_NOTICES - 1 : -1]],
        "budgets": [f"{_whole(row['used'])} of {_whole(row['limit'])}" for row in status["budgets"]],
    }


# --- numbers as in India ---


def rupees(value: str | None) -> str:
    """An amount without a sign unless it is below zero: 1,23,456.50."""
    if value is None:
        return NOTHING
    amount = Decimal(value).quantize(Decimal("0.01"))
    whole, _, part = f"{abs(amount)}".partition(".")
    return f"{_MINUS if amount < 0 else ''}{_whole(int(whole))}.{part}"


def signed(value: str | None) -> str:
    """An amount with its sign; nothing gained and nothing lost has none."""
    return f"+{rupees(value)}" if value is not None and round(Decimal(value), 2) > 0 else rupees(value)


def result(value: str | None) -> str:
    """The same with an arrow."""
    amount = 0 if value is None else Decimal(value)
    return f"{'▲ ' if amount > 0 else '▼ ' if amount < 0 else ''}{signed(value)}"


def _whole(number: int) -> str:
    """Groups of two but for the last, of three."""
    digits = str(number)
    head, tail = digits[:-3], digits[-3:]
    pairs = []
    while head:
        pairs.insert(0, head[-2:])
        head = head[:-2]
    return ",".join([*pairs, tail])


def _age(seconds: float) -> str:
    if seconds < 10:  # as the page: tenths while they matter
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _words(name: str) -> str:
    return name.replace("_", " ")


# --- parts ---


def _is_bare(row: Mapping[str, Any]) -> bool:
    return bool(row["quantity"]) and (row["unprotected_s"] != 0 or row["stop"] is None)


def _held_first(symbols: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    rows = [row for row in symbols if row["quantity"] or row["foreign_quantity"]]
    return sorted(rows, key=lambda row: not _is_bare(row))


def _protection(status: Mapping[str, Any]) -> tuple[str, str]:
    if _NOT_READ in status["halts"]:
        return "Not known yet", _NOT_READ
    held = [row for row in status["symbols"] if row["quantity"]]
    bare = [row for row in held if _is_bare(row)]
    if bare:
        return "UNPROTECTED", ", ".join(f"{row['symbol']} for {_age(row['unprotected_s'])}" for row in bare)
    if not held:
        return "Flat", "nothing of ours is held"
    whose = "the position has" if len(held) == 1 else f"all {len(held)} positions have"
    return "Protected", f"{whose} a confirmed stop or exit"


def _figures(day: Mapping[str, Any]) -> dict[str, str]:
    return {
        "Gross": signed(day["gross"]),
        "Charges": rupees(day["charges"]),
        "Net": signed(day["net"]),
        "Trades": f"{day['trades']} ({day['winning_trades']} won)",
        "Signals": str(day["signals"]),
        "Open risk": rupees(day["open_risk"]),
        "Longest unprotected": _age(day["longest_unprotected_s"]),
    }


def _position(row: Mapping[str, Any]) -> list[str]:
    side = "long" if row["quantity"] > 0 else "short"
    bare = f"✖ unprotected {_age(row['unprotected_s'])}"
    return [
        row["symbol"],
        f"{side} {_whole(abs(row['quantity']))}",
        rupees(row["entry_price"]),
        rupees(row["last_price"]),
        result(row["unrealised"]),
        rupees(row["stop"]),
        rupees(row["target"]),
        bare if row["unprotected_s"] else "✔ protected",
        NOTHING,
    ]


def _order(row: Mapping[str, Any]) -> list[str]:
    return [
        row["intended_at"][11:19],
        row["symbol"],
        f"{row['side']} {row['order_type']}",
        _words(row["purpose"]),
        f"{_whole(row['filled_quantity'])} of {_whole(row['quantity'])}",
        rupees(row["price"]) if Decimal(row["price"]) else NOTHING,
        rupees(row["trigger_price"]) if Decimal(row["trigger_price"]) else NOTHING,
        _words(row["status"]),
        row["message"] or NOTHING,
    ]
