"""What the terminal shows of a sweep."""

from pathlib import Path

from trading_bot.backtest.sweeps.figures import daily_equity_of_fills
from trading_bot.backtest.sweeps.result import SweepResult
from trading_bot.backtest.sweeps.trials import Record
from trading_bot.domain.money import grouped
from trading_bot.report.text_table import aligned
from trading_bot.report.wording import plural
from trading_bot.research.deflated_sharpe import deflated_sharpe, sharpe_sample
from trading_bot.research.ratios import TRADING_DAYS

_FIGURES = ("trades", "net", "fees", "drawdown", "Sharpe")


def console_text(result: SweepResult, record: Record, folder: Path, top: int) -> str:
    """The best sets, how much of that is luck, what the engine had to play, and where everything is."""
    sets, market = plural(len(result.figures), "set"), result.market
    shares = plural(len(market.instruments), "share")
    played = f"{sets} over {plural(market.bars, 'candle')} of {shares} in {result.seconds:.1f} s"
    if result.earlier:
        played += f", {plural(result.earlier, 'set')} of them before it was interrupted"
    lines = [played, "", *_table(result, top), "", *_of_luck(result, record), *_exceptions(result)]
    return "\n".join([*lines, f"report: {folder}"])


def _table(result: SweepResult, top: int) -> list[str]:
    rows: list[tuple[str, ...]] = [("", *result.parameters, *_FIGURES)]
    for rank, number in enumerate(result.ranked[:top], start=1):
        one = result.figures[number]
        rows.append(
            (
                str(rank),
                *map(str, result.plan.sets[number].values()),
                str(one.trades),
                grouped(result.net(number)),
                grouped(one.fees),
                f"{one.drawdown:.4%}",
                "-" if one.sharpe is None else f"{one.sharpe:.2f}",
            )
        )
    return aligned(rows, right=range(len(rows[0])))


def _of_luck(result: SweepResult, record: Record) -> list[str]:
    """What the best of so many trials would show without any edge, and whether this one shows more."""
    trials = record.trials
    earlier = f", {grouped(record.earlier, 0)} of them before" if record.earlier else ""
    tried = plural(trials.count, "trial")
    lines = [f"on record: {tried} of {result.plan.strategy} on these shares{earlier}"]
    if record.unreadable:
        lines[0] += f"; unreadable: {plural(record.unreadable, 'line')}, there may have been more"
    daily = daily_equity_of_fills(list(result.best_fills), result.plan.policy, result.market)
    sample = None if daily.returns is None or len(daily.returns) == 1 else sharpe_sample(daily.returns)
    if sample is None:
        return [*lines, "the best set's equity does not vary from day to day: there is nothing to judge"]
    luck = trials.expected_maximum * TRADING_DAYS**0.5
    likely = f"{deflated_sharpe(sample, trials):.0%} ({plural(len(daily.days), 'day')})"
    if trials.count == 1:
        return [*lines, f"probability that its true Sharpe ratio is above 0: {likely}"]
    return [
        *lines,
        f"the best of so many without an edge is expected to show a Sharpe ratio of {luck:.2f};",
        f"probability that the true one of the best set is above that: {likely}",
    ]


def _exceptions(result: SweepResult) -> list[str]:
    lines = []
    if result.refused.sets:
        refused = plural(result.refused.sets, "combination")
        lines.append(f"left out: {refused} that the strategy refuses: {_one_line(result.refused.why)}")
    lines += [
        f"{plural(number, 'set')} went through the engine: {why}"
        for why, number in result.by_engine.most_common()
    ]
    return lines


def _one_line(text: str) -> str:
    return " ".join(text.split())
