"""What a command waits for, shown on a terminal while it lasts and nowhere else."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.status import Status

_NAMES_SHOWN = 5


class Waiting:
    """Names what is still awaited."""

    def __init__(self, what: str, status: Status | None) -> None:
        self._what = what
        self._status = status

    def waits_for(self, names: Sequence[str]) -> None:
        """Show these."""
        if self._status is None:
            return
        more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
        self._status.update(escape(f"{self._what}: {', '.join(names[:_NAMES_SHOWN])}{more}"))


@contextmanager
def shown_waiting(what: str, console: Console | None = None) -> Iterator[Waiting]:
    """Show on standard error what is waited for while the block lasts, where that is a terminal."""
    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield Waiting(what, None)
        return
    with console.status(escape(what)) as status:
        yield Waiting(what, status)
