"""The pretend broker: takes requests, sends them through its hops to the pretend exchange, keeps the books.

Rows of an order carry the broker's words. A MARKET order shows the protected limit that it was given as its
price. Between session days there is no venue: one is made for each day.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from random import Random

from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import midnight_ms
from trading_bot.domain.money import ZERO, round_to_paisa
from trading_bot.simulator.venue.broker.after_market import AfterMarket
from trading_bot.simulator.venue.broker.api_checks import refuse_cancel, refuse_change, refuse_new
from trading_bot.simulator.venue.broker.batches import Batches
from trading_bot.simulator.venue.broker.orders import OrderRegister, VenueOrder
from trading_bot.simulator.venue.broker.request_path import RequestPath
from trading_bot.simulator.venue.broker.risk_desk import RiskDesk
from trading_bot.simulator.venue.broker.square_off import SquareOff
from trading_bot.simulator.venue.contracts import (
    ChangedTerms,
    FundsRow,
    MarketMoment,
    MarketUpdate,
    NewOrder,
    OrderListener,
    OrderRow,
    PositionRow,
    TradeRow,
)
from trading_bot.simulator.venue.exchange.bands import PriceBands
from trading_bot.simulator.venue.exchange.closing import ClosingBell
from trading_bot.simulator.venue.exchange.exchange import Exchange
from trading_bot.simulator.venue.exchange.matching import MatchingRules
from trading_bot.simulator.venue.exchange.session_plan import SessionPlans
from trading_bot.simulator.venue.hops import Agenda, DelayPolicy, SeededDelays
from trading_bot.simulator.venue.ledger import ChargeFunction, Ledger
from trading_bot.simulator.venue.listing import market_board
from trading_bot.simulator.venue.settings import VenueSettings


class Venue:
    """One day of the pretend exchange and broker (`BrokerCore`).

    Args:
        on: the trading day.
        instruments: what is listed.
        previous_closes: paise by instrument key; an instrument may be missing.
        plans: the session of each instrument.
        settings: money, delays, switches.
        random: the seeded source of jitter.
        charges: what the day's trades cost.
        delays: how long each hop takes, instead of the configured delays.
    """

    def __init__(
        self,
        *,
        on: date,
        instruments: Sequence[Instrument],
        previous_closes: Mapping[str, int],
        plans: SessionPlans,
        settings: VenueSettings,
        random: Random,
        charges: ChargeFunction,
        delays: DelayPolicy | None = None,
    ) -> None:
        self._instruments = tuple(instruments)
        self._settings = settings
        self._agenda = Agenda(midnight_ms(on))
        self._board = market_board(instruments, previous_closes, plans)
        self._register = OrderRegister(on, self._agenda)
        self._ledger = Ledger(on, self._board, settings, charges)
        self._bands = PriceBands(self._board, settings)
        self._desk = RiskDesk(
            board=self._board,
            bands=self._bands,
            register=self._register,
            ledger=self._ledger,
            settings=settings,
        )
        rules = MatchingRules(
            queue_share_thousandths=int(settings.queue_share * 1_000),
            unquoted_spread_ticks=settings.unquoted_spread_ticks,
            slippage_bps=settings.slippage_bps,
        )
        self._exchange = self._made_exchange(rules)
        self._path = self._made_path(delays or SeededDelays(settings, random))
        self._after_market = AfterMarket(
            board=self._board, register=self._register, agenda=self._agenda, path=self._path
        )
        self._batches = Batches(
            board=self._board,
            register=self._register,
            ledger=self._ledger,
            agenda=self._agenda,
            send=self._path.send,
            withdraw=self._withdraw,
        )
        self._bell = self._closing_bell(rules)
        self._schedule_square_off()

    # --- time and market --------------------------------------------------------------------------------

    @property
    def now_ms(self) -> int:
        """Session time that it has been advanced to."""
        return self._agenda.now_ms

    @property
    def next_due_ms(self) -> int | None:
        """When something is due next by itself; None when nothing is. For drivers of virtual time."""
        return self._agenda.next_due_ms

    @property
    def instruments(self) -> Sequence[Instrument]:
        """What it lists."""
        return self._instruments

    def subscribe(self, listener: OrderListener) -> None:
        """Add a listener to the order stream."""
        self._register.subscribe(listener)

    def advance(self, to_ms: int) -> None:
        """Let everything happen that is due up to this session time; an earlier time changes nothing."""
        self._agenda.run_until(to_ms)

    def on_market(self, moment: MarketMoment) -> None:
        """Advance to the moment and match against the new prices and depth."""
        self._agenda.run_until(moment.at_ms)
        take = self._exchange.on_update
        if not self._bell.is_listening:
            for update in moment.updates:
                take(update)
            return
        for update in moment.updates:
            previous = self._board.markets.get(update.instrument_key)
            take(update)
            self._bell.on_update(previous, update, self._agenda.now_ms)

    # --- requests ---------------------------------------------------------------------------------------

    def place(self, order: NewOrder) -> tuple[str, ...]:
        """Take an order at `now_ms` and return its ids (several when sliced). Raises VenueRefusal."""
        listing = self._board.listing(order.instrument_key)
        refuse_new(order, listing, self.now_ms, self._settings)
        if listing.plan.is_on(self.now_ms):
            return self._path.send(order)
        return self._after_market.keep(order)

    def modify(self, change: ChangedTerms) -> None:
        """Take a modification request. Raises VenueRefusal."""
        order = self._register.order(change.order_id)
        refuse_change(change, order, self._board.listing(order.instrument.key), self._settings)
        if order.is_kept:
            self._after_market.change(order, change)
        else:
            self._path.change(order, change)

    def cancel(self, order_id: str) -> None:
        """Take a cancellation request. Raises VenueRefusal."""
        order = self._register.order(order_id)
        refuse_cancel(order)
        self._withdraw(order)

    def cancel_all(self, tag: str | None = None, segment: str | None = None) -> tuple[str, ...]:
        """Ask for the cancellation of open orders, kept ones included; their ids. See `Batches`."""
        return self._batches.cancel_all(tag, segment)

    def exit_all(self, tag: str | None = None, segment: str | None = None) -> tuple[str, ...]:
        """Place protected market orders against open positions; their ids. See `Batches`."""
        return self._batches.exit_all(tag, segment)

    def restore(self, orders: Sequence[VenueOrder], trades: Sequence[TradeRow]) -> None:
        """Put orders and trades of an earlier process back, silently; advance to the present first.

        Live orders stand at the exchange again, at the end of their queues. Orders whose last status is not
        known to be the end go on as if they had arrived.
        """
        for trade in trades:
            self._ledger.restore(self._board.listing(trade.instrument_key).instrument, trade)
        for order in orders:
            self._register.restore(order)
            if not order.is_done:
                self._exchange.restore(order)

    # --- books ------------------------------------------------------------------------------------------

    def order_rows(self) -> tuple[OrderRow, ...]:
        """Latest state of every order of the day."""
        return self._register.latest_rows()

    def order_history(self, *, order_id: str | None = None, tag: str | None = None) -> tuple[OrderRow, ...]:
        """All states of one order, or of all orders with a tag. Raises VenueRefusal when there are none."""
        return self._register.history(order_id, tag)

    def trade_rows(self, order_id: str | None = None) -> tuple[TradeRow, ...]:
        """Fills of the day, or of one order."""
        return self._ledger.trades(order_id)

    def annul(self, trade_id: str) -> None:
        """Take a trade back, as an exchange does with one at a plainly wrong price. Raises KeyError."""
        self._ledger.annul(trade_id)

    def position_rows(self) -> tuple[PositionRow, ...]:
        """Positions of the day, closed ones included."""
        return self._ledger.position_rows()

    def funds(self) -> FundsRow:
        """Cash and margin now."""
        return self._ledger.funds(self._desk.used_margin())

    def required_margin(self, orders: Sequence[NewOrder]) -> Decimal:
        """Margin in rupees that these orders together would need, each opening its own position."""
        return round_to_paisa(sum((self._desk.required(order) for order in orders), ZERO))

    def is_in_session(self, instrument_key: str) -> bool:
        """Whether the hours of an instrument have begun and are not over. Raises VenueRefusal."""
        return self._board.listing(instrument_key).plan.is_on(self.now_ms)

    def market(self, instrument_key: str) -> MarketUpdate | None:
        """Newest market state of an instrument; None before its first."""
        return self._board.markets.get(instrument_key)

    def band(self, instrument_key: str) -> tuple[int, int]:
        """Lower and upper price limit in paise. Raises VenueRefusal when the instrument is not listed."""
        return self._bands.band(instrument_key)

    def ledger(self) -> dict[str, object]:
        """The true record for a checker: orders, trades, positions, charges by line, net_pnl; JSON-ready."""
        return self._ledger.statement(tuple(self._register.all()))

    # --- inside -----------------------------------------------------------------------------------------

    def _made_exchange(self, rules: MatchingRules) -> Exchange:
        return Exchange(
            board=self._board,
            bands=self._bands,
            register=self._register,
            ledger=self._ledger,
            desk=self._desk,
            agenda=self._agenda,
            rules=rules,
        )

    def _made_path(self, delays: DelayPolicy) -> RequestPath:
        return RequestPath(
            board=self._board,
            register=self._register,
            desk=self._desk,
            exchange=self._exchange,
            agenda=self._agenda,
            delays=delays,
            settings=self._settings,
        )

    def _schedule_square_off(self) -> None:
        SquareOff(
            board=self._board,
            register=self._register,
            ledger=self._ledger,
            agenda=self._agenda,
            settings=self._settings,
            send=self._path.send,
            withdraw=self._path.withdraw,
        )

    def _closing_bell(self, rules: MatchingRules) -> ClosingBell:
        return ClosingBell(
            board=self._board,
            bands=self._bands,
            register=self._register,
            exchange=self._exchange,
            agenda=self._agenda,
            rules=rules,
            reports_day_end=self._settings.day_end_cancellations_reported,
        )

    def _withdraw(self, order: VenueOrder) -> None:
        if order.is_kept:
            self._after_market.withdraw(order)
        else:
            self._path.withdraw(order)
