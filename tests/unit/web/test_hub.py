"""One document for each change, however many listen; nothing is queued for those who are slow."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from trading_bot.simulator.virtual_time import run_virtually
from trading_bot.web.hub import Hub


@dataclass
class Encoder:
    """Gives the next text, and notes when."""

    texts: list[bytes]
    takes_s: float = 0.0
    at_s: list[float] = field(default_factory=list)

    async def __call__(self) -> tuple[bytes, float]:
        self.at_s.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self.takes_s)
        return self.texts.pop(0) if len(self.texts) > 1 else self.texts[0], self.takes_s


def published(encoder: Encoder, seconds: float, then: Callable[[Hub], None] = lambda _hub: None) -> Hub:
    """Publish to one listener for a while."""

    async def scenario() -> Hub:
        hub = Hub(encoder, 0.25)
        hub.listeners = 1
        publishing = asyncio.ensure_future(hub.publish(lambda: None))
        await asyncio.sleep(seconds)
        then(hub)
        publishing.cancel()
        return hub

    return run_virtually(scenario())


def test_a_document_is_made_at_most_every_interval():
    encoder = Encoder([b"%d" % number for number in range(100)])

    hub = published(encoder, 2)

    assert len(encoder.at_s) in (8, 9)
    assert hub.sequence == len(encoder.at_s)


def test_what_did_not_change_is_no_news():
    hub = published(Encoder([b"same"]), 2)

    assert hub.sequence == 1


def test_a_document_that_takes_long_is_made_less_often():
    """It must not take more than a twentieth of the loop's time."""
    encoder = Encoder([b"%d" % number for number in range(100)], takes_s=0.05)

    published(encoder, 10)

    apart = [later - earlier for earlier, later in zip(encoder.at_s, encoder.at_s[1:], strict=False)]
    assert min(apart) >= 1.0


def test_nothing_is_made_while_nobody_listens():
    encoder = Encoder([b"x"])

    async def scenario() -> None:
        publishing = asyncio.ensure_future(Hub(encoder, 0.25).publish(lambda: None))
        await asyncio.sleep(60)
        publishing.cancel()

    run_virtually(scenario())

    assert encoder.at_s == []


def test_those_who_ask_at_once_share_one_document():
    encoder = Encoder([b"1", b"2", b"3"], takes_s=0.01)

    async def scenario() -> list[bytes]:
        hub = Hub(encoder, 0.25)
        return await asyncio.gather(*(hub.newest() for _ in range(50)))

    assert set(run_virtually(scenario())) == {b"1"}
    assert len(encoder.at_s) == 1


def test_whoever_waits_is_woken_by_the_next_document():
    async def scenario() -> tuple[bool, float]:
        loop = asyncio.get_running_loop()
        hub = Hub(Encoder([b"1", b"2"]), 0.25)
        hub.listeners = 1
        publishing = asyncio.ensure_future(hub.publish(lambda: None))
        await asyncio.sleep(0.1)
        is_new = await hub.next(hub.sequence, 10)
        publishing.cancel()
        return is_new, loop.time()

    assert run_virtually(scenario()) == (True, 0.25)


def test_patience_ends():
    async def scenario() -> bool:
        return await Hub(Encoder([b"x"]), 0.25).next(0, 10)

    assert run_virtually(scenario()) is False


def test_the_end_wakes_everybody():
    async def scenario() -> bool:
        hub = Hub(Encoder([b"x"]), 0.25)
        asyncio.get_running_loop().call_later(3, hub.close)
        return await hub.next(0, 1_000)

    assert run_virtually(scenario()) is False


def test_after_an_end_it_can_be_opened_again():
    hub = Hub(Encoder([b"x"]), 0.25)
    hub.close()

    hub.open()

    assert not hub.is_closed
