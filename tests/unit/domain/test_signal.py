from trading_bot.domain.signal import DeferredEvaluation, Evaluation, Gate

GATES = (Gate("score", False, 0.1, ">= 0.6"),)


def deferred() -> DeferredEvaluation:
    return DeferredEvaluation("s", "K", 5, 0.1, lambda: GATES)


def test_a_deferred_evaluation_reads_like_any_other():
    plain = Evaluation(strategy="s", instrument_key="K", candle_start_ms=5, score=0.1, gates=GATES)

    one = deferred()

    assert isinstance(one, Evaluation)
    assert (one.strategy, one.instrument_key, one.candle_start_ms) == ("s", "K", 5)
    assert (one.score, one.gates, one.signal) == (plain.score, plain.gates, plain.signal)


def test_deferred_evaluations_are_equal_when_all_they_say_is():
    assert deferred() == deferred()
    assert deferred() != DeferredEvaluation("s", "K", 5, 0.1, tuple)
