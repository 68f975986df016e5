"""An event loop in which time jumps: whenever nothing is ready, it is at once the moment of the next timer.

A session of six hours runs in seconds and in the same order each time. Nothing in it may wait for the
outside: no sockets, no threads.
"""

import asyncio
import selectors
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

Result = TypeVar("Result")


class _NothingToSelect(selectors.BaseSelector):
    """Accepts the loop's own wake-up socket and never waits."""

    def __init__(self) -> None:
        self._keys: dict[Any, selectors.SelectorKey] = {}
        self.waited_s = 0.0

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Remember a file that nobody will ever wait for."""
        key = selectors.SelectorKey(
            fileobj, fileobj if isinstance(fileobj, int) else fileobj.fileno(), events, data
        )
        self._keys[fileobj] = key
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """Forget a file."""
        return self._keys.pop(fileobj)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Instead of waiting, let that much time have passed."""
        if timeout is None:
            raise RuntimeError("virtual time stands still: everything waits for something that never comes")
        self.waited_s += max(0.0, timeout)
        return []

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        """The remembered files."""
        return self._keys


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """A loop whose clock is moved by its own timers."""

    def __init__(self) -> None:
        self._virtual_selector = _NothingToSelect()
        super().__init__(self._virtual_selector)

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._virtual_selector.waited_s


def run_virtually(main: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)
