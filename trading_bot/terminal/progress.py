"""Progress of work that takes minutes: a bar with rate and time left, or a line now and then."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

_LINES = 10


class _Bar:
    def __init__(self, progress: Progress, total: int, name: str) -> None:
        self._progress = progress
        self._task = progress.add_task(name, total=total, note="", rate="")

    def advance(self, note: str) -> None:
        """One more is done."""
        speed = self._progress.tasks[0].speed
        rate = "" if speed is None else f"{speed:,.1f}/s"
        self._progress.update(self._task, advance=1, note=note, rate=rate)


class _Lines:
    """Where nobody looks at a terminal: ten lines in all."""

    def __init__(self, console: Console, total: int, name: str) -> None:
        self._console, self._total, self._name = console, total, name
        self._done = 0

    def advance(self, note: str) -> None:
        """One more is done."""
        self._done += 1
        if self._done * _LINES // self._total != (self._done - 1) * _LINES // self._total:
            self._console.print(f"{self._name}: {self._done} of {self._total}  {note}", highlight=False)


@contextmanager
def shown_progress(name: str, total: int) -> Iterator[_Bar | _Lines]:
    """Show on standard error how much of `total` is done."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(console, max(total, 1), name)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Bar(progress, total, name)
