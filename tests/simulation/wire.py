"""Between the adapter's transport and the broker: latencies, and every way in which a call can go wrong."""

import asyncio
from random import Random
from typing import NamedTuple

from pydantic import SecretStr

from tests.simulation.desk import refused
from trading_bot.adapters.upstox.rest.answers import Answer, NoAnswerError
from trading_bot.adapters.upstox.rest.transport import SdkClient, UpstoxTransport
from trading_bot.adapters.upstox.settings import UpstoxSettings

_GARBAGE = (b"", b"<html><body>Bad gateway</body></html>", b'{"status":"success","data":{"order_', b"[]")
_PLACED = (
    "answer_lost",
    "answer_cut",
    "error_5xx_placed",
    "error_4xx_placed",
    "garbage_placed",
    "locked_placed",
)
_READ_FAULTS = ("read_5xx", "read_lost", "read_garbage", "read_too_many")
SETTINGS = UpstoxSettings()


class Request(NamedTuple):
    """What the SDK worded."""

    method: str
    url: str
    body: str | None

    @property
    def is_write(self):
        return "/order/" in self.url and self.method != "GET"


class _CapturingWire:
    """Takes the SDK's request instead of sending it."""

    def exchange(self, method, url, headers, body=None):
        return Request(method, url, body)


class _Lane:
    """An `Offload` that sends what the SDK worded into the simulated network."""

    def __init__(self, send):
        self._send = send

    async def run(self, work, limit_s):
        async with asyncio.timeout(limit_s):
            return await self._send(work())

    def close(self):
        pass


def transport_through(send):
    """The real transport; its client words requests for the simulated network."""
    lane = _Lane(send)
    token = SecretStr("simulated")
    transport = UpstoxTransport(SETTINGS, lambda: token, write_lane=lane, read_lane=lane)
    transport._client = SdkClient(transport._configuration, _CapturingWire(), "simulation")
    return transport


class Network:
    """Carries requests to the desk and answers back; what was sent arrives though its sender died."""

    def __init__(self, desk, faults, schedule):
        self._desk, self._faults = desk, faults
        self._random = Random(f"network {schedule.seed}")
        self._mean_s = schedule.world.latency_ms / 1_000

    def _hop_s(self):
        return self._mean_s * (0.3 + 1.4 * self._random.random())

    async def exchange(self, request):
        """Send a request once. Raises NoAnswerError when no answer came in time."""
        loop = asyncio.get_running_loop()
        answered = loop.create_future()
        delay_s = self._hop_s()
        if request.is_write:
            slow = self._faults.hit("request_slow")
            delay_s += slow.value if slow else 0
        loop.call_later(delay_s, self._arrive, request, answered)
        try:
            async with asyncio.timeout(SETTINGS.read_timeout_s):
                return await answered
        except TimeoutError as error:
            raise NoAnswerError("no answer in time") from error

    def _arrive(self, request, answered):
        answer = self._written(request) if request.is_write else self._read(request)
        if answer is None:
            return
        delay_s = self._hop_s()
        late = self._faults.hit("answer_late") if request.is_write else None
        delay_s += late.value if late else 0
        asyncio.get_running_loop().call_later(delay_s, _deliver, answered, answer)

    def _written(self, request):
        hit = self._faults.hit
        if self._faults.hits("dead_token"):
            return refused(401, "UDAPI100050", "Invalid token used to access API")
        if hit("request_lost"):
            return None
        if hit("too_many"):
            return refused(429, "UDAPI10005", "Too Many Request Sent")
        if hit("locked_lost"):
            return refused(423, "UDAPI100500", "Something went wrong")
        failed = hit("error_5xx_lost")
        if failed:
            return Answer(int(failed.value), _GARBAGE[1])
        answer = self._desk.handle(*request)
        return self._spoilt(answer) if answer.status == 200 else answer

    def _spoilt(self, answer):
        """The answer to a write that was carried out."""
        for kind in _PLACED:
            fault = self._faults.hit(kind)
            if fault is not None:
                return _SPOILS[kind](fault)
        return answer

    def _read(self, request):
        if self._faults.hits("dead_token"):
            return refused(401, "UDAPI100050", "Invalid token used to access API")
        if "positions" in request.url and (fault := self._faults.hit("positions_fail")):
            return _SPOILS["read_5xx"](fault)
        for kind in _READ_FAULTS:
            fault = self._faults.hit(kind)
            if fault is not None:
                return _SPOILS[kind](fault)
        return self._desk.handle(*request)


_SPOILS = {
    "answer_lost": lambda _fault: None,
    "answer_cut": lambda _fault: NoAnswerError("the connection was reset"),
    "error_5xx_placed": lambda fault: Answer(int(fault.value), _GARBAGE[1]),
    "error_4xx_placed": lambda fault: refused(int(fault.value), "UDAPI100500", "request timed out"),
    "garbage_placed": lambda fault: Answer(200, _GARBAGE[int(fault.value)]),
    "locked_placed": lambda _fault: refused(423, "UDAPI100500", "Something went wrong"),
    "read_5xx": lambda fault: Answer(int(fault.value), _GARBAGE[1]),
    "read_lost": lambda _fault: None,
    "read_garbage": lambda _fault: Answer(200, _GARBAGE[2]),
    "read_too_many": lambda _fault: refused(429, "UDAPI10005", "Too Many Request Sent"),
}


def _deliver(answered, answer):
    if answered.done():
        return
    if isinstance(answer, Exception):
        answered.set_exception(answer)
    else:
        answered.set_result(answer)
