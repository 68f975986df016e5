"""How far this machine's clock is from the broker's, as far as a time in whole seconds can tell."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from trading_bot.adapters.upstox.rest.answers import TransportError
from trading_bot.adapters.upstox.rest.transport import UpstoxTransport
from trading_bot.bootstrap.checks.names import CLOCK_OFFSET as NAME
from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.report.check_line import CheckLine, doubtful, failed, passed

_OFF_MS_MAX = 1_000
_ROUND_TRIP_MS_MAX = 3_000
_FIX = "keep the clock in step: timedatectl set-ntp true, or install chrony"


async def offset_line(transport: UpstoxTransport, url: str, now_ms: Callable[[], int]) -> CheckLine:
    """Ask for any answer of the broker's and compare its date. Raises ReadFailedError."""
    asked_ms = now_ms()
    try:
        answer = await transport.download(url)
    except TransportError as error:
        raise ReadFailedError(f"the broker tells no time: {error}") from error
    return judged(answer.dated, asked_ms, now_ms())


def judged(dated: str, asked_ms: int, answered_ms: int) -> CheckLine:
    """What a Date header says that was written between two moments of this machine.

    It stands for a whole second, and was written at an unknown moment of the round trip: what is known of the
    offset is an interval.
    """
    theirs_ms = _ms(dated)
    if theirs_ms is None:
        return doubtful(NAME, "unknown: the broker's answer carries no time", _FIX)
    ahead_least_ms, ahead_most_ms = asked_ms - theirs_ms - MS_PER_SECOND, answered_ms - theirs_ms
    if ahead_least_ms > _OFF_MS_MAX or ahead_most_ms < -_OFF_MS_MAX:
        least_ms = ahead_least_ms if ahead_least_ms > 0 else ahead_most_ms
        return failed(NAME, f"{_words(least_ms)} the broker's at least: nothing is entered from 1 s on", _FIX)
    if ahead_least_ms > 0 or ahead_most_ms < 0:
        return doubtful(NAME, f"{_words(ahead_least_ms or ahead_most_ms)} the broker's", _FIX)
    if answered_ms - asked_ms > _ROUND_TRIP_MS_MAX:
        return doubtful(NAME, f"unknown: the answer took {answered_ms - asked_ms} ms", "ask again")
    return passed(
        NAME, f"agrees with the broker's time within {(ahead_most_ms - ahead_least_ms) / 1_000:.1f} s"
    )


def _words(ahead_ms: int) -> str:
    where = "ahead of" if ahead_ms > 0 else "behind"
    return f"this machine is {abs(ahead_ms) / MS_PER_SECOND:.1f} s {where}"


def _ms(dated: str) -> int | None:
    try:
        at: datetime = parsedate_to_datetime(dated)
    except ValueError:
        return None
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()) * MS_PER_SECOND
