"""What the exchange does to orders by itself: market-wide halt, closing auction, end of the session."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial

from trading_bot.simulator.venue.broker.orders import OrderRegister, VenueOrder
from trading_bot.simulator.venue.contracts import MarketUpdate
from trading_bot.simulator.venue.exchange.bands import PriceBands
from trading_bot.simulator.venue.exchange.exchange import Exchange
from trading_bot.simulator.venue.exchange.matching import (
    ANY_QUANTITY,
    MatchingRules,
    auction_executions,
    traded_quantity,
)
from trading_bot.simulator.venue.exchange.session_plan import Phase
from trading_bot.simulator.venue.hops import Agenda
from trading_bot.simulator.venue.listing import Listing, MarketBoard

_Keys = tuple[str, ...]


class ClosingBell:
    """Enters these events of every listing in the agenda and carries them out."""

    def __init__(
        self,
        *,
        board: MarketBoard,
        bands: PriceBands,
        register: OrderRegister,
        exchange: Exchange,
        agenda: Agenda,
        rules: MatchingRules,
        reports_day_end: bool,
    ) -> None:
        self._board = board
        self._bands = bands
        self._register = register
        self._exchange = exchange
        self._rules = rules
        self._reports_day_end = reports_day_end
        self._averages: dict[str, tuple[int, int]] = {}
        """Traded value and units since the reference window opened, while it is open."""
        self._awaiting_print: set[str] = set()
        self._schedule(agenda)

    @property
    def is_listening(self) -> bool:
        """Whether updates have to be shown to it."""
        return bool(self._averages or self._awaiting_print)

    def on_update(self, previous: MarketUpdate | None, update: MarketUpdate, now_ms: int) -> None:
        """Count trades towards the reference price, and recognise the auction's own trade."""
        key = update.instrument_key
        if key in self._averages:
            self._count(key, previous, update)
        elif key in self._awaiting_print:
            self._match_print(self._board.listings[key], previous, update, now_ms)

    def _schedule(self, agenda: Agenda) -> None:
        events: dict[tuple[int, Callable[[_Keys], None]], list[str]] = defaultdict(list)
        for key, listing in self._board.listings.items():
            if listing.instrument.is_tradable:
                for due_ms, deed in self._events(listing):
                    events[due_ms, deed].append(key)
        for (due_ms, deed), keys in events.items():
            agenda.add(due_ms, partial(deed, tuple(keys)))

    def _events(self, listing: Listing) -> Iterable[tuple[int, Callable[[_Keys], None]]]:
        plan = listing.plan
        if plan.halt is not None:
            yield plan.halt.start_ms, self._halt
        if plan.auction is None:
            yield plan.close_ms, self._end_session
        else:
            yield plan.auction.reference_start_ms, self._open_reference_window
            yield plan.continuous_end_ms, self._freeze
            yield plan.auction.end_ms, self._end_auction
        if plan.narrow_band_ms is not None:
            yield plan.narrow_band_ms, self._narrow

    def _open_reference_window(self, keys: _Keys) -> None:
        self._averages.update(dict.fromkeys(keys, (0, 0)))

    def _count(self, key: str, previous: MarketUpdate | None, update: MarketUpdate) -> None:
        traded = traded_quantity(previous, update)
        units = 1 if traded == ANY_QUANTITY else traded
        value, quantity = self._averages[key]
        self._averages[key] = value + units * update.last_price, quantity + units

    def _halt(self, keys: _Keys) -> None:
        """All outstanding orders are cancelled (NSE/CMTR/24709 of 11 October 2013)."""
        for key in keys:
            self._cancel(key, lambda _order: True, "Exchange: cancelled by the market-wide circuit breaker")

    def _freeze(self, keys: _Keys) -> None:
        for key in keys:
            value, quantity = self._averages.pop(key, (0, 0))
            reference = round(value / quantity) if quantity else self._board.last_price(key)
            self._bands.close_in(key, reference)
            self._awaiting_print.add(key)
            self._cancel(key, self._is_barred_from_auction, "Exchange: cancelled before the closing auction")

    def _is_barred_from_auction(self, order: VenueOrder) -> bool:
        return bool(order.disclosed_quantity) or self._sleeps(order) or self._is_out_of_band(order)

    def _sleeps(self, order: VenueOrder) -> bool:
        book = self._exchange.book(order.instrument.key)
        return book is not None and order in book.stops

    def _is_out_of_band(self, order: VenueOrder) -> bool:
        low, high = self._bands.band(order.instrument.key)
        return not low <= order.price <= high

    def _narrow(self, keys: _Keys) -> None:
        for key in keys:
            self._bands.close_in(key, self._board.last_price(key))
            self._cancel(
                key,
                lambda order: not self._sleeps(order) and self._is_out_of_band(order),
                "Exchange: outside the closing price band",
            )

    def _match_print(
        self, listing: Listing, previous: MarketUpdate | None, update: MarketUpdate, now_ms: int
    ) -> None:
        auction = listing.plan.auction
        if auction is None or listing.plan.phase(now_ms) is not Phase.AUCTION_MATCHING:
            return
        if update.traded_at_ms < auction.entry_end_ms:
            return
        key = listing.instrument.key
        self._awaiting_print.discard(key)
        book = self._exchange.book(key)
        if book is not None:
            traded = traded_quantity(previous, update)
            self._exchange.execute(auction_executions(book, update.last_price, traded, self._rules))
        self._end_auction((key,))

    def _end_auction(self, keys: _Keys) -> None:
        self._awaiting_print.difference_update(keys)
        for key in keys:
            self._cancel(key, lambda _order: True, "Exchange: not executed in the closing auction")

    def _end_session(self, keys: _Keys) -> None:
        for key in keys:
            if self._reports_day_end:
                self._cancel(key, lambda _order: True, "Exchange: end of the session")
                continue
            for order in self._ours(key, lambda _order: True):
                self._register.retire(order)

    def _cancel(self, key: str, claim: Callable[[VenueOrder], bool], reason: str) -> None:
        for order in self._ours(key, claim):
            self._exchange.cancel(order, reason)

    def _ours(self, key: str, claim: Callable[[VenueOrder], bool]) -> tuple[VenueOrder, ...]:
        book = self._exchange.book(key)
        return book.matching(claim) if book is not None else ()
