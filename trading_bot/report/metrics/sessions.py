"""What sessions hand over to be measured, and how it is read from a day's journal."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from trading_bot.domain import events as ev
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.money import ZERO, rupees
from trading_bot.domain.order import OrderStatus, Purpose
from trading_bot.domain.trace import GateCount
from trading_bot.engine.ports import JournalRow
from trading_bot.engine.records import decode_event, event_kind
from trading_bot.report.day.charging import Charger, TradeFills
from trading_bot.report.day.record import DayRecord, TradeRecord

_ORDER_ROWS = frozenset(event_kind(kind) for kind in (ev.TradePlanned, ev.OrderIntended, ev.OrderAdvanced))
SIGNAL_TO_ENTRY = "signal to entry"
"""From the signal until the broker has answered the entry that it led to."""


class TradeOutcome(NamedTuple):
    """A closed trade that bought or sold something."""

    strategy: str
    entered_ms: int
    exited_ms: int
    gross: Decimal
    net: Decimal
    """Rupees after its share of the day's charges."""


class Acknowledgement(NamedTuple):
    """How long something waited until the broker's answer was in, in session time."""

    strategy: str
    """Whose trade it was for; empty where the day does not tell."""
    what: str
    """The purpose of an order, from taking it up on; or `SIGNAL_TO_ENTRY`."""
    took_ms: int


class Moves(NamedTuple):
    """Where prices went after signals that were not traded, as far as kept candles tell."""

    strategy: str
    held_back_by: str
    """The gate that alone failed, or the reason of the denial."""
    known: int
    """So many have a price at both ends."""
    unknown: int
    against: int
    """Of the known: the price had moved against the signal, or not at all; holding back was right."""
    mean_bps: float | None
    """Mean move in favour of the signal, in hundredths of a percent, before costs; None if none is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFacts:
    """One day of one journal."""

    on: date
    hours: Mapping[str, float]
    """Hours of candles that each strategy evaluated."""
    signals: tuple[tuple[str, str | None], ...]
    """The strategy of each signal, and the reason for which it was denied."""
    trades: tuple[TradeOutcome, ...]
    acknowledgements: tuple[Acknowledgement, ...]
    gates: tuple[GateCount, ...]
    moves: tuple[Moves, ...] = ()


def outcomes_of(
    record: DayRecord, instruments: Mapping[str, Instrument], charger: Charger
) -> tuple[TradeOutcome, ...]:
    """Return the day's closed trades with their share of its charges."""
    traded = [trade for trade in record.trades if trade.has_traded]
    costs = charger(record.on, [_fills(trade, instruments) for trade in traded])
    return tuple(
        _outcome(trade, sum(part.values(), ZERO))
        for trade, part in zip(traded, costs.parts, strict=True)
        if trade.closed is not None
    )


def signals_of(record: DayRecord) -> tuple[tuple[str, str | None], ...]:
    """Return who raised each signal, and why it was denied."""
    return tuple(
        (signal.evaluation.strategy, signal.denied.reason if signal.denied else None)
        for signal in record.signals
    )


def acknowledgements_of(rows: Iterable[JournalRow]) -> tuple[Acknowledgement, ...]:
    """Return how long each order, and each signal that became one, waited for the broker's answer."""
    clock = _AnswerClock()
    return tuple(
        wait
        for row in rows
        if row.kind in _ORDER_ROWS
        for wait in clock.take(decode_event(row.kind, row.payload))
    )


class _AnswerClock:
    """Follows orders from their intent to the broker's answer."""

    def __init__(self) -> None:
        self._plans: dict[int, ev.TradePlanned] = {}
        self._intents: dict[str, ev.OrderIntended] = {}
        self._sent: dict[str, int] = {}

    def take(self, event: ev.BookEvent) -> Iterator[Acknowledgement]:
        """Take the next event, and tell the waits that it ends."""
        if isinstance(event, ev.TradePlanned):
            self._plans[event.trade.trade_id] = event
        elif isinstance(event, ev.OrderIntended):
            self._intents[event.request.tag] = event
        elif isinstance(event, ev.OrderAdvanced) and event.status is OrderStatus.SENT:
            self._sent[event.tag] = event.at_ms
        elif isinstance(event, ev.OrderAdvanced) and event.status is OrderStatus.ACKNOWLEDGED:
            yield from self._answered(event)

    def _answered(self, event: ev.OrderAdvanced) -> Iterator[Acknowledgement]:
        intent, sent_ms = self._intents.get(event.tag), self._sent.pop(event.tag, None)
        if intent is None or sent_ms is None:
            return
        plan, purpose = self._plans.get(intent.trade_id or 0), intent.request.purpose
        strategy = "" if plan is None else plan.trade.strategy
        yield Acknowledgement(strategy, purpose.value, event.at_ms - sent_ms)
        if plan is not None and purpose is Purpose.ENTRY:
            yield Acknowledgement(strategy, SIGNAL_TO_ENTRY, event.at_ms - plan.at_ms)


def _fills(trade: TradeRecord, instruments: Mapping[str, Instrument]) -> TradeFills:
    return TradeFills(
        instrument=instruments[trade.trade.instrument_key], product=trade.trade.product, fills=trade.fills
    )


def _outcome(trade: TradeRecord, charges: Decimal) -> TradeOutcome:
    closed = trade.closed
    assert closed is not None
    gross = rupees(closed.gross_pnl)
    exited_ms = trade.exited_at_ms or closed.closed_at_ms
    return TradeOutcome(
        strategy=trade.trade.strategy,
        entered_ms=trade.entered_at_ms or trade.trade.planned_at_ms,
        exited_ms=exited_ms,
        gross=gross,
        net=gross - charges,
    )


def strategies_of(sessions: Sequence[SessionFacts]) -> tuple[str, ...]:
    """Everybody who evaluated, signalled or traded."""
    names: set[str] = set()
    for session in sessions:
        names |= session.hours.keys() | {strategy for strategy, _ in session.signals}
        names |= {trade.strategy for trade in session.trades} | {count.strategy for count in session.gates}
    return tuple(sorted(names))
