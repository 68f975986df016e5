"""How the gates of a strategy went: how often each passed, was skipped, or alone stood in the way."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from trading_bot.domain.trace import GateCount

_SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFigures:
    """One gate over all evaluations that had it."""

    name: str
    evaluated: int
    passed: int
    """Those that it let pass, skipped ones included."""
    skipped: int
    """Those in which it could not be judged and let pass, for example without a quote."""
    binding: int
    """Those in which it alone failed: all other gates had passed."""

    @property
    def pass_rate(self) -> float | None:
        """Share of evaluations that it let pass."""
        return self.passed / self.evaluated if self.evaluated else None

    @property
    def binding_rate(self) -> float | None:
        """Share of evaluations in which it alone failed."""
        return self.binding / self.evaluated if self.evaluated else None


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyGates:
    """All gates of a strategy, in its order."""

    strategy: str
    evaluations: int
    signals: int
    gates: tuple[GateFigures, ...]


def gates_of(counts: Iterable[GateCount]) -> tuple[StrategyGates, ...]:
    """Add up, by strategy."""
    tallies: dict[str, _Tally] = {}
    for count in counts:
        tallies.setdefault(count.strategy, _Tally()).add(count)
    return tuple(tally.figures(strategy) for strategy, tally in sorted(tallies.items()))


def gates_document(gates: StrategyGates) -> dict[str, Any]:
    """The gates of a strategy as plain values."""
    return {
        "strategy": gates.strategy,
        "evaluations": gates.evaluations,
        "signals": gates.signals,
        "gates": [
            {
                "name": gate.name,
                "evaluated": gate.evaluated,
                "passed": gate.passed,
                "skipped": gate.skipped,
                "binding": gate.binding,
                "pass_rate": gate.pass_rate,
                "binding_rate": gate.binding_rate,
            }
            for gate in gates.gates
        ],
    }


def binding_place(passed: int, gates: int) -> int | None:
    """The place of the gate that alone failed; None where none or several did."""
    failed = ~passed & ((1 << gates) - 1)
    if failed == 0 or failed & (failed - 1):
        return None
    return failed.bit_length() - 1


class _Tally:
    def __init__(self) -> None:
        self._evaluations = 0
        self._signals = 0
        self._gates: dict[str, list[int]] = {}

    def add(self, count: GateCount) -> None:
        self._evaluations += count.evaluations
        self._signals += count.signals
        binding = binding_place(count.passed, len(count.gates))
        for place, (name, condition) in enumerate(count.gates):
            went = (1, count.passed >> place & 1, condition.startswith(_SKIPPED), place == binding)
            tally = self._gates.setdefault(name, [0, 0, 0, 0])
            for column, is_so in enumerate(went):
                tally[column] += count.evaluations * is_so

    def figures(self, strategy: str) -> StrategyGates:
        return StrategyGates(
            strategy=strategy,
            evaluations=self._evaluations,
            signals=self._signals,
            gates=tuple(
                GateFigures(name=name, evaluated=evaluated, passed=passed, skipped=skipped, binding=binding)
                for name, (evaluated, passed, skipped, binding) in self._gates.items()
            ),
        )
