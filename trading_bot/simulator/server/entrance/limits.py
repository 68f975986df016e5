"""The broker's rate limits: sliding windows per group of calls."""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple


class Window(NamedTuple):
    """At most so many calls in any span of this length."""

    calls: int
    span_ms: int


ORDER_WINDOWS = (Window(10, 1_000), Window(500, 60_000), Window(2_000, 1_800_000))
"""Place, modify, cancel and exit together; an unregistered algorithm's allowance of 2026."""

STANDARD_WINDOWS = (Window(50, 1_000), Window(500, 60_000), Window(2_000, 1_800_000))
"""Each other API by itself."""

ORDER_GROUP = "order writes"


class RateLimits:
    """Counts the calls of each group; a refused call does not count."""

    def __init__(
        self,
        order_windows: Sequence[Window] = ORDER_WINDOWS,
        standard_windows: Sequence[Window] = STANDARD_WINDOWS,
    ) -> None:
        self._order_windows = tuple(order_windows)
        self._standard_windows = tuple(standard_windows)
        self._calls: dict[str, deque[float]] = {}

    def take(self, group: str, now_ms: float) -> bool:
        """Count a call at an instant; False when it exceeds a window and is refused."""
        windows = self._order_windows if group == ORDER_GROUP else self._standard_windows
        calls = self._calls.setdefault(group, deque())
        longest_ms = max(window.span_ms for window in windows)
        while calls and calls[0] <= now_ms - longest_ms:
            calls.popleft()
        if any(_is_full(calls, window, now_ms) for window in windows):
            return False
        calls.append(now_ms)
        return True


def _is_full(calls: deque[float], window: Window, now_ms: float) -> bool:
    return len(calls) >= window.calls and calls[-window.calls] > now_ms - window.span_ms
