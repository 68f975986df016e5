"""What a channel does with a letter: it is taken, or it is not and somebody says why."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, TypeVar

from trading_bot.adapters.alerts.held import Letter
from trading_bot.domain.errors import TradingBotError

T = TypeVar("T")


class NotTakenError(TradingBotError):
    """A channel did not take a letter; nobody knows whether it did where the call hangs."""

    def __init__(
        self,
        why: str,
        *,
        retry_after_s: float | None = None,
        is_final: bool = False,
        is_about_text: bool = False,
    ) -> None:
        super().__init__(why)
        self.retry_after_s = retry_after_s
        """How long the receiver asks to be left alone."""
        self.is_final = is_final
        """Whether no letter will be taken before a person mends something: a wrong address or password."""
        self.is_about_text = is_about_text
        """Whether the receiver may object to this letter alone."""


class Sender(Protocol):
    """Carries letters to one receiver."""

    async def send(self, letter: Letter) -> None:
        """Return once the receiver has it. Raises NotTakenError."""
        ...

    def send_blocking(self, letter: Letter) -> None:
        """The same for a thread of one's own. Raises NotTakenError."""
        ...


async def in_a_thread(work: Callable[[], T], limit_s: float) -> T:
    """Run a blocking call beside the loop; a thread that hangs does not keep the process alive.

    Raises what the call raises, TimeoutError after the limit: the thread is left to its own time-outs.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def finish(result: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]  # the call has returned: it is a T

    def run() -> None:
        result, failure = None, None
        try:
            result = work()
        except Exception as error:  # noqa: BLE001  # it is raised where it is awaited
            failure = error
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(finish, result, failure)

    threading.Thread(target=run, name="alert", daemon=True).start()
    async with asyncio.timeout(limit_s):
        return await done
