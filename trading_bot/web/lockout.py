"""Counts wrong tokens and shuts the door for a while: by client, and in all."""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

_WINDOW_S = 900.0
_FOR_ONE = 5
_FOR_ALL = 50
_MOST_CLIENTS = 10_000


@dataclass(slots=True)
class Lockout:
    """Wrong tokens of the last quarter of an hour; attempts while it is locked do not count on."""

    now_s: Callable[[], float]
    tell: Callable[[str], None]
    """Told once in each such time that somebody was locked out."""
    _by_client: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)
    _all: deque[float] = field(default_factory=lambda: deque(maxlen=_FOR_ALL))
    _told_at_s: float | None = None

    def wait_s(self, client: str) -> float:
        """Seconds until this client may try again; 0 when it may now."""
        now_s = self.now_s()
        own = self._by_client.get(client, deque())
        return max(_wait_s(own, _FOR_ONE, now_s), _wait_s(self._all, _FOR_ALL, now_s))

    def note_failure(self, client: str) -> None:
        """Count a wrong token."""
        now_s = self.now_s()
        own = self._by_client.setdefault(client, deque(maxlen=_FOR_ONE))
        self._by_client.move_to_end(client)
        while len(self._by_client) > _MOST_CLIENTS:
            self._by_client.popitem(last=False)
        own.append(now_s)
        self._all.append(now_s)
        if self.wait_s(client):
            self._tell_once(client, now_s)

    def _tell_once(self, client: str, now_s: float) -> None:
        if self._told_at_s is None or now_s - self._told_at_s >= _WINDOW_S:
            self._told_at_s = now_s
            self.tell(f"dashboard: too many wrong tokens, the last from {client}: logins are locked out")


def _wait_s(failures: deque[float], limit: int, now_s: float) -> float:
    """Seconds until the oldest of the newest `limit` failures is out of the window."""
    if len(failures) < limit:
        return 0.0
    return max(0.0, failures[-limit] + _WINDOW_S - now_s)
