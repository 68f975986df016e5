"""A bell that ends a wait early."""

import asyncio


class Wake:
    """Rung whenever something changed that may let the session clock move."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        """Ring."""
        self._event.set()

    async def wait(self, timeout_s: float) -> None:
        """Sleep until it rings, at most for so long; a wait of zero only lets others run."""
        if timeout_s <= 0:
            await asyncio.sleep(0)
            return
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            return
        finally:
            self._event.clear()
