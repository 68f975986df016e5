"""What of Upstox can be configured, and the secrets that never are."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from trading_bot.adapters.safe_url import SafeUrl
from trading_bot.domain.section import PERCENT, Ratio, Section

_PROTECTION_PCT_MIN = 0.1


def _percent(protection: float) -> float:
    if protection != -1 and protection < _PROTECTION_PCT_MIN:
        raise ValueError(
            f"-1 (automatic) or a percentage of {_PROTECTION_PCT_MIN} to 25: less is a fraction by mistake, "
            "and the broker refuses 0 since 2026-04-01"
        )
    return protection


class UpstoxSettings(Section):
    """Where Upstox is, how long we wait for it, and how we introduce ourselves."""

    api_url: SafeUrl = "https://api.upstox.com"
    """Host of everything but single orders."""
    order_url: SafeUrl = "https://api-hft.upstox.com"
    """Host of single-order place, modify and cancel."""
    instruments_url: SafeUrl = "https://assets.upstox.com/market-quote/instruments/exchange"
    """Folder of the instrument files."""
    instrument_files: tuple[str, ...] = ("NSE",)
    """Names of the instrument files to load, for example NSE, BSE."""
    feed_host_suffix: str = Field(default="upstox.com", min_length=3)
    """Authorised stream addresses must lie on this domain (or on loopback)."""

    account: str = ""
    """Expected user id; a token of another account is refused. Empty accepts the first that logs in."""
    algo_name: str = Field(default="", max_length=64)
    """Registered algo name, sent as X-Algo-Name; leave empty before registration (UDAPI1156)."""
    static_ip: str = ""
    """Registered egress address; compared with the broker's record by `check`."""
    pin_ipv4: bool = True
    """Bind to IPv4: an IPv6 egress would miss the registered address and stop even cancels."""
    market_protection_pct: Annotated[
        float, Field(ge=-1, le=25), AfterValidator(_percent), Ratio(per_one=PERCENT)
    ] = -1
    """Protection band of MARKET and SL-M orders in percent; -1: automatic."""
    user_agent: str = Field(default="trading-bot/0.1 (python)", min_length=1)
    """How this program introduces itself to the broker."""

    connect_timeout_s: float = Field(default=3.0, gt=0, le=30)
    """Longest time for a connection to come about."""
    read_timeout_s: float = Field(default=7.0, gt=0, le=60)
    """Longest silence while an answer is awaited or arrives."""
    answer_timeout_s: float = Field(default=15.0, gt=0, le=120)
    """Longest time for one whole answer."""
    download_timeout_s: float = Field(default=60.0, gt=0, le=600)
    """Longest time for an instruments file."""
    read_attempts: int = Field(default=3, ge=1, le=10)
    """How often a read is tried; writes are never repeated."""
    retry_first_s: float = Field(default=0.3, gt=0, le=10)
    """Pause before a read is tried again; it doubles each time."""
    retry_longest_s: float = Field(default=5.0, gt=0, le=60)
    """Longest pause before a read is tried again."""
    history_calls_per_minute: int = Field(default=400, ge=1, le=500)
    """Candle calls are paced below the broker's 500 a minute."""

    feed_mode: str = Field(default="full", pattern="^(ltpc|option_greeks|full)$")
    """What each instrument's message holds: ltpc (last price), option_greeks or full (depth as well)."""
    feed_keys_max: int = Field(default=2_000, ge=1, le=5_000)
    """The broker's limit of instruments in one mode: 2,000 in full, 5,000 in ltpc."""
    feed_batch: int = Field(default=500, ge=1, le=500)
    """Instruments that one message subscribes to."""
    feed_message_bytes_max: int = Field(default=16 * 1024 * 1024, ge=65_536)
    """Largest message of the feed that is taken."""
    feed_malformed_max: int = Field(default=20, ge=1)
    """Unreadable frames in a row after which the connection is made anew."""
    ping_interval_s: float = Field(default=20.0, gt=0, le=60)
    """Between two pings of a stream."""
    ping_timeout_s: float = Field(default=20.0, gt=0, le=60)
    """After a ping without an answer, when a stream counts as dead."""
    reconnect_first_s: float = Field(default=0.5, gt=0, le=10)
    """Pause before a stream is opened again; it doubles each time."""
    reconnect_longest_s: float = Field(default=30.0, gt=0, le=300)
    """Longest pause before a stream is opened again."""
    healthy_after_s: float = Field(default=10.0, gt=0)
    """A connection that lived this long starts the back-off anew."""


class UpstoxSecrets(Section):
    """The Upstox app and its token, from the environment, `.env` or credential files; printed masked."""

    api_key: SecretStr | None = None
    """API key of the Upstox app."""
    api_secret: SecretStr | None = None
    """API secret of the Upstox app."""
    redirect_uri: str | None = None
    """Redirect URI, exactly as registered with the app."""
    access_token: SecretStr | None = None
    """Access token of the day, used when no stored one is valid; normally `login` obtains it."""

    @property
    def is_configured(self) -> bool:
        """Whether there is anything to log in with."""
        return self.access_token is not None or (self.api_key is not None and self.api_secret is not None)
