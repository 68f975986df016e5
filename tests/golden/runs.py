"""The runs whose numbers are pinned, and the numbers of each as text, by name.

Money is exact; ratios have ten significant digits, so that another compiler or processor is no drift.
"""

import csv
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np

from tests.fakes.up_and_down import up_and_down
from trading_bot.cli import main
from trading_bot.report.text_table import aligned
from trading_bot.research.trades import ClosedTrades, trade_figures

PINNED = Path(__file__).parent / "pinned"
TEN = "RELIANCE,SBIN,TATASTEEL,INFY,ICICIBANK,MARUTI,AXISBANK,LUPIN,ITC,VEDL"
_FEE = Decimal("0.0003")
_SHOWN = (
    *("first_day", "last_day", "days", "bars", "signals", "trades", "open_trades"),
    *("gross_pnl", "charges_total", "net_pnl", "total_return", "sharpe", "sortino"),
    *("win_rate", "profit_factor", "expectancy", "average_duration_s", "exposure", "turnover"),
)
_OF_A_TRADE = (
    *("symbol", "direction", "quantity", "entry_at", "entry_price", "exit_at", "exit_price", "exit_reason"),
    *("gross_pnl", "charges", "net_pnl"),
)


@dataclass(frozen=True, kw_only=True)
class Golden:
    """One run: a command of the program on a folder of prices."""

    name: str
    data: str
    """A folder of the market data beside the project; empty for prices that are made up here."""
    words: tuple[str, ...]

    @property
    def pinned(self) -> dict[str, str]:
        """What it came to when it was pinned."""
        found: dict[str, str] = json.loads((PINNED / f"{self.name}.json").read_text())
        return found

    def pin(self, figures: Mapping[str, str]) -> None:
        """Pin other numbers."""
        PINNED.mkdir(exist_ok=True)
        (PINNED / f"{self.name}.json").write_text(json.dumps(dict(figures), indent=2) + "\n")

    def figures(self, shared: Path, scratch: Path) -> dict[str, str]:
        """Run it in a folder of its own, and read what a trader would."""
        data = shared / self.data if self.data else up_and_down(scratch / "prices")
        with chdir(scratch), _quietly():
            code = main([self.words[0], "--data", str(data), *self.words[1:]])
        if code:
            raise RuntimeError(f"{self.name}: exit code {code}")
        (report,) = (scratch / "data" / "reports").glob(f"{self.words[0]}-*")
        return dict(_of_sweep(report) if self.words[0] == "sweep" else _of_backtest(report))


RUNS = (
    Golden(
        name="candles",
        data="nse_1min/2016_kite",
        words=("backtest", "--symbols", TEN, "--to", "2016-09-09", "--quick"),
    ),
    Golden(
        name="ticks",
        data="ticks/2021",
        words=(
            *("backtest", "--fidelity", "tick", "--symbols", "TCS,RELIANCE"),
            *("--from", "2021-04-20", "--to", "2021-04-26", "--quick"),
        ),
    ),
    Golden(
        name="next-open",
        data="nse_1min/2016_kite",
        words=(
            *("sweep", "--strategy", "ema_cross", "--symbols", "RELIANCE,SBIN,INFY", "--to", "2016-09-09"),
            *("--set", "fast=20", "--set", "slow=50", "--jobs", "1"),
        ),
    ),
    Golden(name="made-up", data="", words=("backtest", "--quick")),
)


@contextmanager
def _quietly() -> Iterator[None]:
    """Without log lines."""
    before = os.environ.get("LOG_LEVEL")
    os.environ["LOG_LEVEL"] = "error"
    try:
        yield
    finally:
        del os.environ["LOG_LEVEL"]
        os.environ.update({} if before is None else {"LOG_LEVEL": before})


