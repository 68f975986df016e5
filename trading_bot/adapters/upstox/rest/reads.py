"""Reads of the broker: each is tried a few times and ends in data or in ReadFailedError."""

from collections.abc import Awaitable, Callable
from typing import Any

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt

from trading_bot.adapters.upstox.envelope import is_ok, opened
from trading_bot.adapters.upstox.pacing import Backoff, Jitter, Sleep
from trading_bot.adapters.upstox.rest.answers import Answer, TransportError
from trading_bot.adapters.upstox.rest.transport import Call, UpstoxTransport
from trading_bot.adapters.upstox.settings import UpstoxSettings
from trading_bot.domain.errors import NotAuthorisedError, ReadFailedError

_UNAUTHORISED = 401
_TOO_MANY = 429
_SERVER_ERRORS = 500
_TOKEN_CODES = frozenset({"UDAPI100050", "UDAPI100016"})


class TransientReadError(ReadFailedError):
    """The same question may be answered a moment later."""


class RefusedReadError(ReadFailedError):
    """The broker said why it does not answer; asking again would not help."""

    def __init__(self, text: str, codes: frozenset[str]) -> None:
        super().__init__(text)
        self.codes = codes


class BrokerReads:
    """Asks through a transport; only reads may be asked twice."""

    def __init__(
        self, transport: UpstoxTransport, settings: UpstoxSettings, *, jitter: Jitter, sleep: Sleep
    ) -> None:
        self._transport = transport
        self._settings = settings
        self._jitter = jitter
        self._sleep = sleep

    async def data(self, what: str, call: Call, *, exact: bool = True, needs_token: bool = True) -> Any:
        """Return the `data` of a successful answer.

        Raises NotAuthorisedError for a dead token, ReadFailedError for everything else.
        """
        ask = self._transport.read if needs_token else self._transport.without_token

        async def attempt() -> Any:
            return data_of(what, await _answer(what, ask(call)), exact=exact)

        retrying = AsyncRetrying(
            stop=stop_after_attempt(self._settings.read_attempts),
            wait=self._waits(),
            retry=retry_if_exception_type(TransientReadError),
            sleep=self._sleep,
            reraise=True,
        )
        return await retrying(attempt)

    def _waits(self) -> Callable[[RetryCallState], float]:
        backoff = Backoff(self._settings.retry_first_s, self._settings.retry_longest_s, self._jitter)
        return lambda _state: backoff.next_s()


async def _answer(what: str, asking: Awaitable[Answer]) -> Answer:
    try:
        return await asking
    except TransportError as error:
        raise TransientReadError(f"{what}: {error}") from error


def data_of(what: str, answer: Answer, *, exact: bool = True) -> Any:
    """Return the `data` of an answer.

    Raises NotAuthorisedError, TransientReadError or RefusedReadError when there is none.
    """
    envelope = opened(answer.body, exact=exact)
    if answer.status == _UNAUTHORISED:
        raise NotAuthorisedError(f"{what}: the broker does not accept the access token")
    if envelope is None:
        raise TransientReadError(f"{what}: HTTP {answer.status} with a body that is not the broker's JSON")
    if is_ok(answer.status) and envelope.is_success:
        return envelope.data
    codes = frozenset(error.code for error in envelope.errors)
    told = "; ".join(f"{error.code} {error.message}".strip() for error in envelope.errors)
    text = f"{what}: HTTP {answer.status}: {told or 'no reason given'}"
    if codes & _TOKEN_CODES:
        raise NotAuthorisedError(text)
    if answer.status == _TOO_MANY or answer.status >= _SERVER_ERRORS:
        raise TransientReadError(text)
    raise RefusedReadError(text, codes)
