"""Traces of evaluations in few bytes, and back.

A trace consists of what is said again and again (names and conditions of the gates, which stand once in
`trace_forms`) and of its facts: a JSON list of the milliseconds from the candle's start to the evaluation,
the age of the newest message in milliseconds, the measured value of each gate, and, as pairs, what a
condition says after its semicolon. Facts are deflated against those of the first trace of their form.
"""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from trading_bot.domain.gate import Gate
from trading_bot.domain.signal import Direction
from trading_bot.domain.trace import KeptEvaluation, Said, Trace

NO_FORM = 0
"""The number of no form: the facts begin with names and conditions of their own."""
FORMS_MAX = 2_000
"""A strategy that writes numbers into its conditions must not fill the file with forms."""
_SEPARATOR = "; "
_LEVEL, _RAW_4_KB_WINDOW, _MEMORY = 6, -12, 5


class Form(NamedTuple):
    """What traces of a kind have in common."""

    form_id: int
    gates: str
    sample: str


class TraceRow(NamedTuple):
    """A row of table `traces`."""

    candle_start_ms: int
    instrument_id: int
    strategy_id: int
    form_id: int
    score: float
    direction: str | None
    passed: int
    facts: bytes


class PackedTraces(NamedTuple):
    """Rows to be written together: names and forms first, they are new with these traces."""

    names: Sequence[tuple[int, str]]
    forms: Sequence[Form]
    rows: Sequence[TraceRow]


@dataclass(slots=True)
class TraceDictionary:
    """Names and forms by what they say; new ones get the next number."""

    names: dict[str, int] = field(default_factory=dict)
    forms: dict[Said, Form] = field(default_factory=dict)

    def packed(self, traces: Iterable[Trace]) -> PackedTraces:
        """Return the traces as rows. Where these are not written, the dictionary is to be read anew."""
        known_names, known_forms = len(self.names), len(self.forms)
        rows = [self._row(trace) for trace in traces]
        names = [(number, name) for name, number in self.names.items() if number > known_names]
        forms = [form for form in self.forms.values() if form.form_id > known_forms]
        return PackedTraces(names, forms, rows)

    def _row(self, trace: Trace) -> TraceRow:
        answer = trace.answer
        gates, signal = answer.gates, answer.signal
        said, details = said_of(gates)
        facts: list[object] = [*_moments(trace), *(_short(gate.measured) for gate in gates), *details]
        form = self._form(said, facts)
        if form is None:
            facts.insert(0, said)
        return TraceRow(
            answer.candle_start_ms,
            self._name_id(answer.instrument_key),
            self._name_id(answer.strategy),
            NO_FORM if form is None else form.form_id,
            answer.score,
            None if signal is None else signal.direction.value,
            passed_of(gates),
            _deflated(_json(facts), "" if form is None else form.sample),
        )

    def _name_id(self, name: str) -> int:
        return self.names.setdefault(name, len(self.names) + 1)

    def _form(self, said: Said, facts: Sequence[object]) -> Form | None:
        form = self.forms.get(said)
        if form is None and len(self.forms) < FORMS_MAX:
            form = self.forms[said] = Form(len(self.forms) + 1, _json(said), _json(facts))
        return form


def said_of(gates: Sequence[Gate]) -> tuple[Said, list[tuple[int, str]]]:
    """What the gates have in common with those of other evaluations, and the details of this one by place."""
    parts = [gate.needed.partition(_SEPARATOR) for gate in gates]
    said = tuple((gate.name, part[0]) for gate, part in zip(gates, parts, strict=True))
    return said, [(place, part[2]) for place, part in enumerate(parts) if part[2]]


def passed_of(gates: Sequence[Gate]) -> int:
    """A bit for each gate that passed; the first gate's is 1."""
    return sum(1 << place for place, gate in enumerate(gates) if gate.passed)


def said_in(text: str) -> Said:
    """Name and condition of each gate of a form."""
    return tuple((name, condition) for name, condition in json.loads(text))


def kept_evaluation(
    row: TraceRow, names: Mapping[int, str], forms: Mapping[int, tuple[Said, str]]
) -> KeptEvaluation:
    """Return what a row says, with the names and forms by number.

    Raises KeyError, ValueError or zlib.error for a row that does not fit them.
    """
    if row.form_id == NO_FORM:
        said, late_ms, age_ms, *facts = json.loads(_inflated(row.facts, ""))
    else:
        said, sample = forms[row.form_id]
        late_ms, age_ms, *facts = json.loads(_inflated(row.facts, sample))
    details = dict(facts[len(said) :])
    return KeptEvaluation(
        strategy=names[row.strategy_id],
        instrument_key=names[row.instrument_id],
        candle_start_ms=row.candle_start_ms,
        score=row.score,
        direction=None if row.direction is None else Direction(row.direction),
        gates=tuple(
            Gate(name, bool(row.passed >> place & 1), facts[place], _needed(condition, details.get(place)))
            for place, (name, condition) in enumerate(said)
        ),
        at_ms=row.candle_start_ms + late_ms,
        data_age_ms=age_ms,
    )


def _deflated(text: str, sample: str) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW_4_KB_WINDOW, _MEMORY, zdict=sample.encode())
    return packer.compress(text.encode()) + packer.flush()


def _inflated(packed: bytes, sample: str) -> str:
    unpacker = zlib.decompressobj(_RAW_4_KB_WINDOW, zdict=sample.encode())
    return (unpacker.decompress(packed) + unpacker.flush()).decode()


def _moments(trace: Trace) -> tuple[int, int | None]:
    age_ms = trace.at_ms - trace.seen_at_ms if trace.seen_at_ms else None
    return trace.at_ms - trace.answer.candle_start_ms, age_ms


def _short(measured: float | str | None) -> float | str | None:
    return float(f"{measured:.7g}") if isinstance(measured, float) else measured


def _needed(condition: str, detail: str | None) -> str:
    return condition if detail is None else f"{condition}{_SEPARATOR}{detail}"


def _json(value: object) -> str:
    """As JSON; whatever else a strategy measures is kept as its text, rather than not at all."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=str)
