"""What waits for one channel: repeats are counted, floods are summed up, critical messages overtake.

Nothing here sends or waits: it says what is due now, and when to look again. Nothing is dropped: what there
is no room for is counted and told as a number. A letter stays until it is said to be taken.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from trading_bot.adapters.alerts.settings import AlertLevel
from trading_bot.domain.ist import MS_PER_SECOND

_MOST_TEXTS = 10
"""Texts that are kept of one kind at one level; of more, the number is kept."""
_MOST_KINDS = 60
"""Kinds that are told apart; what comes beyond counts as one."""
_MOST_WATCHED = 300
"""Texts whose repeats are counted at one time."""
_LONGEST_TEXT = 1_000
_LONGEST_LETTER = 3_500
"""Characters: Telegram takes 4,096."""
_SHOWN = {AlertLevel.INFO: 1, AlertLevel.WARNING: 2, AlertLevel.CRITICAL: 5}
"""Texts of one kind that a summary quotes."""
_OTHERS = "other messages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many messages a channel may send."""

    burst: int
    refill_ms: int

    @property
    def reserve(self) -> int:
        """How many of a burst only critical messages may use."""
        return self.burst // 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message as it is sent."""

    level: AlertLevel
    text: str
    count: int
    """How many alerts it tells of."""


class _Text(NamedTuple):
    number: int
    """The lower, the older."""
    text: str
    alerts: int


@dataclass(slots=True)
class _Kind:
    """Waiting messages of one kind at one level; the newest texts of them."""

    texts: deque[_Text] = field(default_factory=lambda: deque(maxlen=_MOST_TEXTS))
    count: int = 0
    """Messages, those without a text included."""
    alerts: int = 0
    """What they tell of: a repetition is one message about many."""


@dataclass(slots=True, kw_only=True)
class _Watched:
    """A text that was told lately."""

    until_ms: int
    level: AlertLevel
    kind: str
    repeats: int = 0


