"""Alerts leave the house: the channels of the settings, for as long as a process runs.

Whatever is pinned to the notice board is told. What only a channel needs is imported when there is one.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from secrets import randbelow
from typing import TYPE_CHECKING

import structlog

from trading_bot.adapters.alerts.addresses import scheme_of, telegram_of
from trading_bot.adapters.alerts.discretion import DiscreetAnswers, DiscreetSender
from trading_bot.adapters.alerts.held import Held, Letter, Rate
from trading_bot.adapters.alerts.settings import AlertLevel, AlertSettings, ChannelSettings
from trading_bot.adapters.clocks import SystemClock
from trading_bot.bootstrap.reception import Reception
from trading_bot.domain.errors import SettingsError, UserFacingError
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.observe import NoticeBoard
from trading_bot.engine.ports import Clock
from trading_bot.engine.supervisor import Supervisor
from trading_bot.engine.workers.worker import Worker
from trading_bot.settings.tree import Settings

if TYPE_CHECKING:
    from trading_bot.adapters.alerts.desk import AlertDesk
    from trading_bot.adapters.alerts.sending import Sender

log = structlog.get_logger()

TITLE = "trading-bot"
_CODE_DIGITS = 6
_STUCK_S = 30.0


def channel_name(number: int, channel: ChannelSettings) -> str:
    """How a channel is called where its address must not be shown."""
    assert channel.url is not None
    return f"alerts {number} ({scheme_of(channel.url.get_secret_value()) or 'no scheme'})"


def sender_of(number: int, channel: ChannelSettings, settings: AlertSettings, *, title: str) -> "Sender":
    """What carries messages to a channel. Raises SettingsError for an address that is not understood."""
    try:
        from trading_bot.adapters.alerts.apprise_sender import (  # noqa: PLC0415  # only where there is a channel
            apprise_sender,
        )
    except ImportError as error:
        raise SettingsError(f"alerts need the package {error.name}: run `make setup`") from error
    assert channel.url is not None
    address = channel.url.get_secret_value()
    sender = apprise_sender(address, settings, name=f"ALERT_URL_{number}", title=title)
    return sender if settings.amounts else DiscreetSender(sender)


def desk_of(settings: AlertSettings, board: NoticeBoard, clock: Clock, *, title: str) -> "AlertDesk | None":
    """The desk with every channel that has an address; None where there is none.

    Raises SettingsError for an address that is not understood.
    """
    if not settings.channels:
        return None
    from trading_bot.adapters.alerts.desk import AlertDesk, Channel  # noqa: PLC0415  # only where there is a channel

    desk = AlertDesk(channels=[], drain_s=settings.drain_s)

    def telling(name: str) -> Callable[[AlertLevel, AlertKind, str], None]:
        to_others = desk.tell_others(name)

        def tell(level: AlertLevel, kind: AlertKind, text: str) -> None:
            board.pin(clock.now_ms(), level, text)
            to_others(level, kind, text)

        return tell

    desk.channels = [
        Channel(
            name=channel_name(number, channel),
            level=channel.level,
            sender=sender_of(number, channel, settings, title=title),
            held=Held(
                Rate(burst=channel.burst, refill_ms=round(channel.refill_s * MS_PER_SECOND)),
                window_ms=settings.repeat_window_s * MS_PER_SECOND,
            ),
            clock=clock,
            settings=settings,
            tell_others=telling(channel_name(number, channel)),
        )
        for number, channel in settings.channels.items()
    ]
    return desk


def telegram_chat(settings: AlertSettings) -> tuple[str, int] | None:
    """Token and chat that may ask and order; None where nobody may.

    Raises SettingsError where it is switched on and there is no chat of one person: in a group anybody could.
    """
    if not settings.telegram_commands:
        return None
    addresses = [one.url.get_secret_value() for one in settings.channels.values() if one.url is not None]
    found = next((pair for address in addresses if (pair := telegram_of(address)) is not None), None)
    if found is None or not found[1].isdecimal():
        raise SettingsError(
            "alerts.telegram_commands needs a channel tgram://BOT_TOKEN/CHAT_ID with one private chat, whose "
            "id is a number above 0: in a group anybody could order"
        )
    return found[0], int(found[1])


def telegram_worker(
    settings: Settings, reception: Reception, clock: Clock, tell: Callable[[str, AlertKind, str], None]
) -> tuple[Worker, ...]:
    """What listens to Telegram, where it is switched on. Raises SettingsError."""
    chat = telegram_chat(settings.alerts)
    if chat is None:
        return ()
    from trading_bot.adapters.alerts.telegram import (  # noqa: PLC0415  # brings aiohttp
        Numbers,
        PanicCode,
        TelegramWorker,
    )
    from trading_bot.adapters.alerts.telegram_api import TelegramApi  # noqa: PLC0415  # as above

    token, chat_id = chat
    kept = settings.run.data_dir / f"telegram-{token.partition(':')[0]}.txt"
    worker = TelegramWorker(
        api=TelegramApi(settings.alerts, token),
        chat=chat_id,
        answers=reception if settings.alerts.amounts else DiscreetAnswers(reception),
        numbers=Numbers(kept),
        clock=clock,
        tell=tell,
        code=PanicCode(lambda: f"{randbelow(10**_CODE_DIGITS):0{_CODE_DIGITS}}"),
    )
    return (worker,)


@dataclass(slots=True, kw_only=True)
class Alerting:
    """The alerts of one process."""

    settings: Settings
    board: NoticeBoard
    mode: str
    reception: Reception = field(default_factory=Reception)
    """Who answers questions."""
    clock: Clock = field(default_factory=SystemClock)
    """Wall time: whom we send to lives in it, whatever the session's clock says."""

    @asynccontextmanager
    async def under_way(self) -> AsyncIterator[None]:
        """Send while the block runs, and for some seconds after; how the process ends is told as well.

        Raises SettingsError, before anything else, for an address that is not understood.
        """
        desk = desk_of(self.settings.alerts, self.board, self.clock, title=f"{TITLE} {self.mode}")
        if desk is None:
            yield
            return
        supervisor = Supervisor(self.settings.supervisor, _log_breaker)
        asking = telegram_worker(self.settings, self.reception, self.clock, desk.tell)
        supervisor.start((*desk.channels, *asking))
        self.board.reader, self.board.shout = desk.tell, desk.shout
        try:
            yield
        except Exception as error:
            desk.tell(AlertLevel.CRITICAL, AlertKind.PROCESS_FAILED, _last_words(error))
            raise
        finally:
            self.board.reader = None
            await desk.drained(supervisor.stop)


