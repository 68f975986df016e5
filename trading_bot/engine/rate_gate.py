"""The broker's order-rate limits, kept from our side: every window, below its limit, with room for exits.

Place, modify and cancel count together. Strategies get a part of each window; exits may use all of it.
"""

from collections import deque
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, model_validator

from trading_bot.domain.section import Ratio, Section

_SECOND_MS, _MINUTE_MS, _HALF_HOUR_MS = 1_000, 60_000, 1_800_000


class RateSettings(Section):
    """Calls per window: in all, and of them by entries. The broker allows 10, 500 and 2,000."""

    per_second: Annotated[int, Field(ge=2, le=9, description="Order calls in any second")] = 8
    entries_per_second: Annotated[
        int, Field(ge=1, le=8, description="Of these, calls of entries: exits may use all")
    ] = 5
    per_minute: Annotated[int, Field(ge=10, le=490, description="Order calls in any minute")] = 450
    per_half_hour: Annotated[int, Field(ge=10, le=1_980, description="Order calls in any half hour")] = 1_900
    entry_share: Annotated[
        float,
        Field(gt=0, le=0.8, description="Part of the minute and half hour that entries may use"),
        Ratio("0.05"),
    ] = 0.6

    @model_validator(mode="after")
    def _leaves_room_for_entries(self) -> Self:
        if self.entries_per_second > self.per_second:
            raise ValueError(
                f"entries_per_second ({self.entries_per_second}) must not be above "
                f"per_second ({self.per_second})"
            )
        return self

    def calls_within(self, seconds: int) -> int:
        """How many calls of exits leave in so many seconds, where none left just before."""
        return min(self.per_second * seconds, self.per_minute)


@dataclass(frozen=True, slots=True)
class _Window:
    length_ms: int
    limit: int
    entry_limit: int


@dataclass(frozen=True, slots=True)
class WindowUse:
    """How much of a window is used, for display."""

    length_s: int
    used: int
    limit: int


class RateGate:
    """Sliding windows over session time. Pure: it is told the time."""

    def __init__(self, settings: RateSettings) -> None:
        self._windows = (
            _Window(_SECOND_MS, settings.per_second, settings.entries_per_second),
            _Window(_MINUTE_MS, settings.per_minute, int(settings.per_minute * settings.entry_share)),
            _Window(
                _HALF_HOUR_MS, settings.per_half_hour, int(settings.per_half_hour * settings.entry_share)
            ),
        )
        self._calls: deque[int] = deque(maxlen=settings.per_half_hour)
        self._entry_calls: deque[int] = deque(maxlen=settings.per_half_hour)
        self._reserved = 0
        self._entries_reserved = 0

    def ready_at(self, now_ms: int, *, is_exit: bool) -> int:
        """Session time from which one more call fits every window; `now_ms` when it fits now.

        Calls that were let through and have not left take room as if they left now.
        """
        ready_ms = now_ms
        for window in self._windows:
            room = window.limit - self._reserved
            ready_ms = max(ready_ms, _free_at(self._calls, window.length_ms, room, now_ms))
            if not is_exit:
                entry_room = window.entry_limit - self._entries_reserved
                entry_ms = _free_at(self._entry_calls, window.length_ms, entry_room, now_ms)
                ready_ms = max(ready_ms, entry_ms)
        return ready_ms

    def reserve(self, *, is_exit: bool) -> None:
        """Let a call through that leaves a little later: `leave` or `let_go` follows."""
        self._reserved += 1
        self._entries_reserved += not is_exit

    def let_go(self, *, is_exit: bool) -> None:
        """Give the room of a call back that does not leave after all."""
        self._reserved -= 1
        self._entries_reserved -= not is_exit

    def leave(self, now_ms: int, *, is_exit: bool) -> None:
        """Count a call that was let through and leaves now."""
        self.let_go(is_exit=is_exit)
        self.take(now_ms, is_exit=is_exit)

    def take(self, now_ms: int, *, is_exit: bool) -> None:
        """Count a call that leaves now."""
        self._calls.append(now_ms)
        if not is_exit:
            self._entry_calls.append(now_ms)

    def use(self, now_ms: int) -> tuple[WindowUse, ...]:
        """How much of each window is used."""
        return tuple(
            WindowUse(
                window.length_ms // 1_000,
                sum(1 for at_ms in self._calls if at_ms >= now_ms - window.length_ms),
                window.limit,
            )
            for window in self._windows
        )


def _free_at(calls: deque[int], length_ms: int, limit: int, now_ms: int) -> int:
    """When the call that is `limit` calls back leaves the window; one exactly a window old still counts."""
    if limit <= 0:
        return now_ms + length_ms + 1
    if len(calls) < limit:
        return now_ms
    return calls[-limit] + length_ms + 1
