"""What every worker does when the broker did not answer a read."""

from trading_bot.domain.errors import NotAuthorisedError, ReadFailedError
from trading_bot.engine.engine import Engine
from trading_bot.engine.inputs import ReadFailed


async def tell_failed_read(engine: Engine, what: str, error: ReadFailedError) -> None:
    """Tell the engine that a read failed.

    Raises NotAuthorisedError again: until there is a new login the worker is started anew only slowly.
    """
    needs_login = isinstance(error, NotAuthorisedError)
    await engine.handle(ReadFailed(at_ms=0, what=what, detail=str(error), needs_login=needs_login))
    if needs_login:
        raise error
