"""Days written by hand, as one side of a comparison."""

from datetime import date, time

from trading_bot.backtest.parity import PlayedDay, Span
from trading_bot.domain.events import EntryDenied
from trading_bot.domain.instrument import Product
from trading_bot.domain.ist import ms_at
from trading_bot.domain.order import Fill, Order, OrderRequest, OrderStatus, OrderTerms, OrderType, Purpose
from trading_bot.domain.signal import Direction, Evaluation, Signal
from trading_bot.domain.trade import ClosedTrade, ExitPlan, ExitReason, Trade
from trading_bot.report.day.record import DayRecord, Notice, OrderRecord, SignalRecord, StopLevel, TradeRecord

ON = date(2021, 4, 26)
STRATEGY = "crossing"
LIMIT = 10_050


def at(text: str) -> int:
    """Epoch milliseconds of a time of the day."""
    return ms_at(ON, time.fromisoformat(text))


class EveryPrice:
    """A market in which everything could be had; or only what is between two prices."""

    def __init__(self, low: int = 0, high: int = 1_000_000) -> None:
        self._span = Span(low, high)

    def offered(self, instrument_key, side, first_ms, last_ms):
        return self._span


class NoPrice:
    """A market of which nothing is known."""

    def offered(self, instrument_key, side, first_ms, last_ms):
        return None


class HandMadeDay:
    """Collects signals and trades, then is a played day."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.signals: list[SignalRecord] = []
        self.trades: list[TradeRecord] = []
        self.orders: list[OrderRecord] = []
        self.notices: list[Notice] = []

    def signal(
        self,
        key="A",
        *,
        candle="09:15",
        raised="09:30:00",
        direction=Direction.LONG,
        score=1.0,
        reference=10_000,
        denied="",
        trade_id=None,
    ) -> "HandMadeDay":
        wish = Signal(
            strategy=STRATEGY,
            instrument_key=key,
            direction=direction,
            score=score,
            candle_start_ms=at(candle),
            reference_price=reference,
            atr_paise=50.0,
        )
        said = Evaluation(
            strategy=STRATEGY,
            instrument_key=key,
            candle_start_ms=at(candle),
            score=score,
            gates=(),
            signal=wish,
        )
        denial = EntryDenied(
            at_ms=at(raised),
            strategy=STRATEGY,
            instrument_key=key,
            candle_start_ms=at(candle),
            reason=denied,
            detail="",
        )
        self.signals.append(
            SignalRecord(
                at_ms=at(raised), evaluation=said, trade_id=trade_id, denied=denial if denied else None
            )
        )
        return self

    def trade(
        self,
        key="A",
        *,
        candle="09:15",
        raised="09:30:00",
        has_signal=True,
        planned=10,
        reference=10_000,
        stops=(9_900,),
        entries=((10, 10_000, "09:30:00.020"),),
        ended="",
        status=OrderStatus.FILLED,
        exits=((10, 10_200, "10:00:00.020"),),
        asked="10:00:00",
        reason=ExitReason.TARGET,
        trigger=0,
        refused="",
        limit=LIMIT,
    ) -> "HandMadeDay":
        """A trade of its own signal; `entries` and `exits` are (quantity, price, time)."""
        trade_id = len(self.trades) + 1
        if has_signal:
            self.signal(key, candle=candle, raised=raised, reference=reference, trade_id=trade_id)
        trade = Trade(
            trade_id=trade_id,
            strategy=STRATEGY,
            instrument_key=key,
            direction=Direction.LONG,
            product=Product.INTRADAY,
            planned_quantity=planned,
            planned_at_ms=at(raised),
            reference_price=reference,
            plan=ExitPlan(stop_price=stops[0], target_price=10_200, trail_distance=None),
            stop_price=stops[-1],
            best_price=10_200,
            exit_reason=reason,
            exit_requested_at_ms=0 if trigger else at(asked),
        )
        self._order(trade, Purpose.ENTRY, entries, at(raised), status=status, ended=ended, limit=limit)
        if refused:
            self._order(
                trade, Purpose.STOP, (), at(raised), status=OrderStatus.REJECTED, message=refused, limit=9_800
            )
        if entries:
            self._order(trade, Purpose.STOP, exits, at(asked), trigger=trigger, limit=9_800)
        bought = self._fills(trade, Purpose.ENTRY, entries)
        sold = self._fills(trade, Purpose.STOP, exits if entries else ())
        values = sum(fill.value for fill in bought), sum(fill.value for fill in sold)
        last = max((fill.filled_at_ms for fill in (*bought, *sold)), default=at(raised) + 60_000)
        closed = ClosedTrade(
            trade=trade,
            exit_reason=reason if entries else ExitReason.NOT_FILLED,
            closed_at_ms=last,
            quantity=sum(fill.quantity for fill in sold),
            entry_value=values[0],
            exit_value=values[1],
            gross_pnl=values[1] - values[0],
        )
        self.trades.append(
            TradeRecord(
                trade=trade,
                fills=(*bought, *sold),
                stops=tuple(StopLevel(at(raised), level) for level in stops),
                closed=closed,
                evaluation=self.signals[-1].evaluation if has_signal else None,
            )
        )
        return self

    def notice(self, when: str, text: str) -> "HandMadeDay":
        self.notices.append(Notice(at(when), "incident", text))
        return self

    def _order(
        self,
        trade,
        purpose,
        filled,
        asked_ms,
        *,
        status=OrderStatus.FILLED,
        trigger=0,
        limit=0,
        ended="",
        message="",
    ) -> None:
        side = trade.entry_side if purpose is Purpose.ENTRY else trade.exit_side
        terms = OrderTerms(
            order_type=OrderType.STOP_LIMIT if trigger else OrderType.LIMIT,
            quantity=trade.planned_quantity,
            price=limit,
            trigger_price=trigger,
        )
        request = OrderRequest(
            tag=f"{trade.trade_id}{purpose}{len(self.orders)}",
            instrument_key=trade.instrument_key,
            side=side,
            product=Product.INTRADAY,
            purpose=purpose,
            terms=terms,
        )
        order = Order(
            request=request,
            status=status,
            terms=terms,
            intended_at_ms=asked_ms,
            changed_at_ms=at(ended) if ended else asked_ms,
            message=message,
        )
        self.orders.append(
            OrderRecord(
                order=order, trade_id=trade.trade_id, steps=(), fills=self._fills(trade, purpose, filled)
            )
        )

    @staticmethod
    def _fills(trade, purpose, filled) -> tuple[Fill, ...]:
        return tuple(
            Fill(
                trade_id=f"{trade.trade_id}{purpose}{number}",
                order_id=f"{trade.trade_id}{purpose}",
                instrument_key=trade.instrument_key,
                side=trade.entry_side if purpose is Purpose.ENTRY else trade.exit_side,
                quantity=quantity,
                price=price,
                filled_at_ms=at(when),
            )
            for number, (quantity, price, when) in enumerate(filled)
        )

    def played(self) -> PlayedDay:
        record = DayRecord(
            on=ON,
            started_at_ms=at("09:00"),
            ended_at_ms=at("15:30"),
            restarts=0,
            program_version="",
            settings_hash="",
            trades=tuple(self.trades),
            signals=tuple(self.signals),
            orders=tuple(self.orders),
            notices=tuple(self.notices),
            positions=(),
            is_panicking=False,
            closing=None,
        )
        return PlayedDay(name=self.name, record=record)


def wire() -> HandMadeDay:
    return HandMadeDay("wire")


def backtest() -> HandMadeDay:
    return HandMadeDay("backtest")
