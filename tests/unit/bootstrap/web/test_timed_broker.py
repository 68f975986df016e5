import inspect

import pytest

from trading_bot.bootstrap.web.timed_broker import TimedBroker
from trading_bot.domain.errors import ReadFailedError
from trading_bot.engine.ports import Broker

CALLS = [
    name
    for name, member in vars(Broker).items()
    if inspect.iscoroutinefunction(member) and not name.startswith("_")
]


class EchoBroker:
    """Answers every call with its name and arguments, or fails."""

    failure: Exception | None = None

    def __getattr__(self, name: str):
        async def answer(*arguments):
            if self.failure is not None:
                raise self.failure
            return None if name == "confirm_token" else (name, *arguments)

        return answer

    def order_updates(self):
        return "stream"


def arguments_of(name: str) -> list[str]:
    return list(inspect.signature(getattr(Broker, name)).parameters)[1:]


@pytest.mark.parametrize("name", CALLS)
async def test_every_call_is_passed_on_and_timed_under_its_name(name):
    instants = iter([1_000, 4_000])
    timed = TimedBroker(EchoBroker(), now_ns=lambda: next(instants))
    arguments = arguments_of(name)

    answer = await getattr(timed, name)(*arguments)

    assert answer == (None if name == "confirm_token" else (name, *arguments))
    assert {call: tally.total_ns for call, tally in timed.tallies.items()} == {name: 3_000}


async def test_a_call_that_fails_is_timed_as_well():
    broker = EchoBroker()
    broker.failure = ReadFailedError("no answer")
    timed = TimedBroker(broker)

    with pytest.raises(ReadFailedError):
        await timed.orders()

    assert timed.tallies["orders"].count == 1


def test_the_push_stream_is_passed_on():
    assert TimedBroker(EchoBroker()).order_updates() == "stream"
