"""What the terminal shows of a walk-forward."""

from pathlib import Path

from trading_bot.backtest.sweeps.trials import Record
from trading_bot.backtest.walk_forward.result import WalkForwardResult
from trading_bot.domain.money import grouped
from trading_bot.report.text_table import aligned
from trading_bot.report.wording import plural


def console_text(result: WalkForwardResult, record: Record, folder: Path) -> str:
    """Each window's choice and what it brought, and the record of all tests."""
    net = float(result.record.equity[-1]) - result.record.begin
    windows, candles = plural(len(result.parts), "window"), plural(result.market.bars, "candle")
    days, tried = plural(len(result.record.days), "day"), plural(record.trials.count, "trial")
    lines = [
        f"{windows} over {candles} in {result.seconds:.1f} s",
        "",
        *_table(result),
        "",
        f"out of sample: net {grouped(net)} on {days}, Sharpe ratio {_ratio(result.record.sharpe)}",
        f"on record: {tried} of {result.strategy} on these shares",
        f"report: {folder}",
    ]
    return "\n".join(lines)


def _table(result: WalkForwardResult) -> list[str]:
    names = [axis.name for axis in result.axes]
    rows: list[tuple[str, ...]] = [("test from", "to", *names, "Sharpe then", "Sharpe", "net", "sets")]
    for number, part in enumerate(result.parts):
        first, last = part.window.test_span
        best = part.found.best
        rows.append(
            (
                str(first),
                str(last),
                *map(str, best.values.values()),
                _ratio(best.score),
                _ratio(result.test_sharpe(number)),
                grouped(part.changes.sum() - result.record.switching[number]),
                str(part.found.trials),
            )
        )
    return aligned(rows, right=range(2, len(rows[0])))


def _ratio(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.2f}"
