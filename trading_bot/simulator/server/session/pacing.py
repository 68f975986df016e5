"""The session clock: wall time times speed, held back so that it never outruns a client.

The clock moves only when it is told to, and loses what it was held back for: its effective speed falls.
It is held by a request in hand, by a feed client that has not answered the ping behind an old frame, and
before the first subscription. Pure: the wall clock is a parameter.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_MS = 1_000
_CLOSE_LEAD_MS = 200
"""Where a moment between a fill and its stop matters: about a frame of the feed."""
_SPEED_SPAN_S = 5.0
_SPEED_SAMPLE_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast, and what to wait for; see ServerSettings."""

    start_ms: int
    speed: float
    hold_ms: int
    close_ms: int
    """From here on nobody has to be waited for."""
    lead_ms: int
    pong_wait_s: float
    first_client_wait_s: float
    lost_client_wait_s: float


class PacedClient:
    """What one feed client was sent and has answered for."""

    def __init__(self) -> None:
        self.oldest_open_ms: int | None = None
        """Session time of the oldest frame that no pong has covered."""
        self.pinged_at_s: float | None = None
        self.holds_clock = True
        self.sequence = 0
        self._next_open_ms: int | None = None

    def frame_sent(self, at_ms: int) -> None:
        """Note a frame."""
        if self.oldest_open_ms is None:
            self.oldest_open_ms = at_ms
        elif self.pinged_at_s is not None and self._next_open_ms is None:
            self._next_open_ms = at_ms

    def next_ping(self, wall_s: float) -> int | None:
        """The number of the ping to send now, or None while one is out or nothing is unanswered."""
        if self.pinged_at_s is not None or self.oldest_open_ms is None:
            return None
        self.pinged_at_s = wall_s
        self.sequence += 1
        return self.sequence

    def pong(self, sequence: int) -> bool:
        """Take an answer; False when it is not to the newest ping."""
        if sequence != self.sequence or self.pinged_at_s is None:
            return False
        self.oldest_open_ms, self._next_open_ms = self._next_open_ms, None
        self.pinged_at_s = None
        self.holds_clock = True
        return True


class Pacing:
    """The session clock and everything that may hold it."""

    def __init__(self, pace: Pace, wall: Callable[[], float]) -> None:
        self._pace = pace
        self._wall = wall
        self._now_ms = float(pace.start_ms)
        self._moved_at_s = wall()
        self._started_at_s = self._moved_at_s
        self._clients: set[PacedClient] = set()
        self._had_client = False
        self._lost_at_s: float | None = None
        self._requests = 0
        self._samples: deque[tuple[float, float]] = deque()
        self.limiter_ms = 0.0
        """Time for rate limits: session time, or wall time while that is slower, so that a held clock
        never locks a client out."""
        self.clients_let_go = 0
        """How often a client was silent for so long that the clock went on without it."""
        self.has_ended = False
        self.is_close = False
        """Whether clients are waited for more closely, so that what they do about an order comes in time."""

    @property
    def now_ms(self) -> int:
        """Session time."""
        return int(self._now_ms)

    @property
    def wall_s(self) -> float:
        """The wall clock."""
        return self._wall()

    @property
    def effective_speed(self) -> float:
        """Session seconds per wall second over the last seconds."""
        if len(self._samples) < 2:  # noqa: PLR2004  # a rate needs two points
            return 0.0
        (wall_0, session_0), (wall_1, session_1) = self._samples[0], self._samples[-1]
        return (session_1 - session_0) / _MS / (wall_1 - wall_0) if wall_1 > wall_0 else 0.0

    def join(self, client: PacedClient) -> None:
        """A feed client has its first subscription."""
        self._clients.add(client)
        self._had_client = True
        self._lost_at_s = None

    def leave(self, client: PacedClient) -> None:
        """A feed client is gone."""
        if client not in self._clients:
            return
        self._clients.discard(client)
        if not self._clients:
            self._lost_at_s = self._wall()

    @contextmanager
    def request_in_hand(self) -> Iterator[None]:
        """Hold the clock while a request is being handled."""
        self._requests += 1
        try:
            yield
        finally:
            self._requests -= 1

    def advance(self, ceiling_ms: int) -> int:
        """Move the clock by the wall time that passed, up to the ceiling and what holds it; the new time."""
        wall_s = self._wall()
        elapsed_s = max(0.0, wall_s - self._moved_at_s)
        self._moved_at_s = wall_s
        before_ms = self._now_ms
        limit_ms = min(float(ceiling_ms), self._limit_ms(wall_s))
        if limit_ms > before_ms:
            speed = self._speed(wall_s)
            self._now_ms = limit_ms if speed == 0 else min(limit_ms, before_ms + elapsed_s * _MS * speed)
        self.limiter_ms += max(self._now_ms - before_ms, elapsed_s * _MS)
        self._sample(wall_s)
        return self.now_ms

    def wait_s(self, ceiling_ms: int) -> float:
        """Wall seconds after which advancing can reach the ceiling or something that holds it gives up."""
        wall_s = self._wall()
        limit_ms = min(float(ceiling_ms), self._limit_ms(wall_s))
        if limit_ms > self._now_ms:
            speed = self._speed(wall_s)
            return (limit_ms - self._now_ms) / _MS / speed if speed else 0.0
        return self._until_release_s(wall_s)

    def _limit_ms(self, wall_s: float) -> float:
        if self._requests:
            return self._now_ms
        if not self._had_client and wall_s - self._started_at_s < self._pace.first_client_wait_s:
            return self._pace.hold_ms
        return min((self._client_limit_ms(client, wall_s) for client in self._clients), default=float("inf"))

    def _client_limit_ms(self, client: PacedClient, wall_s: float) -> float:
        is_late = client.pinged_at_s is not None and wall_s - client.pinged_at_s >= self._pace.pong_wait_s
        if client.holds_clock and is_late:
            client.holds_clock = False
            self.clients_let_go += 1
        if not client.holds_clock or client.oldest_open_ms is None:
            return float("inf")
        lead_ms = self._pace.lead_ms
        return client.oldest_open_ms + (min(lead_ms, _CLOSE_LEAD_MS) if self.is_close else lead_ms)

    def _speed(self, wall_s: float) -> float:
        speed = self._pace.speed
        is_alone = (
            self._lost_at_s is not None
            and wall_s - self._lost_at_s < self._pace.lost_client_wait_s
            and self._now_ms < self._pace.close_ms
        )
        if (is_alone or self.has_ended) and (speed == 0 or (is_alone and speed > 1)):
            return 1.0
        return speed

    def _until_release_s(self, wall_s: float) -> float:
        releases = [
            client.pinged_at_s + self._pace.pong_wait_s
            for client in self._clients
            if client.holds_clock and client.pinged_at_s is not None
        ]
        if not self._had_client:
            releases.append(self._started_at_s + self._pace.first_client_wait_s)
        return max(0.0, min(releases) - wall_s) if releases else _SPEED_SAMPLE_S

    def _sample(self, wall_s: float) -> None:
        samples = self._samples
        if not samples or wall_s - samples[-1][0] >= _SPEED_SAMPLE_S:
            samples.append((wall_s, self._now_ms))
        while len(samples) > 2 and wall_s - samples[0][0] > _SPEED_SPAN_S:  # noqa: PLR2004  # keep a rate
            samples.popleft()
