"""Starting, announcing and ending a simulator as its own program does."""

import asyncio

import pytest

from tests.fakes.scripted_market import PlainRules, ScriptedMarket
from trading_bot.simulator.server.run import run_simulator
from trading_bot.simulator.server.settings import ServerSettings

AT_ONCE = ServerSettings(speed=0, first_client_wait_s=0.001)


async def test_it_announces_its_address_and_returns_at_the_close(make_core):
    announced: list[str] = []

    async with asyncio.timeout(5):
        await run_simulator(
            make_core(), ScriptedMarket(), AT_ONCE, rules=PlainRules(), exit_at_close=True,
            announce=announced.append,
        )  # fmt: skip

    assert announced[0].startswith("http://127.0.0.1:")


async def test_it_keeps_serving_after_the_close_unless_told_to_exit(make_core, start, connect):
    server = await start((), speed=0)
    await server.wait_finished()

    assert (await connect(server).call("GET", "/simulator/ledger"))[0] == 200


async def test_a_taken_port_is_an_error(make_core, start):
    server = await start()

    with pytest.raises(OSError, match="address already in use"):
        await run_simulator(
            make_core(), ScriptedMarket(), AT_ONCE, rules=PlainRules(), port=server.port, announce=print
        )


class BrokenMarket(ScriptedMarket):
    """A source that fails in the middle of the day."""

    def moments(self):
        raise RuntimeError("unreadable")


async def test_what_breaks_the_session_is_raised(make_core):
    with pytest.raises(RuntimeError, match="unreadable"):
        await run_simulator(make_core(), BrokenMarket(), AT_ONCE, rules=PlainRules(), announce=lambda _: None)
