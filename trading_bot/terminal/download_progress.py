"""How far a download is: bars on a terminal, a line for each symbol anywhere else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from trading_bot.adapters.history.download import Outcome, Progress
from trading_bot.domain.money import grouped


class Lines:
    """A line for each symbol."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    def begins(self, symbol: str, pages: int) -> None:
        """Say nothing yet."""

    def advances(self, symbol: str) -> None:
        """Say nothing yet."""

    def ends(self, outcome: Outcome) -> None:
        """Say what became of the symbol."""
        self._write(outcome_line(outcome))


class BarsOfSymbols:
    """A bar for all symbols and one for the calls of the current one; a line for each that is done."""

    def __init__(self, bars: Bars, symbols: int) -> None:
        self._bars = bars
        self._all = bars.add_task("symbols", total=symbols)
        self._one: TaskID | None = None

    def begins(self, symbol: str, pages: int) -> None:
        """Start the symbol's bar."""
        self._one = self._bars.add_task(symbol, total=pages)

    def advances(self, symbol: str) -> None:
        """Move it on."""
        assert self._one is not None, symbol
        self._bars.advance(self._one)

    def ends(self, outcome: Outcome) -> None:
        """Replace it by the symbol's line."""
        if self._one is not None:
            self._bars.remove_task(self._one)
        self._bars.console.print(outcome_line(outcome), highlight=False, markup=False)
        self._bars.advance(self._all)


def outcome_line(outcome: Outcome) -> str:
    """What became of one symbol, in a line."""
    added, changed, _ = outcome.written
    words = (
        [f"{grouped(added, 0)} candles added"]
        if outcome.pages
        else ["nothing new" if outcome.failure else "up to date"]
    )
    if changed:
        words.append(f"{grouped(changed, 0)} changed by the source")
    if outcome.dropped:
        words.append(f"{grouped(outcome.dropped, 0)} rows were no candles")
    if outcome.failure:
        words.append(f"stopped: {outcome.failure}")
    return f"{outcome.symbol}: {', '.join(words)}"


@contextmanager
def download_progress(
    write: Callable[[str], None], symbols: int, *, with_bars: bool, console: Console | None = None
) -> Iterator[Progress]:
    """Show a download while the block lasts."""
    if not with_bars:
        yield Lines(write)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=console, transient=True) as bars:
        yield BarsOfSymbols(bars, symbols)
