"""What to do about an order, as a table: the status that we hold against what the broker shows.

Data, like the order's transitions: every pair has a row. No row ends a live order because it is missing, none
takes a fill back, and none is about orders of others, which only panic may touch.
"""

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from trading_bot.domain.order import OrderStatus


class Shown(StrEnum):
    """What a complete read, or a row of the stream, shows of an order of ours."""

    MISSING = "missing"
    """A complete read does not hold it; a row of the stream cannot say this."""
    ACKNOWLEDGED = "acknowledged"
    OPEN = "open"
    TRIGGER_PENDING = "trigger_pending"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


class Action(StrEnum):
    """What follows; terms and filled quantities of a row that is shown are taken besides."""

    NOTHING = "nothing"
    """As it should be."""
    ADOPT = "adopt"
    """The order exists: take its id and its status."""
    FOLLOW = "follow"
    """Take the status."""
    STALE = "stale"
    """The row is older than what is known: its status is not taken."""
    REVIVE = "revive"
    """It came to life, or filled, after it was taken for ended: take it, raise an incident, pause entries."""
    CONTRADICTION = "contradiction"
    """The broker ended it and shows it alive again: read again; when it stays so a person is told."""
    FOREIGN = "foreign"
    """It was never sent, so the row cannot be of it: somebody else carries its tag."""
    COUNT_ABSENCE = "count_absence"
    """One complete read towards the proof that it was never placed."""
    SEARCH = "search"
    """It was accepted and is not shown yet: search it; it protects nothing meanwhile."""
    MISS = "miss"
    """It was shown before: the read is not the whole book. Search and read again; tell when it stays so."""


_SHOWN_LIVE = (Shown.ACKNOWLEDGED, Shown.OPEN, Shown.TRIGGER_PENDING)
_SHOWN_ENDED = (Shown.FILLED, Shown.CANCELLED, Shown.REJECTED)
_SHOWN = _SHOWN_LIVE + _SHOWN_ENDED
SHOWN: Final = MappingProxyType({OrderStatus(one.value): one for one in _SHOWN})
"""What a row shows, by the status that it names."""


def _row(missing: Action, *groups: tuple[Action, tuple[Shown, ...]]) -> dict[Shown, Action]:
    row = {Shown.MISSING: missing}
    for action, shown in groups:
        row |= dict.fromkeys(shown, action)
    return row


_NEVER_SENT = _row(Action.NOTHING, (Action.FOREIGN, _SHOWN))
_TAKEN_FOR_ABSENT = _row(Action.NOTHING, (Action.REVIVE, (*_SHOWN_LIVE, Shown.FILLED)), (
    Action.NOTHING, (Shown.CANCELLED, Shown.REJECTED)))  # fmt: skip
_ENDED = _row(Action.MISS, (Action.CONTRADICTION, _SHOWN_LIVE), (Action.NOTHING, _SHOWN_ENDED))

_ROWS: dict[OrderStatus, dict[Shown, Action]] = {
    OrderStatus.INTENDED: _NEVER_SENT,
    OrderStatus.DROPPED: _NEVER_SENT,
    OrderStatus.SENT: _row(Action.NOTHING, (Action.ADOPT, _SHOWN)),
    OrderStatus.IN_DOUBT: _row(Action.COUNT_ABSENCE, (Action.ADOPT, _SHOWN)),
    OrderStatus.ACKNOWLEDGED: _row(
        Action.SEARCH,
        (Action.NOTHING, (Shown.ACKNOWLEDGED,)),
        (Action.FOLLOW, (Shown.OPEN, Shown.TRIGGER_PENDING, *_SHOWN_ENDED)),
    ),
    OrderStatus.OPEN: _row(
        Action.MISS,
        (Action.STALE, (Shown.ACKNOWLEDGED,)),
        (Action.NOTHING, (Shown.OPEN,)),
        (Action.FOLLOW, (Shown.TRIGGER_PENDING, *_SHOWN_ENDED)),
    ),
    OrderStatus.TRIGGER_PENDING: _row(
        Action.MISS,
        (Action.STALE, (Shown.ACKNOWLEDGED,)),
        (Action.NOTHING, (Shown.TRIGGER_PENDING,)),
        (Action.FOLLOW, (Shown.OPEN, *_SHOWN_ENDED)),
    ),
    OrderStatus.FILLED: _ENDED,
    OrderStatus.CANCELLED: _ENDED,
    OrderStatus.REJECTED: _ENDED,
    OrderStatus.REFUSED: _TAKEN_FOR_ABSENT,
    OrderStatus.ABSENT: _TAKEN_FOR_ABSENT,
}
ACTIONS: MappingProxyType[tuple[OrderStatus, Shown], Action] = MappingProxyType(
    {(ours, shown): action for ours, row in _ROWS.items() for shown, action in row.items()}
)


class Filled(StrEnum):
    """The filled quantity that a row of a complete read shows, against what was reported before."""

    FEWER = "fewer"
    SAME = "same"
    MORE = "more"


class FillAction(StrEnum):
    """What follows from it."""

    NOTHING = "nothing"
    READ_TRADES = "read_trades"
    """Units filled: the trades say at which prices, and the position changes with them."""
    LATE = "late"
    """Units filled after the order's end: as before, with an incident, and a trade takes them up."""
    REFUSE = "refuse"
    """The row takes fills back: it is not believed; when it stays so a person is told."""


FILL_ACTIONS: MappingProxyType[tuple[bool, Filled], FillAction] = MappingProxyType(
    {
        (True, Filled.FEWER): FillAction.REFUSE,
        (True, Filled.SAME): FillAction.NOTHING,
        (True, Filled.MORE): FillAction.READ_TRADES,
        (False, Filled.FEWER): FillAction.REFUSE,
        (False, Filled.SAME): FillAction.NOTHING,
        (False, Filled.MORE): FillAction.LATE,
    }
)
"""By whether the order was live, and what is shown."""


def filled(shown: int, reported: int) -> Filled:
    """How a shown quantity relates to what was reported before."""
    if shown == reported:
        return Filled.SAME
    return Filled.MORE if shown > reported else Filled.FEWER


class Position(StrEnum):
    """The broker's position in an instrument against ours and what others traded."""

    BEHIND = "behind"
    """It lacks trades that are listed: it is of an earlier moment."""
    EQUAL = "equal"
    DIFFERENT_WHILE_MOVING = "different_while_moving"
    """Fills were reported that are not applied yet: they may explain it."""
    DIFFERENT = "different"
    DIFFERENT_AGAIN = "different_again"
    """The same difference in two reads in a row."""


class PositionAction(StrEnum):
    """What follows from it."""

    AGREE = "agree"
    WAIT = "wait"
    READ_BOOKS = "read_books"
    HALT = "halt"
    """Record it, tell a person, let nothing be entered, and bound exits by the smaller of the two."""


POSITION_ACTIONS: MappingProxyType[Position, PositionAction] = MappingProxyType(
    {
        Position.BEHIND: PositionAction.WAIT,
        Position.EQUAL: PositionAction.AGREE,
        Position.DIFFERENT_WHILE_MOVING: PositionAction.WAIT,
        Position.DIFFERENT: PositionAction.READ_BOOKS,
        Position.DIFFERENT_AGAIN: PositionAction.HALT,
    }
)
