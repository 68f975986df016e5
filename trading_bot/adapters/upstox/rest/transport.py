"""upstox-python-sdk with its traps disarmed: it words the requests, we send them and read the answers.

What is disarmed (2.30.0): the cached first Configuration and its log handlers, the thread pool of every
ApiClient and the print in its destructor, urllib3's silent retries, float time-outs that are ignored, models
that drop or refuse what the broker newly sends, and spaces sent as ``+``.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from pydantic import SecretStr
from upstox_client.api_client import ApiClient
from upstox_client.configuration import Configuration

from trading_bot.adapters.upstox.offload import Offload
from trading_bot.adapters.upstox.rest.answers import Answer, NoAnswerError
from trading_bot.adapters.upstox.rest.wire import Wire
from trading_bot.adapters.upstox.settings import UpstoxSettings
from trading_bot.domain.errors import NotAuthorisedError

Call = Callable[["SdkClient"], Answer]
"""One request, worded with the SDK's API classes over the client that it is given."""

TokenSource = Callable[[], SecretStr | None]
"""The access token of the moment; None while nobody has logged in."""


class SdkClient(ApiClient):  # type: ignore[misc]  # the SDK is untyped
    """The SDK's request builder over our wire: no thread pool, no pool of its own, answers left unread."""

    def __init__(self, configuration: Configuration, wire: Wire, user_agent: str) -> None:
        # Not calling the parent is the point: it would start a thread pool and a retrying connection pool.
        self.configuration = configuration
        self.pool = None
        self.cookie = None
        self.default_headers = {"User-Agent": user_agent}
        self._wire = wire

    def __del__(self) -> None:
        """Do nothing: the parent would join its thread pool and print its failures."""

    def call_api(self, *args: Any, **kwargs: Any) -> Answer:
        """Send one request on the calling thread and return its answer as it came."""
        kwargs.update(_preload_content=False, _return_http_data_only=True, async_req=False)
        answer: Answer = super().call_api(*args, **kwargs)
        return answer

    def request(  # noqa: PLR0917  # the SDK's signature
        self,
        method: str,
        url: str,
        query_params: Sequence[tuple[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
        post_params: Sequence[tuple[str, Any]] | None = None,
        body: Any = None,
        _preload_content: bool = True,  # noqa: FBT001, FBT002  # as above
        _request_timeout: Any = None,
    ) -> Answer:
        """Send what the SDK composed; called by it."""
        if query_params:
            url += "?" + urlencode(query_params, quote_via=quote)
        sent = {**(headers or {}), "Accept": "application/json"}
        if post_params:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
            return self._wire.exchange(method, url, sent, urlencode(post_params))
        if body is None:
            return self._wire.exchange(method, url, sent)
        sent["Content-Type"] = "application/json"
        return self._wire.exchange(method, url, sent, json.dumps(body))


class UpstoxTransport:
    """Runs SDK calls off the event loop, writes and reads in lanes of their own.

    A queue of slow reads can so never stand before an exit order.
    """

    def __init__(
        self,
        settings: UpstoxSettings,
        token: TokenSource,
        *,
        write_lane: Offload,
        read_lane: Offload,
    ) -> None:
        self._token = token
        self._write_lane = write_lane
        self._read_lane = read_lane
        self._wire = _wire(settings, settings.answer_timeout_s)
        self._download_wire = _wire(settings, settings.download_timeout_s)
        self._configuration = _configuration(settings)
        self._client = SdkClient(self._configuration, self._wire, settings.user_agent)
        self._user_agent = settings.user_agent
        # The wire keeps its own time; these limits end what it cannot see, such as headers that trickle.
        self._limit_s = settings.connect_timeout_s + settings.answer_timeout_s + settings.read_timeout_s
        self._download_limit_s = self._limit_s + settings.download_timeout_s

    async def write(self, call: Call) -> Answer:
        """Make a call that changes something. Raises NotSentError, NoAnswerError, NotAuthorisedError."""
        return await _limited(self._write_lane, lambda: self._made(call), self._limit_s)

    async def read(self, call: Call) -> Answer:
        """Make a call that only asks. Raises NotSentError, NoAnswerError, NotAuthorisedError."""
        return await _limited(self._read_lane, lambda: self._made(call), self._limit_s)

    async def without_token(self, call: Call) -> Answer:
        """Make a call that carries no token: of the login flow, or for candles of past days.

        Raises NotSentError, NoAnswerError.
        """
        return await _limited(self._read_lane, lambda: call(self._client), self._limit_s)

    async def download(self, url: str) -> Answer:
        """Fetch a public file; no token goes along. Raises NotSentError, NoAnswerError."""
        headers = {"User-Agent": self._user_agent, "Accept": "*/*"}
        work = partial(self._download_wire.exchange, "GET", url, headers)
        return await _limited(self._read_lane, work, self._download_limit_s)

    def close(self) -> None:
        """Close the lanes and the idle connections."""
        self._write_lane.close()
        self._read_lane.close()
        self._wire.close()
        self._download_wire.close()

    def _made(self, call: Call) -> Answer:
        token = self._token()
        if token is None:
            raise NotAuthorisedError("there is no access token: log in first")
        self._configuration.access_token = token.get_secret_value()
        return call(self._client)


async def _limited(lane: Offload, work: Callable[[], Answer], limit_s: float) -> Answer:
    try:
        return await lane.run(work, limit_s)
    except TimeoutError as error:
        raise NoAnswerError(f"no answer within {limit_s:g} s") from error


def _wire(settings: UpstoxSettings, answer_timeout_s: float) -> Wire:
    return Wire(
        connect_timeout_s=settings.connect_timeout_s,
        read_timeout_s=settings.read_timeout_s,
        answer_timeout_s=answer_timeout_s,
        pin_ipv4=settings.pin_ipv4,
    )


def _configuration(settings: UpstoxSettings) -> Configuration:
    # `Configuration()` hands out copies of the first one ever made, whatever is asked for, so that a sandbox
    # can turn out to be live: the metaclass is asked for a new object instead.
    configuration = type.__call__(Configuration)
    for logger in configuration.logger.values():
        logger.removeHandler(configuration.logger_stream_handler)
    configuration.host = settings.api_url
    configuration.order_host = settings.order_url
    return configuration
