"""Server-sent events, one listener at a time, in virtual time."""

import asyncio
import json
from dataclasses import dataclass, field

import pytest

from trading_bot.simulator.virtual_time import run_virtually
from trading_bot.web.hub import Hub
from trading_bot.web.stream import EventStream


@dataclass
class Listener:
    """Takes what is sent; leaves, or stops reading, when it is told to."""

    leaves_after_s: float = 1_000.0
    reads_for_s: float = 1_000.0
    sent: list[bytes] = field(default_factory=list)
    is_told_the_end: bool = False

    async def send(self, message: dict) -> None:
        if asyncio.get_running_loop().time() > self.reads_for_s:
            await asyncio.Event().wait()
        self.sent.append(message.get("body", b""))
        if message["type"] == "http.response.body" and not message["more_body"]:
            self.is_told_the_end = True

    async def receive(self) -> dict:
        await asyncio.sleep(self.leaves_after_s)
        return {"type": "http.disconnect"}

    @property
    def events(self) -> list[tuple[str, dict]]:
        text = b"".join(self.sent).decode()
        blocks = [block for block in text.split("\n\n") if "event: " in block]
        return [
            (block.split("event: ")[1].split("\n")[0], json.loads(block.split("data: ")[1]))
            for block in blocks
        ]


def streamed(listener: Listener, *, counts: int, is_allowed=lambda: True, until=lambda _hub: None) -> float:
    """Stream a document that changes so many times; the second at which the stream ended."""
    numbers = iter(range(counts))
    last = counts - 1

    async def encode() -> tuple[bytes, float]:
        return b'{"n":%d}' % next(numbers, last), 0.0

    async def scenario() -> float:
        hub = Hub(encode, 0.25)
        until(hub)
        publishing = asyncio.ensure_future(hub.publish(lambda: None))
        await EventStream(hub, is_allowed)({}, listener.receive, listener.send)
        publishing.cancel()
        assert hub.listeners == 0
        return asyncio.get_running_loop().time()

    return run_virtually(scenario())


def test_the_first_event_is_a_whole_snapshot_at_once():
    listener = Listener(leaves_after_s=0.01)

    streamed(listener, counts=1)

    assert listener.events == [("snapshot", {"status": {"n": 0}, "sequence": 1})]


def test_each_change_is_one_event_and_they_are_numbered():
    listener = Listener(leaves_after_s=2.1)

    streamed(listener, counts=5)

    assert [data["status"]["n"] for kind, data in listener.events if kind == "snapshot"] == [0, 1, 2, 3, 4]
    assert [data["sequence"] for _, data in listener.events] == [1, 2, 3, 4, 5]


def test_without_changes_a_heartbeat_comes_every_two_seconds():
    listener = Listener(leaves_after_s=7)

    streamed(listener, counts=1)

    assert [kind for kind, _ in listener.events] == ["snapshot", "heartbeat", "heartbeat", "heartbeat"]


def test_a_document_that_nobody_makes_any_more_is_vouched_for_by_no_heartbeat():
    """V16: the stream lives, what makes the documents does not; the page has to grow old."""
    listener = Listener(leaves_after_s=9)
    made = 0

    async def encode() -> tuple[bytes, float]:
        nonlocal made
        made += 1
        if made > 2:
            raise ValueError("what now")
        return b'{"n":1}', 0.0

    async def scenario() -> None:
        hub = Hub(encode, 0.25)
        publishing = asyncio.ensure_future(hub.publish(lambda: None))
        await EventStream(hub, lambda: True)({}, listener.receive, listener.send)
        with pytest.raises(ValueError, match="what now"):
            await publishing

    run_virtually(scenario())

    assert [kind for kind, _ in listener.events] == ["snapshot"] + ["heartbeat"] * 4
    assert {data["sequence"] for kind, data in listener.events if kind == "heartbeat"} == {None}


def test_a_heartbeat_names_the_document_that_was_found_unchanged():
    listener = Listener(leaves_after_s=5)

    streamed(listener, counts=1)

    assert [data["sequence"] for _, data in listener.events] == [1, 1, 1]


def test_whoever_leaves_is_let_go_at_once():
    assert streamed(Listener(leaves_after_s=3), counts=1_000) == 3


def test_whoever_does_not_read_is_dropped_and_nothing_is_kept_for_them():
    """V22."""
    listener = Listener(reads_for_s=1)

    ended_s = streamed(listener, counts=1_000)

    assert 20 < ended_s < 22
    assert len(listener.events) < 6


def test_a_session_that_ends_ends_its_stream():
    allowed = iter([True, True, True])
    listener = Listener()

    ended_s = streamed(listener, counts=1_000, is_allowed=lambda: next(allowed, False))

    assert ended_s < 2
    assert listener.is_told_the_end


def test_the_end_of_the_server_ends_every_stream():
    listener = Listener()

    ended_s = streamed(
        listener, counts=1_000, until=lambda hub: asyncio.get_running_loop().call_later(5, hub.close)
    )

    assert ended_s == 5
    assert listener.is_told_the_end
