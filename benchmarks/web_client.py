"""Pages and scrapers of a dashboard, in a process of their own: two streams, /metrics, and the API in turn.

Run: python benchmarks/web_client.py ADDRESS TOKEN

Runs until it is ended; prints a line once its streams are open.
"""

import asyncio
import itertools
import sys

import aiohttp

LISTENERS = 2
PATHS = (
    "strategies",
    "orders",
    "trades",
    "signals?limit=50",
    "performance",
    "candles?symbol=SHARE0001",
    "positions",
    "logs?lines=100",
)
METRICS_EVERY_S = 2.0
API_EVERY_S = 0.5


async def main() -> None:
    """Read and ask."""
    address, token = sys.argv[1:]
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as client:
        opened = asyncio.Event()
        await asyncio.gather(
            *(_listen(client, f"{address}api/v1/events", opened) for _ in range(LISTENERS)),
            _ask(client, [f"{address}metrics"], METRICS_EVERY_S),
            _ask(client, [f"{address}api/v1/{path}" for path in PATHS], API_EVERY_S),
            _tell(opened),
        )


async def _tell(opened: asyncio.Event) -> None:
    await opened.wait()
    print("listening", flush=True)


async def _listen(client: aiohttp.ClientSession, url: str, opened: asyncio.Event) -> None:
    async with client.get(url) as answer:
        async for _ in answer.content.iter_any():
            opened.set()


async def _ask(client: aiohttp.ClientSession, urls: list[str], every_s: float) -> None:
    for url in itertools.cycle(urls):
        async with client.get(url) as answer:
            await answer.read()
            assert answer.status == 200, (url, answer.status)
        await asyncio.sleep(every_s)


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except (KeyboardInterrupt, aiohttp.ClientError):
        sys.exit(0)
