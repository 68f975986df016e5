import json
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from tests.fakes.dashboard import Clock, FakeDaemon
from trading_bot.report.status import status_document
from trading_bot.web.encoding import StatusEncoder, json_bytes, json_in_turns
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


def test_a_foreign_object_is_refused():
    with pytest.raises(TypeError, match="no form"):
        json_bytes(object())


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), float("-inf")])
def test_what_json_does_not_know_is_not_known_wherever_it_stands(odd):
    """One odd number of a strategy's must not take the page from whoever holds positions."""
    value = {"point": Point(time_ms=1, value=odd), "rows": [(odd, 1.5), "text"], "amount": Decimal("1.50")}

    assert json.loads(json_bytes(value)) == {
        "point": {"time_ms": 1, "value": None},
        "rows": [[None, 1.5], "text"],
        "amount": "1.50",
    }


@dataclass(frozen=True)
class Answer:
    """As large as answers of the API are."""

    name: str
    rows: tuple[Point, ...]
    lines: dict[str, list[Point]]


async def test_a_large_answer_is_made_in_pieces_and_is_the_same():
    """Hundreds of rows at once would hold up a tick for ten milliseconds."""
    points = [Point(time_ms=number, value=number / 7) for number in range(500)]
    answer = Answer("x", tuple(points), {"EMA": points, "RSI": [Point(time_ms=1, value=float("nan"))]})
    pauses = Pauses()

    text = await json_in_turns(answer, pauses)

    assert text == json_bytes(answer)
    assert pauses.count == 2 * 19
