"""A comparison as a few lines for the terminal."""

from pathlib import Path

from trading_bot.backtest.parity.played import PlayedDay, time_text
from trading_bot.backtest.parity.result import ParityResult, figures_of
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.report.text_table import aligned
from trading_bot.report.wording import signed_money

_MOST_LINES = 8
_WIDTH = 150
_HEADINGS = ("", "SIGNALS", "DENIED", "ORDERS", "FILLS", "TRADES", "GROSS", "NET")


def console_text(result: ParityResult, folder: Path) -> str:
    """Return at most 24 lines."""
    lines = [f"parity of {result.on}: {result.source}"]
    if result.comparison is not None:
        table = [_HEADINGS, *(_row(side) for side in result.sides)]
        lines += aligned(table, right=range(1, len(_HEADINGS)))
        lines += _compared(result)
    lines += [f"  inputs: {check.text}" for check in result.inputs[:4]]
    lines.append(f"  {result.verdict}")
    return "\n".join([*lines, f"report: {folder / 'parity.html'}"])


def _row(side: PlayedDay) -> tuple[str, ...]:
    figures = figures_of(side)
    numbers = (figures.signals, figures.denials, figures.orders, figures.fills, figures.trades)
    return (figures.name, *map(str, numbers), signed_money(figures.gross), signed_money(figures.net))


def _compared(result: ParityResult) -> list[str]:
    comparison = result.comparison
    assert comparison is not None
    signals = max(len(comparison.one.signals), len(comparison.other.signals))
    lines = [f"  signals: {comparison.signals_alike} of {signals} identical"]
    if result.candles is not None:
        among = len(result.candles.signals)
        lines[-1] += f"; {result.candle_signals_alike} of the {among} at candle fidelity"
    causes = ", ".join(f"{number} {cause}" for cause, number in sorted(comparison.causes.items()))
    lines.append(f"  differences: {causes or 'none'}")
    # what is not explained comes first
    shown = sorted(comparison.differences, key=lambda found: found.cause.is_explained)
    for found in shown[:_MOST_LINES]:
        at, symbol = time_text(found.at_ms, MS_PER_SECOND), result.symbol_of(found.instrument_key)
        lines.append(_cut(f"    {at} {symbol} {found.what}, {found.cause}: {found.text}"))
    if len(shown) > _MOST_LINES:
        lines.append(f"    and {len(shown) - _MOST_LINES} more in the report")
    return lines


def _cut(line: str) -> str:
    return line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"
