"""Channels of alerts for tests: receivers that remember, refuse or hang, and desks in virtual time."""

import asyncio
from dataclasses import dataclass, field

from trading_bot.adapters.alerts.desk import AlertDesk, Channel
from trading_bot.adapters.alerts.held import Held, Letter, Rate
from trading_bot.adapters.alerts.sending import NotTakenError
from trading_bot.adapters.alerts.settings import AlertLevel, AlertSettings
from trading_bot.adapters.clocks import LoopClock

START_MS = 1_795_060_800_000


@dataclass
class FakeSender:
    """Takes letters after as long as it is told, or fails as it is told; remembers when it was asked."""

    letters: list[Letter] = field(default_factory=list)
    asked_at_s: list[float] = field(default_factory=list)
    failures: list[NotTakenError] = field(default_factory=list)
    is_dead: bool = False
    hangs: bool = False
    takes_s: float = 0.1

    @property
    def texts(self) -> list[str]:
        return [letter.text for letter in self.letters]

    async def send(self, letter: Letter) -> None:
        self.asked_at_s.append(asyncio.get_running_loop().time())
        if self.hangs:
            await asyncio.Event().wait()
        await asyncio.sleep(self.takes_s)
        if self.failures:
            raise self.failures.pop(0)
        if self.is_dead:
            raise NotTakenError("connection refused")
        self.letters.append(letter)

    def send_blocking(self, letter: Letter) -> None:
        self.letters.append(letter)


def desk_with(
    *senders: FakeSender, burst: int = 4, level: AlertLevel = AlertLevel.INFO, **settings
) -> AlertDesk:
    """A desk of channels named a, b, …; to be made inside a loop, whose time is the channels'."""
    alerts = AlertSettings(**settings)
    clock = LoopClock(START_MS)
    desk = AlertDesk(channels=[], drain_s=alerts.drain_s)
    desk.channels = [
        Channel(
            name=name,
            level=level,
            sender=sender,
            held=Held(Rate(burst=burst, refill_ms=6_000), alerts.repeat_window_s * 1_000),
            clock=clock,
            settings=alerts,
            tell_others=desk.tell_others(name),
        )
        for name, sender in zip("abc", senders, strict=False)
    ]
    return desk