@dataclass(slots=True)
class Held:
    """Everything that one channel still has to tell."""

    rate: Rate
    window_ms: int
    _kinds: dict[AlertLevel, dict[str, _Kind]] = field(
        default_factory=lambda: {level: {} for level in AlertLevel}
    )
    _watched: dict[str, _Watched] = field(default_factory=dict)
    _number: int = 0
    _closed_ms: int = 0
    _tokens: float = field(init=False)
    _refilled_ms: int | None = None
    _made: tuple[Letter, dict[str, tuple[int, int]]] | None = None
    """The newest letter; messages and alerts of each kind in it."""

    def __post_init__(self) -> None:
        self._tokens = self.rate.burst

    def offer(self, level: AlertLevel, kind: str, text: str, now_ms: int) -> None:
        """Take one message in, or count it where the same was told a moment ago."""
        text = text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"
        watched = self._watched.get(text)
        if watched is not None and level.rank > watched.level.rank:
            watched.level = level  # more urgent than before: that is news
            self._add(level, kind, text)
            return
        if watched is not None and now_ms < watched.until_ms:
            watched.repeats += 1
            return
        if watched is None or not watched.repeats:
            self._watch(text, level, kind, now_ms)
            self._add(level, kind, text)
            return
        watched.repeats += 1  # its window is over and nobody has looked since: `_close_windows` tells of all

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing left to tell."""
        return not self._waiting_level() and not any(one.repeats for one in self._watched.values())

    @property
    def waiting(self) -> int:
        """Messages that wait, but for repetitions that are still being counted."""
        return sum(kind.count for kinds in self._kinds.values() for kind in kinds.values())

    def letter(self, now_ms: int) -> Letter | None:
        """What is to be sent now; the same again, and what came since, until `taken` is called."""
        self._close_windows(now_ms)
        level = self._waiting_level()
        if level is None or self._room(level, now_ms) < 1:
            return None
        kinds = self._kinds[level]
        waiting = sum(kind.count for kind in kinds.values())
        is_single = waiting == 1 or (
            self._room(level, now_ms) >= waiting
            and all(kind.count == len(kind.texts) for kind in kinds.values())
        )
        if is_single:
            name = min(kinds, key=lambda one: kinds[one].texts[0].number)
            first = kinds[name].texts[0]
            made = Letter(level=level, text=first.text, count=first.alerts), {name: (1, first.alerts)}
        else:
            text = _summed_up(level, kinds)
            counts = {name: (kind.count, kind.alerts) for name, kind in kinds.items()}
            made = Letter(level=level, text=text, count=sum(kind.alerts for kind in kinds.values())), counts
        self._made = made
        return made[0]

    def taken(self, letter: Letter) -> None:
        """The channel has it: what it told of waits no more."""
        assert self._made is not None
        assert self._made[0] is letter
        kinds = self._kinds[letter.level]
        for name, (count, alerts) in self._made[1].items():
            kind = kinds[name]
            kind.count -= count
            kind.alerts -= alerts
            while len(kind.texts) > kind.count:
                kind.texts.popleft()
            if not kind.count:
                del kinds[name]
        self._made = None
        self._tokens -= 1

    def all_in_one(self) -> Letter | None:
        """Everything that waits as one letter, whatever the rate: for the end of the process."""
        for text, watched in self._watched.items():
            if watched.repeats:
                more = f"{watched.repeats} more times: {text}"
                self._add(watched.level, watched.kind, more, watched.repeats)
        self._watched.clear()
        level = self._waiting_level()
        if level is None:
            return None
        counts = [kind.alerts for kinds in self._kinds.values() for kind in kinds.values()]
        parts = [_summed_up(one, self._kinds[one]) for one in reversed(AlertLevel) if self._kinds[one]]
        return Letter(level=level, text=_cut("\n".join(parts)), count=sum(counts))

    def forget(self) -> None:
        """`all_in_one` was taken."""
        for kinds in self._kinds.values():
            kinds.clear()

    def due_ms(self, now_ms: int) -> int | None:
        """When there may be a letter next; None while there is nothing to tell."""
        moments = [one.until_ms for one in self._watched.values() if one.repeats]
        level = self._waiting_level()
        if level is not None:
            lacking = 1 - self._room(level, now_ms)
            moments.append(now_ms + max(0, int(lacking * self.rate.refill_ms) + 1 if lacking > 0 else 0))
        return min(moments, default=None)

    def _watch(self, text: str, level: AlertLevel, kind: str, now_ms: int) -> None:
        if len(self._watched) >= _MOST_WATCHED and now_ms >= self._closed_ms + MS_PER_SECOND:
            self._close_windows(now_ms)
        if len(self._watched) < _MOST_WATCHED:
            self._watched[text] = _Watched(until_ms=now_ms + self.window_ms, level=level, kind=kind)

    def _add(self, level: AlertLevel, kind: str, text: str, alerts: int = 1) -> None:
        kinds = self._kinds[level]
        if kind not in kinds and len(kinds) >= _MOST_KINDS:
            kind = _OTHERS
        held = kinds.setdefault(kind, _Kind())
        self._number += 1
        held.texts.append(_Text(self._number, text, alerts))
        held.count += 1
        held.alerts += alerts

    def _close_windows(self, now_ms: int) -> None:
        """Tell how often texts were repeated whose time is over; those begin a new window."""
        self._closed_ms = now_ms
        for text, watched in tuple(self._watched.items()):
            if now_ms < watched.until_ms:
                continue
            if not watched.repeats:
                del self._watched[text]
                continue
            span = f"{self.window_ms // MS_PER_SECOND} s"
            more = f"{watched.repeats} more times within {span}: {text}"
            self._add(watched.level, watched.kind, more, watched.repeats)
            watched.until_ms, watched.repeats = now_ms + self.window_ms, 0

    def _waiting_level(self) -> AlertLevel | None:
        return next((level for level in reversed(AlertLevel) if self._kinds[level]), None)

    def _room(self, level: AlertLevel, now_ms: int) -> float:
        """How many messages of a level may be sent now."""
        since_ms = 0 if self._refilled_ms is None else now_ms - self._refilled_ms
        self._refilled_ms = now_ms
        self._tokens = min(float(self.rate.burst), self._tokens + max(0, since_ms) / self.rate.refill_ms)
        return self._tokens - (0 if level is AlertLevel.CRITICAL else self.rate.reserve)


def _summed_up(level: AlertLevel, kinds: dict[str, _Kind]) -> str:
    """Every kind in a few lines: its newest texts, and how many more there are."""
    if sum(kind.count for kind in kinds.values()) == 1:
        return next(iter(kinds.values())).texts[0].text
    lines = [f"{sum(kind.alerts for kind in kinds.values())} {level} messages at once"]
    for name, kind in sorted(kinds.items(), key=lambda item: item[1].texts[0].number):
        shown = tuple(kind.texts)[-_SHOWN[level] :]
        lines += [f"- {one.text}" for one in shown]
        more = kind.alerts - sum(one.alerts for one in shown)
        if more:
            lines.append(f"  and {more} more of: {name}")
    return _cut("\n".join(lines))


def _cut(text: str) -> str:
    return (
        text if len(text) <= _LONGEST_LETTER else f"{text[: _LONGEST_LETTER - 60]}…\n(the log has all of it)"
    )
