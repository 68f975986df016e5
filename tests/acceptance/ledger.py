"""What the simulator's own ledger shows: who holds what, and what is about to close it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

Ledger = Mapping[str, Any]
LIVE = frozenset({"open", "trigger pending", "modify pending", "modified", "not modified", "not cancelled"})


def held_in(ledger: Ledger) -> dict[str, int]:
    """Open positions by instrument."""
    return {row["instrument_key"]: row["quantity"] for row in ledger["positions"] if row["quantity"]}


def bare_in(ledger: Ledger) -> list[str]:
    """Instruments for whose position the broker holds no order that would close it."""
    closing, held = closing_in(ledger), held_in(ledger)
    return [key for key, quantity in held.items() if closing[key] < abs(quantity)]


def closing_in(ledger: Ledger) -> Counter[str]:
    """Units that live orders would take out of each open position."""
    closing: Counter[str] = Counter()
    held = held_in(ledger)
    for order in ledger["orders"]:
        key = order["instrument_key"]
        side = "SELL" if held.get(key, 0) > 0 else "BUY"
        if key in held and order["side"] == side and order["status"] in LIVE:
            closing[key] += order["quantity"] - order["filled_quantity"]
    return closing


def doubled_in(ledger: Ledger) -> list[str]:
    """Tags that more than one order carries."""
    return [tag for tag, times in Counter(order["tag"] for order in ledger["orders"]).items() if times > 1]
