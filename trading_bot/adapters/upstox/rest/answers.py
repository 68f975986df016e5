"""What can come back from a call: an answer, or one of two kinds of silence."""

from typing import NamedTuple

from trading_bot.domain.errors import TradingBotError


class Answer(NamedTuple):
    """An HTTP answer, complete but unread."""

    status: int
    body: bytes
    dated: str = ""
    """The server's own time, as its Date header says it; empty where nobody said."""


class TransportError(TradingBotError):
    """The call got no complete answer."""


class NotSentError(TransportError):
    """Nothing of the request left this machine: the broker cannot have acted on it."""


class NoAnswerError(TransportError):
    """The request may have arrived; nobody told us what became of it."""
