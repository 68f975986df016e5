import pytest

from trading_bot.domain.trace import GateCount
from trading_bot.report.metrics.gates import GateFigures, binding_place, gates_document, gates_of

SAID = (("score", ">= 0.6"), ("trend", "> 0"), ("spread", "0 to 0.001"))
UNQUOTED = (SAID[0], SAID[1], ("spread", "skipped: no quote on both sides"))
COUNTS = (
    GateCount("s", SAID, 0b111, 2, 2),
    GateCount("s", SAID, 0b110, 0, 3),
    GateCount("s", SAID, 0b100, 0, 4),
    GateCount("s", UNQUOTED, 0b101, 0, 1),
    GateCount("t", (("a", "> 0"),), 0b0, 0, 5),
)


def test_passes_failures_and_lone_failures_are_counted_by_hand():
    """Ten evaluations: score fails in 7 and alone in 3; trend in 5 and alone in 1, without a quote."""
    first, _ = gates_of(COUNTS)

    assert (first.strategy, first.evaluations, first.signals) == ("s", 10, 2)
    assert first.gates == (
        GateFigures(name="score", evaluated=10, passed=3, skipped=0, binding=3),
        GateFigures(name="trend", evaluated=10, passed=5, skipped=0, binding=1),
        GateFigures(name="spread", evaluated=10, passed=10, skipped=1, binding=0),
    )
    assert (first.gates[0].pass_rate, first.gates[0].binding_rate) == (0.3, 0.3)


def test_a_single_gate_that_fails_is_always_alone():
    _, second = gates_of(COUNTS)

    assert (second.gates[0].pass_rate, second.gates[0].binding_rate) == (0, 1)


def test_a_gate_without_evaluations_has_no_rates():
    gate = GateFigures(name="a", evaluated=0, passed=0, skipped=0, binding=0)

    assert (gate.pass_rate, gate.binding_rate) == (None, None)


@pytest.mark.parametrize(
    ("passed", "gates", "place"),
    [(0b111, 3, None), (0b011, 3, 2), (0b110, 3, 0), (0b001, 3, None), (0, 0, None)],
)
def test_the_gate_that_alone_failed(passed, gates, place):
    assert binding_place(passed, gates) == place


def test_a_document_carries_numbers_and_shares():
    document = gates_document(gates_of(COUNTS)[1])

    assert document["gates"][0] == {
        "name": "a",
        "evaluated": 5,
        "passed": 0,
        "skipped": 0,
        "binding": 5,
        "pass_rate": 0.0,
        "binding_rate": 1.0,
    }
