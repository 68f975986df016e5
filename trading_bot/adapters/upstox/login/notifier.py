"""The app's notifier address: the broker posts the token of an approval here, unsigned.

Nothing that arrives is believed here: whoever is given the body has to check it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from trading_bot.adapters.upstox.login.notices import Taken

_BODY_BYTES_MAX = 16_384
_BODY_S = 5.0
_SHUTDOWN_S = 1.0


@asynccontextmanager
async def notifier(host: str, port: int, path: str, take: Callable[[bytes], Taken]) -> AsyncIterator[int]:
    """Listen for notices while the block lasts; yields the port. Raises OSError when it cannot be opened."""

    async def handle(request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(_BODY_S):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=408)
        taken = take(body)
        return web.json_response({"taken": taken is Taken.YES}, status=taken.value)

    app = web.Application(client_max_size=_BODY_BYTES_MAX)
    app.router.add_post(path, handle)
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=_SHUTDOWN_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
