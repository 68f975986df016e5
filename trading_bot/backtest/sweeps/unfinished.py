"""What a sweep has played so far, kept until it is over: an interrupted one goes on from there."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import numpy as np

from trading_bot.backtest.sweeps.figures import Figures

_MONEY = ("flow", "fees", "equity")
_PLAIN = ("trades", "held", "drawdown", "sharpe", "path")
_STORED = "<f4"


@dataclass(frozen=True, slots=True)
class Unfinished:
    """One file for each question: the same sets, policy, candles and code."""

    path: Path

    def figures(self) -> dict[int, Figures]:
        """What is known, by the number of the set; one whose line was cut off is played anew."""
        if not self.path.exists():
            return {}
        with self.path.open(encoding="utf-8", errors="replace") as file:
            return dict(found for line in file if (found := _read(line)) is not None)

    def keep(self, played: Iterable[tuple[int, Figures]]) -> None:
        """Add sets with their numbers."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write("".join(f"{json.dumps(_line(number, figures))}\n" for number, figures in played))

    def forget(self) -> None:
        """The sweep is over, or begins anew."""
        self.path.unlink(missing_ok=True)


def _line(number: int, figures: Figures) -> dict[str, Any]:
    """Everything to the last digit."""
    returns = figures.returns
    return (
        {"number": number}
        | {name: getattr(figures, name) for name in _PLAIN}
        | {name: str(getattr(figures, name)) for name in _MONEY}
        | {"returns": None if returns is None else b64encode(returns.astype(_STORED).tobytes()).decode()}
    )


def _read(line: str) -> tuple[int, Figures] | None:
    try:
        found = json.loads(line)
        values: dict[str, Any] = {name: found[name] for name in _PLAIN}
        values |= {name: Decimal(found[name]) for name in _MONEY}
        if (returns := found["returns"]) is not None:
            values["returns"] = np.frombuffer(b64decode(returns), dtype=_STORED).astype(np.float32)
        return found["number"], Figures(**values)
    except (ValueError, KeyError, TypeError, InvalidOperation):
        return None
