"""Why even a result without problems may say little: few trades, few days, holes and splits in the data."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from trading_bot.backtest.report.figures import Figures
from trading_bot.report.wording import plural
from trading_bot.research.arrays import Ints

GAP_DAYS = 10
"""Calendar days without data that no holidays explain."""
_FEW_DAYS, _FEW_TRADES = 60, 30
_JUMP = 1 / 3
_LISTED = 3


def cautions_of(figures: Figures) -> tuple[str, ...]:
    """What to keep in mind of a result, most important first; empty when there is nothing."""
    return (*_ruin(figures), *_few(figures), *_open(figures), *_data(figures))


def _ruin(figures: Figures) -> Iterator[str]:
    if (figures.result.equity <= 0).any():
        yield "Equity fell to zero or below: the account would have ended there; what follows is not real."


def _few(figures: Figures) -> Iterator[str]:
    days, closed = len(figures.result.days), figures.together.closed.trades
    if not figures.result.trades:
        yield "Nothing was traded: there is nothing to judge."
    elif closed < _FEW_TRADES:
        yield f"Only {plural(closed, 'closed trade')}: too few to tell skill from luck."
    if days < _FEW_DAYS:
        yield f"Only {plural(days, 'day')}: figures for a year are stretched from that."


def _open(figures: Figures) -> Iterator[str]:
    held = figures.together.open_trades
    if held:
        yield f"Still open: {plural(held, 'trade')}, valued at the last price, not in the ratios of trades."


def _data(figures: Figures) -> Iterator[str]:
    result = figures.result
    if result.left_out:
        yield f"Left out, though the data has them: {'; '.join(map(str, result.left_out))}."
    yield from result.of_data
    gaps = [f"{left} and {right}" for left, right in pairwise(result.days) if (right - left).days > GAP_DAYS]
    if gaps:
        yield f"There is no data between {_listed(gaps)}."
    jumping = [symbol for symbol, (_, closes) in result.closes.items() if _jumps(closes)]
    if jumping:
        yield (
            f"From one daily close to the next the price moves by a third or more: {_listed(jumping)}. "
            "If that is a split, buying and holding is wrong by it, and indicators were misled."
        )


def _jumps(closes: Ints) -> bool:
    growth = closes[1:] / closes[:-1]
    return bool((abs(growth - 1) > _JUMP).any())


def _listed(texts: Sequence[str]) -> str:
    return f"{', '.join(texts[:_LISTED])}{' and more' if texts[_LISTED:] else ''}"
