"""What a worker is: a named coroutine that the supervisor keeps alive."""

from collections.abc import Callable
from typing import Protocol


class Worker(Protocol):
    """Turns the outside into inputs, or commands into deeds. Restarted when it fails."""

    @property
    def name(self) -> str:
        """Unique, in plain words."""
        ...

    async def run(self, beat: Callable[[], None]) -> None:
        """Work until cancelled; call `beat` in every round. Returning means that its work is done."""
        ...