def _last_words(error: Exception) -> str:
    kind = "" if isinstance(error, UserFacingError) else f"{type(error).__name__}: "
    return f"the process ends: {kind}{error}"


def _log_breaker(reason: str) -> None:
    log.critical("alerts_worker_gives_up", reason=reason)


async def telling(
    settings: Settings,
    write: Callable[[str], None],
    work: Callable[[Callable[[str], None]], Awaitable[int]],
) -> int:
    """Do what an emergency needs, then tell through the channels what it said; its exit code.

    Afterwards, since a channel costs half a second of imports, and nothing may hold up an emergency.
    """
    said: list[str] = []

    def both(text: str) -> None:
        write(text)
        said.append(text)

    try:
        return await work(both)
    finally:
        if settings.alerts.channels:
            await _tell_afterwards(settings, "\n".join(said), write)


async def _tell_afterwards(settings: Settings, text: str, write: Callable[[str], None]) -> None:
    level, title = AlertLevel.CRITICAL, f"{TITLE} {settings.mode} {AlertKind.PANIC_EXIT.words}"
    try:
        async with asyncio.timeout(settings.alerts.drain_s):
            sent = await send_once(settings.alerts, text, level=level, title=title, only=None)
    except TimeoutError:
        write(f"not every channel of alerts took it within {settings.alerts.drain_s:g} s")
        return
    for name, why_not in sent:
        if why_not:
            write(f"not told by {name}: {why_not}")


def require_channels(settings: AlertSettings) -> None:
    """Raise SettingsError for a channel that is not understood, and for orders by Telegram from a group."""
    for number, channel in settings.channels.items():
        sender_of(number, channel, settings, title=TITLE)
    telegram_chat(settings)


async def send_once(
    settings: AlertSettings, text: str, *, level: AlertLevel, title: str, only: int | None
) -> tuple[tuple[str, str], ...]:
    """Send one message to each channel, or to one; the channels' names, each with why it did not take it."""
    from trading_bot.adapters.alerts.sending import NotTakenError  # noqa: PLC0415  # only where there is a channel

    async def tried(number: int, channel: ChannelSettings) -> tuple[str, str]:
        name = channel_name(number, channel)
        try:
            sender = sender_of(number, channel, settings, title=title)
            await sender.send(Letter(level=level, text=text, count=1))
        except (NotTakenError, SettingsError) as error:
            return name, str(error)
        return name, ""

    chosen = [one for one in settings.channels.items() if only in (None, one[0])]
    return tuple(await asyncio.gather(*(tried(number, channel) for number, channel in chosen)))
