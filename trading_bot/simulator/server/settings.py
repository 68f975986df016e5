"""What the simulator's server can be told, each open question about the broker's behaviour included."""

from datetime import time
from typing import Annotated

from pydantic import Field, IPvAnyAddress, SecretStr

from trading_bot.domain.section import Section

Seconds = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]


class ServerSettings(Section):
    """Behaviour of the server; a switch stands wherever the broker's own behaviour is not known."""

    # --- time
    speed: Annotated[float, Field(ge=0)] = 1.0
    """Session seconds per wall second; 0 is as fast as the clients allow."""
    start_at: time = time(9, 0)
    """Session time at which the server starts."""
    hold_at: time = time(9, 14, 50)
    """Session time that is not passed before somebody subscribed to the feed."""
    first_client_wait_s: Seconds = 120.0
    """Wall seconds after which the session goes on without any feed client."""
    lost_client_wait_s: Seconds = 30.0
    """Wall seconds for which the session slows to 1x after its last feed client vanished."""
    lead_ms: Annotated[int, Field(ge=1)] = 1_000
    """Session milliseconds that the clock may be ahead of the oldest unanswered frame."""
    pong_wait_s: Seconds = 5.0
    """Wall seconds after which a silent feed client no longer holds the clock."""
    idle_ping_s: Seconds = 10.0
    """Wall seconds without traffic after which a socket is pinged; the broker's interval is not known."""

    # --- account and login
    user_id: str = "SIM001"
    user_name: str = "SIMULATED USER"
    fixed_token: SecretStr | None = None
    """An access token that is valid without a login."""
    accept_any_token: bool = False
    """Whether a token that was never issued is taken as the user's."""
    client_id: str | None = None
    """The app's key; None takes any."""
    client_secret: SecretStr | None = None
    """The app's secret; None takes any."""
    redirect_uri: str | None = None
    """The registered redirect address; None takes any."""
    login_code_life_s: Seconds = 300.0
    """Session seconds for which the code of an approved login can be exchanged: not known."""
    notifier_url: str | None = None
    """Where the app has the token of an approval on the phone sent to."""
    new_login_ends_old_token: bool = False
    """Whether a login revokes the token before it: not known."""
    registered_addresses: tuple[IPvAnyAddress, ...] = Field(default=(), max_length=2)
    """Addresses that may write orders, primary first; none registered leaves the gate open."""
    enforces_rate_limits: bool = True
    has_plus_plan: bool = False
    """Whether mode full_d30 and five feed connections are available."""

    # --- orders
    requires_market_protection: bool = True
    """Whether MARKET and SL-M without protection are refused (UDAPI1158)."""
    refuses_amo_in_session: bool = False
    """Whether is_amo during market hours is refused (UDAPI100039) or ignored: documents disagree."""
    requires_amo_outside_session: bool = False
    """Whether orders without is_amo outside market hours are refused (UDAPI100057), or kept for the session's
    start as if they had it: documents disagree."""
    unknown_order_status: Annotated[int, Field(ge=400, le=404)] = 404
    """HTTP status of UDAPI100010; 404 was reported, 400 is possible."""
    hides_average_price_of_day_positions: bool = True
    """Whether average_price is null on positions opened today, as documented samples show."""

    # --- market data
    snapshot_is_live_feed: bool = False
    """Whether a snapshot is typed live_feed (1) instead of initial_feed (0)."""
    omits_ltpc_when_only_depth_changed: bool = True
    """Whether full packets without a trade leave out `ltpc`."""
    sends_previous_minute: bool = False
    """Whether full packets carry the finished I1 bar beside the forming one."""
    intraday_includes_forming: bool = True
    """Whether the intraday candle answer ends with the candle that is still forming."""
    candles_newest_first: bool = True
    refuses_when_all_keys_unknown: bool = False
    """Whether quotes of unknown keys only are refused (UDAPI100011) instead of an empty map."""
    reports_feed_errors_as_text: bool = True
    """Whether refused subscriptions get a JSON text frame; the SDK cannot decode it."""

    # --- sockets
    cuts_sockets_when_token_dies: bool = True
    """Whether open sockets are closed at 03:30 or kept: not known."""
    portfolio_counts_as_feed_connection: bool = False
    """Whether the portfolio socket takes one of the connections of the feed: not known."""
    stream_queue_size: Annotated[int, Field(ge=1)] = 10_000
    """Order updates that may wait for one slow client before it is cut off."""
