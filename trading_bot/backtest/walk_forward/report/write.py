"""The files of a walk-forward."""

import csv
import json
from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path

from trading_bot.backtest.walk_forward.report.plot import stability_png
from trading_bot.backtest.walk_forward.result import WalkForwardResult
from trading_bot.backtest.walk_forward.windows import Folds, Lengths

_COLUMNS = ("train_first", "train_last", "train_days", "test_first", "test_last")
_FIGURES = ("train_sharpe", "test_sharpe", "test_net", "switching", "sets_tried")


def write_walk_forward(result: WalkForwardResult, reports: Path, name: str) -> Path:
    """Write the report into a folder of its own and return the folder."""
    folder = reports / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "windows.csv").write_text(_csv(_windows(result)), encoding="utf-8")
    (folder / "equity.csv").write_text(_csv(_equity(result)), encoding="utf-8")
    (folder / "walkforward.json").write_text(json.dumps(_summary(result), indent=2) + "\n", encoding="utf-8")
    (folder / "walkforward.png").write_bytes(stability_png(result))
    return folder


def _csv(rows: Iterable[Sequence[object]]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _windows(result: WalkForwardResult) -> Iterable[Sequence[object]]:
    yield (*_COLUMNS, *(axis.name for axis in result.axes), *_FIGURES)
    for number, part in enumerate(result.parts):
        best = part.found.best
        ratios = (best.score, result.test_sharpe(number))
        cost = result.record.switching[number]
        yield (
            *part.window.train_span,
            len(part.window.train_days),
            *part.window.test_span,
            *best.values.values(),
            *("" if ratio is None else repr(ratio) for ratio in ratios),
            f"{part.changes.sum() - cost:.6f}",
            f"{cost:.6f}",
            part.found.trials,
        )


def _equity(result: WalkForwardResult) -> Iterable[Sequence[object]]:
    """The stitched record: rupees at the end of each day of a test."""
    yield ("day", "equity")
    for day, equity in zip(result.record.dates, result.record.equity.tolist(), strict=True):
        yield day, f"{equity:.6f}"


def _summary(result: WalkForwardResult) -> dict[str, object]:
    policy = result.policy
    return {
        "data": result.data,
        "data_hash": result.market.digest,
        "symbols": [one.symbol for one in result.market.instruments],
        "candles": result.market.bars,
        "strategy": result.strategy,
        "axes": {axis.name: axis.values for axis in result.axes},
        "policy": {
            "name": "next open",
            "cash": str(policy.cash),
            "fee": str(policy.fee),
            "quantity": policy.quantity,
        },
        **_scheme(result.lengths),
        "sampler": result.sampler.value,
        "pruner": result.pruner.value,
        "seed": result.seed,
        "windows": len(result.parts),
        "sharpe": result.record.sharpe,
        "net": round(float(result.record.equity[-1]) - result.record.begin, 6),
        "seconds": round(result.seconds, 3),
    }


def _scheme(lengths: Lengths | Folds) -> dict[str, object]:
    if isinstance(lengths, Folds):
        named = {"folds": lengths.parts, "gap_days": lengths.gap, "embargo": lengths.embargo}
        return {"scheme": "purged", **named}
    return {
        "scheme": "forward",
        "train_days": lengths.train,
        "test_days": lengths.test,
        "gap_days": lengths.gap,
        "anchored": lengths.anchored,
    }
