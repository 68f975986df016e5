"""Where alerts go, which of them, and how many."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field, SecretStr

from trading_bot.adapters.safe_url import SafeUrl
from trading_bot.domain.section import Section


class AlertLevel(StrEnum):
    """How urgent a message is, the least first."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """The larger, the more urgent."""
        return _RANKS[self]


_RANKS = {level: rank for rank, level in enumerate(AlertLevel)}


class ChannelSettings(Section):
    """One way to a person."""

    url: SecretStr | None = None
    """Where messages go: tgram://BOT_TOKEN/CHAT_ID, mailtos://USER:PASSWORD@HOST?to=ADDRESS, slack://A/B/C,
    jsons://HOST/PATH, or another address of Apprise's."""
    level: AlertLevel = AlertLevel.INFO
    """The least level that is sent: info, warning or critical."""
    burst: int = Field(default=10, ge=1, le=1_000)
    """Messages that may be sent at once; a quarter of them is kept for critical ones."""
    refill_s: float = Field(default=6.0, ge=0.01, le=3_600)
    """Seconds until one more message may be sent; what comes meanwhile is summed up in one."""


class AlertSettings(Section):
    """Messages for a person. Without a channel they are shown and logged, and nothing is sent."""

    channel_1: ChannelSettings = ChannelSettings()
    channel_2: ChannelSettings = ChannelSettings()
    channel_3: ChannelSettings = ChannelSettings()

    in_replay: bool = False
    """Whether a replayed session sends its alerts as well; they are about a market of the past."""
    amounts: bool = True
    """Whether messages name rupees, prices and quantities; without, a … stands in their place, in answers by
    Telegram as well. Messages go through the hands of whoever carries them."""
    repeat_window_s: int = Field(default=300, ge=1, le=86_400)
    """The same text again within this many seconds is counted, and told once with the count."""
    connect_timeout_s: float = Field(default=5.0, gt=0, le=30)
    """Longest time for a connection to come about."""
    read_timeout_s: float = Field(default=10.0, gt=0, le=60)
    """Longest silence while an answer is awaited."""
    send_timeout_s: float = Field(default=30.0, gt=0, le=120)
    """Longest time for one whole message."""
    attempts: int = Field(default=3, ge=1, le=20)
    """Failures in a row after which a channel counts as down, which the others and the screen tell."""
    retry_first_s: float = Field(default=2.0, gt=0, le=60)
    """Pause before a message is tried again; it doubles each time, and a message is never given up."""
    retry_longest_s: float = Field(default=120.0, gt=0, le=3_600)
    """Longest pause before a message is tried again, but for what the receiver itself asks for."""
    drain_s: float = Field(default=5.0, ge=0, le=30)
    """How long the process waits at its end for what is not sent yet."""

    telegram_commands: bool = False
    """Whether the chat of the first Telegram channel may ask /status, /positions, /why, and order /pause,
    /resume and /panic."""
    telegram_url: SafeUrl = "https://api.telegram.org"
    """Where Telegram is."""
    slack_url: SafeUrl = "https://hooks.slack.com/services"
    """Where Slack's webhooks are."""

    @property
    def channels(self) -> Mapping[int, ChannelSettings]:
        """Those that have an address, by number."""
        numbered = enumerate((self.channel_1, self.channel_2, self.channel_3), start=1)
        return {number: channel for number, channel in numbered if channel.url is not None}