def side_by_side(name: str, pinned: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Every number that moved, old beside new, and what to do; empty when none did."""
    names = [*pinned, *(one for one in now if one not in pinned)]
    moved = [one for one in names if pinned.get(one) != now.get(one)]
    if not moved:
        return ""
    rows = [("", "pinned", "now"), *((one, pinned.get(one, "-"), now.get(one, "-")) for one in moved)]
    return "\n".join(
        [
            f"golden run {name}: {len(moved)} of {len(names)} numbers moved",
            *aligned(rows),
            "not meant: the program drifted; `git bisect run .venv/bin/python -m pytest -q tests/golden`",
            "  finds the commit.",
            f"meant: `make golden` pins the new ones in tests/golden/pinned/{name}.json; say in the commit",
            "  which moved and why.",
        ]
    )


# --- what a trader reads --------------------------------------------------------------------------------


def _of_backtest(report: Path) -> Iterator[tuple[str, str]]:
    summary = json.loads((report / "summary.json").read_text())
    trades = list(csv.DictReader((report / "trades.csv").read_text().splitlines()))
    for name in _SHOWN:
        yield name, _text(summary[name])
    yield "denials", _text(sum(summary["denials"].values()))
    for kind, amount in sorted(summary["charges"].items()):
        yield f"charges: {kind}", amount
    deepest = summary["max_drawdown"] or {}
    yield "max drawdown", _text(deepest.get("depth"))
    yield "max drawdown in rupees", _text(deepest.get("amount"))
    yield "holding", _text((summary["buy_and_hold"] or {}).get("total_return"))
    yield "problems", _text(len(summary["problems"]))
    yield from _ends([" ".join(trade[column] for column in _OF_A_TRADE) for trade in trades])


def _of_sweep(report: Path) -> Iterator[tuple[str, str]]:
    """The example strategy under the policies that it declares: next open, stops at closes, a flat fee."""
    (row,) = csv.DictReader((report / "sweep.csv").read_text().splitlines())
    fills = list(csv.DictReader((report / "fills.csv").read_text().splitlines()))
    closed = _round_trips(fills)
    told = trade_figures(closed)
    traded = float(closed.traded.sum())
    yield "trades", row["trades"]
    yield "held", row["held"]
    yield "gross", _text(Decimal(row["flow"]) + Decimal(row["fees"]))
    yield "fees", row["fees"]
    yield "net", row["net"]
    yield "equity", row["equity"]
    yield "max drawdown", _text(float(row["drawdown"]))
    yield "Sharpe", _text(float(row["sharpe"]))
    yield "win rate", _text(told.win_rate)
    yield "profit factor", _text(told.profit_factor)
    yield "turnover in rupees", _text(traded)
    yield from _ends([" ".join(fill.values()) for fill in fills])


def _round_trips(fills: Sequence[Mapping[str, str]]) -> ClosedTrades:
    """An entry and the exit after it, share by share; what is still held is left out."""
    pairs, entry = [], None
    for fill in fills:
        if fill["side"] == "BUY":
            entry = fill
        elif entry is not None and entry["symbol"] == fill["symbol"]:
            pairs.append((entry, fill))
            entry = None
    sums = [_money(*pair) for pair in pairs]
    return ClosedTrades(
        entered_ms=np.zeros(len(pairs), dtype=np.int64),
        exited_ms=np.zeros(len(pairs), dtype=np.int64),
        net=np.array([net for net, _ in sums]),
        traded=np.array([traded for _, traded in sums]),
    )


def _money(entry: Mapping[str, str], exit_: Mapping[str, str]) -> tuple[float, float]:
    """Net and traded rupees of a round trip."""
    bought, sold = (Decimal(one["price"]) * int(one["units"]) for one in (entry, exit_))
    return float(sold - bought - _FEE * (sold + bought)), float(sold + bought)


def _ends(rows: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The first and the last of them to be read, and a digest of all."""
    yield "first", rows[0] if rows else ""
    yield "last", rows[-1] if rows else ""
    yield "digest of all", hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16]


def _text(value: object) -> str:
    return f"{value:.10g}" if isinstance(value, float) else f"{value}"
