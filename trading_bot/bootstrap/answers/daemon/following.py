"""Follows a running daemon until what was asked for is done."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trading_bot.control.client import NoDaemonError, SilentDaemonError, ask
from trading_bot.control.protocol import STATUS, socket_path
from trading_bot.domain.errors import UserFacingError
from trading_bot.engine.inputs import OperatorWish

GIVE_UP_S = 60.0
LOOK_S = 0.25
UNCONFIRMED = "waiting for a read that confirms it"
_ASK_TIMEOUT_S = 1.0
"""Two such silences in a row are a daemon that hangs; a single one may be a busy moment."""
_LIVE = frozenset({"intended", "sent", "in_doubt", "acknowledged", "open", "trigger_pending"})

Status = Mapping[str, Any]
Write = Callable[[str], None]
Pause = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What is asked for, and how to see that it is reached."""

    wish: OperatorWish
    asked_by: str
    taken: str
    """Said once the wish is on disk."""
    is_reached: Callable[[Status], bool | None]
    """None when the daemon cannot know."""
    reached: str


def followed(database: Path, goal: Goal, write: Write, pause: Pause = time.sleep) -> int | None:
    """Tell the running daemon and follow it until the goal is reached; None when none answers any more.

    The exit code is 0 once it is reached, 1 when it is not within a minute, or when the daemon cannot know.
    """
    path = socket_path(database)
    try:
        status = _answered(path, goal.wish, goal)
        write(goal.taken)
        give_up_s, said = time.monotonic() + GIVE_UP_S, ""
        while time.monotonic() < give_up_s:
            is_reached = goal.is_reached(status)
            if is_reached:
                write(goal.reached)
                return 0
            if is_reached is None:
                write("the daemon does not ask the broker now: look into the broker's app for open positions")
                return 1
            left = left_of(status)
            if left != said:
                write(left)
                said = left
            pause(LOOK_S)
            status = _answered(path, STATUS, goal)
    except NoDaemonError:
        return None
    write(f"NOT flat after {GIVE_UP_S:.0f} s: {said}. Close it in the broker's app.")
    return 1


def _answered(path: Path, wish: str, goal: Goal) -> Status:
    """Ask, and once more where it is silent: a wish that is asked twice is carried out once."""
    try:
        return _asked(path, wish, goal)
    except SilentDaemonError:
        return _asked(path, wish, goal)


def _asked(path: Path, wish: str, goal: Goal) -> Status:
    answer = ask(path, wish, asked_by=goal.asked_by, timeout_s=_ASK_TIMEOUT_S)
    if not answer["ok"]:
        raise UserFacingError(f"the daemon answered: {answer['error']}")
    status: Status = answer["status"]
    return status


def left_of(status: Status) -> str:
    """What the bot itself still holds and has in the market, in words."""
    return _of_ours(status) or UNCONFIRMED


def is_ours_flat(status: Status) -> bool | None:
    """Whether the bot holds nothing and none of its orders may still trade.

    None where it does and nobody asks the broker: between sessions nothing can be sent.
    """
    if not _of_ours(status):
        return True
    return None if status["is_confirmed_flat"] is None else False


def _of_ours(status: Status) -> str:
    held = [f"{row['symbol']} {row['quantity']:+}" for row in status["symbols"] if row["quantity"]]
    return open_text(held, sum(1 for row in status["orders"] if row["status"] in _LIVE))


def open_text(held: Sequence[str], live_orders: int) -> str:
    """What is open, in words; empty when nothing is."""
    if not held and not live_orders:
        return ""
    return f"open: {', '.join(held) or 'no position'}; {live_orders} live orders"
