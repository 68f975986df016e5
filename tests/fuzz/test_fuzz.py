"""Some spoiled answers of each kind; `make fuzz` goes on from here (faults 9, 10, 29, 45; V2, V5)."""

import pytest

from tests.fuzz import rest_targets
from tests.fuzz.cases import TARGETS, shown, tried
from trading_bot.adapters.upstox.rest.rest import UpstoxBroker
from trading_bot.engine.ports import Accepted

CASES = 150


@pytest.mark.parametrize("target", TARGETS)
def test_no_spoiled_answer_is_read_as_something_else(target):
    finds = [find for case in range(CASES) if (find := tried(target, 1, case)) is not None]

    assert finds == []


def test_a_case_is_the_same_each_time():
    assert shown("orders", 3, 5) == shown("orders", 3, 5) != shown("orders", 3, 6)
    assert shown("frames", 3, 5) == shown("frames", 3, 5) != shown("frames", 4, 5)


@pytest.mark.parametrize(
    ("name", "lie"), [("positions", ()), ("place", Accepted("A1")), ("fills", ()), ("orders", ())]
)
def test_a_reader_that_makes_something_up_is_found(monkeypatch, name, lie):
    async def made_up(_broker, *_arguments):
        return lie

    monkeypatch.setattr(UpstoxBroker, name, made_up)

    assert any(tried(name, 1, case) for case in range(CASES))


def test_good_answers_are_read():
    for name, endpoint in rest_targets.ENDPOINTS.items():
        body = rest_targets.json.dumps(rest_targets.answers.success(endpoint.good)).encode()

        rest_targets.read_or_write(name, rest_targets.Answer(200, body))
