"""Shows snapshots while the daemon runs: the screen on a terminal, a line now and then anywhere else."""

from collections.abc import Callable
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.live import Live

from trading_bot.engine.snapshot import Snapshot
from trading_bot.terminal.line import render_line
from trading_bot.terminal.screen import render


class ScreenView:
    """Redraws one screen in place; leaves the last one standing when it ends."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, auto_refresh=False, screen=False, transient=False)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, snapshot: Snapshot) -> None:
        """Draw the snapshot now."""
        self._live.update(render(snapshot), refresh=True)


class LineView:
    """Writes a plain line whenever enough wall time has passed since the last one."""

    def __init__(self, out: TextIO, *, every_s: float, wall_s: Callable[[], float]) -> None:
        self._out = out
        self._every_s = every_s
        self._wall_s = wall_s
        self._next_s = float("-inf")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._out.flush()

    def show(self, snapshot: Snapshot) -> None:
        """Write the line if it is time."""
        if self._wall_s() < self._next_s:
            return
        self._next_s = self._wall_s() + self._every_s
        self._out.write(render_line(snapshot) + "\n")
        self._out.flush()


class QuietView:
    """Shows nothing: the logs and the report tell."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return

    def show(self, snapshot: Snapshot) -> None:
        """Do nothing."""


AnyView = ScreenView | LineView | QuietView
