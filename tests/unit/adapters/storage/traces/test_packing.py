import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from trading_bot.adapters.storage.traces import packing as traces
from trading_bot.adapters.storage.traces.packing import NO_FORM, TraceDictionary, kept_evaluation
from trading_bot.domain.gate import Gate
from trading_bot.domain.signal import Direction, Evaluation, Signal
from trading_bot.domain.trace import KeptEvaluation, Trace

START_MS = 1_795_060_800_000
SCORE = Gate(
    "score", passed=False, measured=-0.25, needed=">= 0.6 or <= -0.6; RSI 49.4 short, MACD +2.339 long"
)
VOLUME = Gate("volume", passed=True, measured=None, needed="skipped: no volume")
SIGNAL = Signal(
    strategy="s",
    instrument_key="A",
    direction=Direction.SHORT,
    score=0.25,
    candle_start_ms=START_MS,
    reference_price=100,
    atr_paise=1.0,
)


def trace(*gates, key="A", signal=None, at_ms=START_MS + 900_600, seen_at_ms=START_MS + 900_100):
    answer = Evaluation(
        strategy="s", instrument_key=key, candle_start_ms=START_MS, score=-0.25, gates=gates, signal=signal
    )
    return Trace(answer, at_ms, seen_at_ms)


def kept(*told, dictionary=None):
    packed = (dictionary or TraceDictionary()).packed(told)
    names = dict(packed.names)
    forms = {form.form_id: (traces.said_in(form.gates), form.sample) for form in packed.forms}
    return [kept_evaluation(row, names, forms) for row in packed.rows]


def test_a_trace_reads_back_with_its_moment_its_age_and_every_gate():
    assert kept(trace(SCORE, VOLUME, signal=SIGNAL)) == [
        KeptEvaluation(
            strategy="s",
            instrument_key="A",
            candle_start_ms=START_MS,
            score=-0.25,
            direction=Direction.SHORT,
            gates=(SCORE, VOLUME),
            at_ms=START_MS + 900_600,
            data_age_ms=500,
        )
    ]


def test_an_instrument_of_which_nothing_was_seen_has_no_age():
    (read,) = kept(trace(seen_at_ms=0))

    assert read.data_age_ms is None


def test_measured_values_keep_seven_digits_and_whole_numbers_all():
    (read,) = kept(trace(Gate("a", True, 1 / 3, "> 0"), Gate("b", True, 123_456_789_012, "> 0")))

    assert [gate.measured for gate in read.gates] == [0.3333333, 123_456_789_012]


def test_what_json_does_not_know_is_kept_as_text():
    """A strategy's odd figure must not end the record of all others."""
    (read,) = kept(trace(Gate("a", True, Decimal("1.50"), "> 0")))

    assert read.gates[0].measured == "1.50"


def test_what_traces_have_in_common_is_written_once():
    other = SCORE._replace(measured=0.5, needed=">= 0.6 or <= -0.6; RSI 60.0 long, MACD +0.100 long")
    packed = TraceDictionary().packed([trace(SCORE), trace(other, key="B"), trace(VOLUME)])

    assert [name for _, name in packed.names] == ["A", "s", "B"]
    assert [json.loads(form.gates) for form in packed.forms] == [
        [["score", ">= 0.6 or <= -0.6"]],
        [["volume", "skipped: no volume"]],
    ]
    assert [row.form_id for row in packed.rows] == [1, 1, 2]


def test_what_is_known_is_not_told_again():
    dictionary = TraceDictionary()
    dictionary.packed([trace(SCORE)])

    packed = dictionary.packed([trace(SCORE)])

    assert (packed.names, packed.forms) == ([], [])


def test_a_form_too_many_is_written_into_the_trace_itself(monkeypatch):
    monkeypatch.setattr(traces, "FORMS_MAX", 1)
    dictionary = TraceDictionary()

    packed = dictionary.packed([trace(VOLUME), trace(SCORE, VOLUME)])

    assert [row.form_id for row in packed.rows] == [1, NO_FORM]
    assert kept_evaluation(packed.rows[1], dict(packed.names), {}).gates == (SCORE, VOLUME)


TEXTS = st.text(max_size=20)
MEASURED = (
    st.none()
    | TEXTS
    | st.integers(-(10**12), 10**12)
    | st.floats(width=16, allow_nan=False, allow_infinity=False)
)
GATES = st.builds(Gate, TEXTS, st.booleans(), MEASURED, TEXTS | st.builds("{}; {}".format, TEXTS, TEXTS))


@given(st.lists(st.lists(GATES, max_size=4), max_size=6))
def test_whatever_gates_say_reads_back(evaluations):
    told = [trace(*gates) for gates in evaluations]

    for read, written in zip(kept(*told), told, strict=True):
        for gate, (name, passed, measured, needed) in zip(read.gates, written.answer.gates, strict=True):
            assert (gate.name, gate.passed) == (name, passed)
            assert gate.needed.removesuffix("; ") == needed.removesuffix("; ")
            assert gate.measured == traces._short(measured)
