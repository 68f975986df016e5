"""One HTTP exchange: sent once, never repeated, never redirected, bounded in time and size.

The SDK's own pool repeats GET, PUT and DELETE up to four times and waits for ever; this one does neither.
"""

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

import certifi
import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from trading_bot.adapters.upstox.rest.answers import Answer, NoAnswerError, NotSentError

_CHUNK_BYTES = 65_536
_BODY_BYTES_MAX = 128 * 1024 * 1024
_CONNECTIONS_PER_HOST = 8


class Wire:
    """A pool of verified connections to a few hosts."""

    def __init__(
        self,
        *,
        connect_timeout_s: float,
        read_timeout_s: float,
        answer_timeout_s: float,
        pin_ipv4: bool = True,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._timeout = urllib3.Timeout(connect=connect_timeout_s, read=read_timeout_s)
        self._answer_timeout_s = connect_timeout_s + answer_timeout_s
        self._monotonic_s = monotonic_s
        self._pool = urllib3.PoolManager(
            num_pools=6,
            maxsize=_CONNECTIONS_PER_HOST,
            retries=False,
            cert_reqs="CERT_REQUIRED",
            ca_certs=certifi.where(),
            ssl_minimum_version=ssl.TLSVersion.TLSv1_2,
            # Binding to the IPv4 wildcard makes every IPv6 candidate of a host fail before it connects.
            source_address=("0.0.0.0", 0) if pin_ipv4 else None,  # noqa: S104  # a client socket: nothing listens
        )

    def exchange(self, method: str, url: str, headers: Mapping[str, str], body: str | None = None) -> Answer:
        """Send a request once and return its whole answer.

        Raises NotSentError when nothing left this machine, NoAnswerError when that is not certain.
        """
        what = f"{method} {urlsplit(url).path}"
        deadline_s = self._monotonic_s() + self._answer_timeout_s
        try:
            response = self._pool.urlopen(
                method,
                url,
                headers=headers,
                body=body,
                timeout=self._timeout,
                retries=False,
                redirect=False,
                preload_content=False,
            )
            dated = response.headers.get("Date") or ""
            return Answer(response.status, self._body(response, deadline_s, what), dated)
        except (NewConnectionError, ConnectTimeoutError) as error:
            raise NotSentError(f"{what}: no connection ({_kind(error)})") from error
        except (HTTPError, OSError) as error:
            if _is_certificate_refusal(error):
                raise NotSentError(f"{what}: the server's certificate is not valid") from error
            raise NoAnswerError(f"{what}: {_kind(error)}") from error

    def close(self) -> None:
        """Close all idle connections."""
        self._pool.clear()

    def _body(self, response: urllib3.BaseHTTPResponse, deadline_s: float, what: str) -> bytes:
        try:
            body = b"".join(self._chunks(response, deadline_s, what))
        except BaseException:
            response.close()
            raise
        response.release_conn()
        return body

    def _chunks(self, response: urllib3.BaseHTTPResponse, deadline_s: float, what: str) -> Iterator[bytes]:
        size = 0
        while chunk := response.read1(_CHUNK_BYTES):
            yield chunk
            size += len(chunk)
            if size > _BODY_BYTES_MAX or self._monotonic_s() > deadline_s:
                raise NoAnswerError(f"{what}: the answer did not end in time ({size} bytes so far)")


def _is_certificate_refusal(error: BaseException) -> bool:
    return any(isinstance(link, ssl.SSLCertVerificationError) for link in _chain(error))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and what it wraps, whether as a cause or as an argument."""
    pending: list[object] = [error]
    seen: set[int] = set()
    while pending:
        link = pending.pop()
        if not isinstance(link, BaseException) or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        pending += [link.__cause__, link.__context__, *link.args]


def _kind(error: BaseException) -> str:
    """Name the error without its text, which may quote addresses."""
    return type(error).__name__
