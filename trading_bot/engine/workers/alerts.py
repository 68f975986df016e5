"""Messages for a person out. Nothing here may hold up or stop trading."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from trading_bot.engine.engine import Engine
from trading_bot.engine.ports import Notifier

log = structlog.get_logger()

_PATIENCE_S = 10


@dataclass(frozen=True, slots=True)
class AlertWorker:
    """Logs every alert at its own level and tells the notifier."""

    engine: Engine
    notifier: Notifier
    name: str = "alerts"

    async def run(self, beat: Callable[[], None]) -> None:
        """Tell until cancelled."""
        outbox = self.engine.outbox
        while True:
            await outbox.alerts_waiting.wait()
            beat()
            alert = outbox.next_alert()
            if alert is None:
                continue
            log.log(
                logging.getLevelNamesMapping()[alert.level.upper()], "alert", kind=alert.kind, text=alert.text
            )
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    await self.notifier.notify(alert)
            except Exception:
                # Sanctioned: a broken channel must not stop trading. The alert itself is in the log above.
                log.exception("alert_not_delivered", text=alert.text)
            await asyncio.sleep(0)  # a flood of messages holds up no tick
