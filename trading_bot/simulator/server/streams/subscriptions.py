"""What one feed client subscribed to, and the broker's caps on it."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from trading_bot.simulator.server.streams.feed_encoder import FULL, FULL_D30, LTPC, MODES, OPTION_GREEKS

_ALONE = {LTPC: 5_000, OPTION_GREEKS: 3_000, FULL: 2_000, FULL_D30: 50}
_MIXED = {LTPC: 2_000, OPTION_GREEKS: 2_000, FULL: 1_500, FULL_D30: 1_500}


class SubscriptionRequest(NamedTuple):
    """A client's message."""

    method: str
    """sub, unsub or change_mode."""
    mode: str
    keys: tuple[str, ...]


def parse_request(payload: bytes) -> SubscriptionRequest | None:
    """Read a client's binary message; None for what cannot be read, which the broker ignores."""
    try:
        body = json.loads(payload)
        data = body["data"]
        keys = tuple(str(key) for key in data["instrumentKeys"])
        return SubscriptionRequest(str(body["method"]), str(data.get("mode") or LTPC), keys)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


class Subscriptions:
    """Modes by instrument key."""

    def __init__(self, *, has_plus_plan: bool) -> None:
        self.modes: dict[str, str] = {}
        self._has_plus_plan = has_plus_plan

    def objection(self, mode: str, keys: Sequence[str]) -> str | None:
        """Why these keys cannot be subscribed in this mode; None when they can."""
        if mode not in MODES:
            return f"invalid mode {mode}"
        if mode == FULL_D30 and not self._has_plus_plan:
            return "mode full_d30 needs the Plus plan"
        wanted = Counter((self.modes | dict.fromkeys(keys, mode)).values())
        caps = _MIXED if len(wanted) > 1 else _ALONE
        for used, count in wanted.items():
            if count > caps[used]:
                return f"{count} keys in mode {used} exceed the limit of {caps[used]}"
        return None

    def subscribe(self, mode: str, keys: Sequence[str]) -> None:
        """Set the mode of keys."""
        self.modes.update(dict.fromkeys(keys, mode))

    def unsubscribe(self, keys: Sequence[str]) -> None:
        """Forget keys."""
        for key in keys:
            self.modes.pop(key, None)
