"""Serves the dashboard with made-up, seeded data that moves: to look at the page without a session.

Run: python -m scripts.dashboard_demo [--port 8080] [--seed 1] [--symbols 10]

The tokens are `demo-operator` and `demo-reader`. It trades nothing and writes nothing.
"""

import argparse
import asyncio
import time

from pydantic import SecretStr

from scripts.made_day import HOSTILE, NAMES, MadeDay
from trading_bot.web.access import Access
from trading_bot.web.app import create_app
from trading_bot.web.encoding import StatusEncoder
from trading_bot.web.hub import Hub
from trading_bot.web.lockout import Lockout
from trading_bot.web.panic_codes import PanicCodes
from trading_bot.web.parts import Parts
from trading_bot.web.server import Listener, PublishWorker, WebWorker
from trading_bot.web.settings import WebSettings
from trading_bot.web.stage import Stage
from trading_bot.web.tokens import Tokens


def demo_parts(day: MadeDay, settings: WebSettings) -> Parts:
    """The app's parts around made-up data."""
    stage = Stage("replay")
    stage.show(day)
    tokens = Tokens(operator=SecretStr("demo-operator"), read_only=SecretStr("demo-reader"))
    encoder = StatusEncoder(stage, lambda: asyncio.sleep(0))
    lines = [
        f'{{"level":"info","event":"signal_raised","symbol":"INFY","n":{number}}}' for number in range(300)
    ]
    return Parts(
        settings=settings,
        stage=stage,
        access=Access(tokens, Lockout(time.monotonic, print), time.monotonic, settings.session_hours),
        hub=Hub(encoder.encoded, settings.update_ms / 1_000),
        panic_codes=PanicCodes(time.monotonic),
        log_lines=lambda count: [*lines, f'{{"level":"warning","text":"{HOSTILE}"}}'][-count:],
        wall_ms=lambda: time.time_ns() // 1_000_000,
    )


async def main() -> None:
    """Serve until interrupted."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--port", type=int, default=8080)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--symbols", type=int, default=len(NAMES))
    chosen = arguments.parse_args()
    settings = WebSettings(enabled=True, port=chosen.port)
    day = MadeDay(chosen.seed, chosen.symbols)
    parts = demo_parts(day, settings)
    listener = Listener(settings)
    worker = WebWorker(
        create_app(parts),
        parts.hub,
        listener,
        lambda address: print(f"{address} demo-operator demo-reader", flush=True),
    )
    await asyncio.gather(worker.run(lambda: None), PublishWorker(parts.hub).run(lambda: None), day.run())


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        print("stopped")
