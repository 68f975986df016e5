"""Faults on demand: a schedule of rules, each of which spoils matching requests, frames or messages."""

import random
from collections.abc import Iterable, Sequence
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from trading_bot.domain.section import Section


class FaultKind(StrEnum):
    """What goes wrong."""

    DELAY = "delay"
    DROP_BEFORE = "drop_before"
    """The connection drops and the request is never seen."""
    DROP_AFTER = "drop_after"
    """The request is carried out, then the connection drops without an answer."""
    HTTP_ERROR = "http_error"
    EMPTY_BODY = "empty_body"
    HTML_BODY = "html_body"
    SLOW_BODY = "slow_body"
    RESET = "reset"
    """The connection is reset in the middle of the answer; an open socket is cut."""
    HANDSHAKE_403 = "handshake_403"
    MUTE_FEED = "mute_feed"
    MUTE_ORDERS = "mute_orders"
    DUPLICATE_ORDERS = "duplicate_orders"
    REORDER_ORDERS = "reorder_orders"
    STALE_BOOK = "stale_book_s"
    """Order reads show what was known `seconds` ago."""
    MALFORMED_FRAME = "malformed_frame"
    HALF_OPEN = "half_open"
    """A socket stays open and nothing passes: no messages, no pings, no answer to a ping."""
    CLOCK_SKEW = "clock_skew"
    """Frames of the feed carry a time that is `seconds` ahead."""


REQUEST_FAULTS = frozenset(
    {
        FaultKind.DELAY,
        FaultKind.DROP_BEFORE,
        FaultKind.DROP_AFTER,
        FaultKind.HTTP_ERROR,
        FaultKind.EMPTY_BODY,
        FaultKind.HTML_BODY,
        FaultKind.SLOW_BODY,
        FaultKind.RESET,
    }
)
_PROCESSED_UNLESS_SAID = REQUEST_FAULTS - {FaultKind.DELAY, FaultKind.DROP_BEFORE, FaultKind.HTTP_ERROR}


class FaultRule(Section):
    """One rule; what it does not name, it matches."""

    kind: FaultKind
    path: str = "*"
    """Shell pattern on the request path; for hooks of a socket, on the path of the socket."""
    method: str = "*"
    count: Annotated[int, Field(ge=1)] | None = None
    """How often it strikes; None is without end."""
    probability: Annotated[float, Field(ge=0, le=1)] = 1.0
    seed: int = 0
    from_ms: int | None = None
    """Session time in epoch milliseconds from which it holds, inclusive."""
    until_ms: int | None = None
    """Session time until which it holds, exclusive."""
    seconds: Annotated[float, Field(ge=0)] = 5.0
    """Wall seconds of a delay or a slow body; session seconds of a stale book or a wrong
    clock."""
    status: Annotated[int, Field(ge=200, le=599)] | None = None
    """HTTP status of a false answer; None is 500 for an http_error and 200 for a spoiled body."""
    code: str | None = None
    """UDAPI code of an http_error; None is the usual one of its status."""
    body: Literal["html", "empty", "json"] = "json"
    content: Any = None
    """The JSON of an http_error; None is the broker's error envelope."""
    processed: bool | None = None
    """Whether the request is carried out nevertheless; None is the kind's usual course."""
    keys: tuple[str, ...] = ()
    """Instruments of a muted feed; none named mutes all."""

    @property
    def is_processed(self) -> bool:
        """Whether the request behind a spoiled answer was carried out."""
        return self.kind in _PROCESSED_UNLESS_SAID if self.processed is None else self.processed


_SCHEDULE = TypeAdapter(tuple[FaultRule, ...])


def parse_schedule(text: bytes) -> tuple[FaultRule, ...]:
    """Read a JSON list of rules. Raises pydantic.ValidationError with every mistake in it."""
    return _SCHEDULE.validate_json(text)


class _ArmedRule:
    """A rule with its count and its own randomness."""

    def __init__(self, rule: FaultRule) -> None:
        self.rule = rule
        self.strikes = 0
        self._random = random.Random(rule.seed)  # noqa: S311  # reproducible faults, not secrets

    def holds_at(self, now_ms: int) -> bool:
        """Whether it may strike now."""
        rule = self.rule
        if rule.count is not None and self.strikes >= rule.count:
            return False
        return (rule.from_ms or 0) <= now_ms and (rule.until_ms is None or now_ms < rule.until_ms)

    def strikes_now(self) -> bool:
        """Draw, and count a strike."""
        if self.rule.probability < 1 and self._random.random() >= self.rule.probability:
            return False
        self.strikes += 1
        return True


class Faults:
    """The rules in force."""

    def __init__(self) -> None:
        self._armed: list[_ArmedRule] = []

    def set_schedule(self, rules: Sequence[FaultRule]) -> None:
        """Put a schedule in place of the one before."""
        self._armed = [_ArmedRule(rule) for rule in rules]

    def heal(self) -> None:
        """Drop every rule."""
        self._armed = []

    def report(self) -> list[dict[str, Any]]:
        """The rules and how often each struck; JSON-ready."""
        return [armed.rule.model_dump(mode="json") | {"strikes": armed.strikes} for armed in self._armed]

    def take(
        self, kinds: Iterable[FaultKind], path: str, now_ms: int, *, method: str = "*", key: str | None = None
    ) -> FaultRule | None:
        """The first rule of these kinds that strikes here and now, counted."""
        if not self._armed:
            return None
        wanted = frozenset(kinds)
        for armed in self._armed:
            rule = armed.rule
            if rule.kind not in wanted or not armed.holds_at(now_ms):
                continue
            if not _matches(rule, path, method, key):
                continue
            if armed.strikes_now():
                return rule
        return None


def _matches(rule: FaultRule, path: str, method: str, key: str | None) -> bool:
    if not fnmatchcase(path, rule.path):
        return False
    if "*" not in (method, rule.method) and rule.method.upper() != method.upper():
        return False
    return key is None or not rule.keys or key in rule.keys
