"""Everything that the routes and the session driver share: the core, the day, the clock, the account."""

import asyncio
import time
from collections.abc import Callable

from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import midnight_ms, ms_at
from trading_bot.simulator.server.books import order_rows, position_rows
from trading_bot.simulator.server.books.order_book import BookHistory
from trading_bot.simulator.server.entrance.limits import RateLimits
from trading_bot.simulator.server.entrance.login_codes import Approvals, LoginCodes
from trading_bot.simulator.server.entrance.static_ip import RegisteredAddresses
from trading_bot.simulator.server.entrance.tokens import OneTimeCodes, Tokens
from trading_bot.simulator.server.envelope import invalid_input
from trading_bot.simulator.server.faults.faults import Faults
from trading_bot.simulator.server.session.day_phase import market_info, session_end_ms, session_phase
from trading_bot.simulator.server.session.day_record import fresh_day
from trading_bot.simulator.server.session.listing import Listing
from trading_bot.simulator.server.session.pacing import Pace, Pacing
from trading_bot.simulator.server.session.rules import MarketRules
from trading_bot.simulator.server.session.wake import Wake
from trading_bot.simulator.server.settings import ServerSettings
from trading_bot.simulator.server.streams.feed import Feed
from trading_bot.simulator.server.streams.feed_encoder import FeedEncoder
from trading_bot.simulator.server.streams.order_stream import OrderStream
from trading_bot.simulator.venue.contracts import BrokerCore, MarketSource, OrderRow

_FINE_STEPS_MS = 2_000


class Simulation:
    """One simulated session and account."""

    def __init__(
        self,
        core: BrokerCore,
        source: MarketSource,
        rules: MarketRules,
        settings: ServerSettings,
        *,
        wall: Callable[[], float] = time.monotonic,
    ) -> None:
        self.core = core
        self.source = source
        self.rules = rules
        self.settings = settings
        self.on = source.on
        self.plan = rules.plan(source.on)
        self.listing = Listing(source.instruments)
        self.days = fresh_day(source, source.instruments, midnight_ms(source.on))
        self.wake = Wake()
        self.end_ms = session_end_ms(self.plan, self.listing)
        self.pacing = Pacing(_pace(source, settings, self.end_ms), wall)
        self.next_stop_ms = self.pacing.now_ms
        """The clock does not pass this instant before the driver has dealt with it."""
        self._fine_steps_until_ms = 0
        self.finished = asyncio.Event()
        self.faults = Faults()
        self.limits = RateLimits()
        self.history = BookHistory()
        self.tokens = _tokens(settings, self.pacing.now_ms)
        self.socket_codes = OneTimeCodes(f"{source.on}")
        self.login_codes = LoginCodes(f"{source.on}")
        self.approvals = Approvals()
        self.addresses = RegisteredAddresses([str(address) for address in settings.registered_addresses])
        self.feed = Feed(
            settings=settings,
            listing=self.listing,
            encoder=_encoder(self, settings),
            pacing=self.pacing,
            faults=self.faults,
            wake=self.wake,
        )
        self.stream = OrderStream(
            settings=settings,
            core=core,
            faults=self.faults,
            order_message=self._order_message,
            position_messages=self._position_messages,
        )
        core.subscribe(self._on_order)

    @property
    def now_ms(self) -> int:
        """Session time."""
        return self.pacing.now_ms

    @property
    def phase(self) -> str:
        """Phase of the session, as the control path names it."""
        return session_phase(self.plan, self.listing, self.now_ms).value

    def catch_up(self) -> None:
        """Bring the clock and the core to where the wall clock allows, ahead of a request."""
        now_ms = self.pacing.advance(self.next_stop_ms)
        if now_ms > self.core.now_ms:
            self.core.advance(now_ms)

    def step_finely(self) -> None:
        """Have the clock go in small steps for a while, since orders are about to be on their way."""
        self._fine_steps_until_ms = self.now_ms + _FINE_STEPS_MS

    @property
    def has_orders_moving(self) -> bool:
        """Whether an order is on its way, or one was moments ago: its owner may be about to act on it."""
        return self.history.has_orders_on_the_way or self.now_ms < self._fine_steps_until_ms

    def instrument(self, key: str, property_path: str = "instrument_key") -> Instrument:
        """The listed instrument of a key. Raises VenueRefusal with UDAPI100011."""
        found = self.listing.find(key)
        if found is None:
            raise invalid_input("Invalid instrument key", property_path, "UDAPI100011")
        return found

    def market_info(self) -> bytes:
        """The feed's message with the state of every segment now."""
        return market_info(self.plan, self.now_ms)

    def cut_dead_sockets(self) -> None:
        """Close every socket whose token is dead, where the broker does so."""
        if not self.settings.cuts_sockets_when_token_dies:
            return
        for feed_client in self.feed.clients:
            if not self.tokens.is_valid(feed_client.token, self.now_ms):
                feed_client.cut()
        for stream_client in self.stream.clients:
            if not self.tokens.is_valid(stream_client.token, self.now_ms):
                stream_client.cut()

    def _on_order(self, row: OrderRow) -> None:
        self.step_finely()
        self.history.record(self.core.now_ms, row)
        self.stream.publish(row)

    def _order_message(self, row: OrderRow) -> dict[str, object]:
        return order_rows.stream_message(row, self.listing, self.settings.user_id)

    def _position_messages(self, row: OrderRow) -> list[dict[str, object]]:
        return [
            position_rows.stream_message(position)
            for position in self.core.position_rows()
            if position.instrument_key == row.instrument_key and position.product is row.product
        ]


def _pace(source: MarketSource, settings: ServerSettings, close_ms: int) -> Pace:
    return Pace(
        start_ms=ms_at(source.on, settings.start_at),
        speed=settings.speed,
        hold_ms=ms_at(source.on, settings.hold_at),
        close_ms=close_ms,
        lead_ms=settings.lead_ms,
        pong_wait_s=settings.pong_wait_s,
        first_client_wait_s=settings.first_client_wait_s,
        lost_client_wait_s=settings.lost_client_wait_s,
    )


def _tokens(settings: ServerSettings, now_ms: int) -> Tokens:
    tokens = Tokens(settings.user_id, accept_any=settings.accept_any_token)
    if settings.fixed_token is not None:
        tokens.admit(settings.fixed_token.get_secret_value(), now_ms)
    return tokens


def _encoder(simulation: Simulation, settings: ServerSettings) -> FeedEncoder:
    return FeedEncoder(
        simulation.days,
        omits_idle_ltpc=settings.omits_ltpc_when_only_depth_changed,
        sends_previous_minute=settings.sends_previous_minute,
    )
