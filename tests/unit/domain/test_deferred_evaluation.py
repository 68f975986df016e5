from trading_bot.domain.deferred_evaluation import DeferredEvaluation
from trading_bot.domain.gate import Gate
from trading_bot.domain.signal import Evaluation

GATES = (Gate("score", False, 0.1, ">= 0.6"),)


def test_a_deferred_evaluation_reads_like_any_other():
    plain = Evaluation(strategy="s", instrument_key="K", candle_start_ms=5, score=0.1, gates=GATES)

    one = DeferredEvaluation("s", "K", 5, 0.1, lambda: GATES)

    read = {name: getattr(one, name) for name in Evaluation.__slots__}
    assert read == {name: getattr(plain, name) for name in Evaluation.__slots__}


def test_gates_of_a_deferred_evaluation_are_formed_only_when_somebody_reads_them():
    asked = []

    one = DeferredEvaluation("s", "K", 5, 0.1, lambda: asked.append("gates") or GATES)

    assert asked == []
    assert one.gates == GATES
