import json
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.fakes.dashboard import Clock, FakeDaemon
from trading_bot.report.status import status_document
from trading_bot.web.encoding import StatusEncoder, json_bytes
from trading_bot.web.stage import NobodyThereError, Stage
from trading_bot.web.views import EquityPoint, Point


class Pauses:
    count = 0

    async def __call__(self) -> None:
        self.count += 1


class StillDaemon(FakeDaemon):
    """Sixty shares, seen at one moment."""

    def __init__(self) -> None:
        super().__init__(count=60)
        self._head = super().head()

    def head(self):
        return self._head


@pytest.fixture
def stage() -> Stage:
    stage = Stage("replay")
    stage.show(StillDaemon())
    return stage


async def test_the_pieces_add_up_to_the_document_of_the_control_socket(stage):
    daemon = stage.watched
    whole = replace(daemon.head(), symbols=daemon.symbols(0, 60), orders=daemon.orders())

    text, _ = await StatusEncoder(stage, Pauses()).encoded()

    assert json.loads(text) == json.loads(json.dumps(status_document(whole)))


async def test_it_lets_go_of_the_loop_between_pieces(stage):
    pauses = Pauses()

    await StatusEncoder(stage, pauses).encoded()

    assert pauses.count >= 3


async def test_the_time_of_others_is_not_counted_as_its_own(stage):
    """On a busy loop the page would be updated every few seconds only."""
    clock = Clock(0.0)

    async def pause() -> None:
        clock.now_s += 5

    _, cost_s = await StatusEncoder(stage, pause, clock).encoded()

    assert clock.now_s > 0
    assert cost_s == 0


async def test_orders_that_did_not_change_are_not_made_anew(stage):
    encoder = StatusEncoder(stage, Pauses())
    await encoder.encoded()
    first = {tag: row for tag, (_, row) in encoder._orders.items()}
    orders = stage.watched.made_orders
    orders[0] = replace(orders[0], message="changed")

    await encoder.encoded()

    same = [tag for tag, (_, row) in encoder._orders.items() if row is first[tag]]
    assert len(same) == len(orders) - 1


async def test_with_nobody_there_it_says_so():
    with pytest.raises(NobodyThereError):
        await StatusEncoder(Stage("replay"), Pauses()).encoded()


def test_money_is_text_and_values_are_objects():
    point = EquityPoint(time_ms=5, net=Decimal("-1.50"), gross=Decimal("0.00"))

    assert json_bytes(point) == b'{"time_ms":5,"net":"-1.50","gross":"0.00"}'


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_json_does_not_know_is_never_written(number):
    with pytest.raises(ValueError, match="JSON"):
        json_bytes(Point(time_ms=1, value=number))


def test_a_foreign_object_is_refused():
    with pytest.raises(TypeError, match="no form"):
        json_bytes(object())
