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
from trading_bot.report.charging import Charger, TradeFills
from trading_bot.report.record import DayRecord, TradeRecord

_ORDER_ROWS = frozenset({event_kind(ev.OrderIntended), event_kind(ev.OrderAdvanced)})


class TradeOutcome(NamedTuple):
    """A closed trade that bought or sold something."""

    strategy: str
    entered_ms: int
    exited_ms: int
    gross: Decimal
    net: Decimal
    """Rupees after its share of the day's charges."""


class Acknowledgement(NamedTuple):
    """How long an order's call took: from taking it up until the broker's answer was in."""

    purpose: Purpose
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
    """Return how long each order waited for the broker's answer."""
    return tuple(
        _acknowledged(decode_event(row.kind, row.payload) for row in rows if row.kind in _ORDER_ROWS)
    )


def _acknowledged(events: Iterable[ev.BookEvent]) -> Iterator[Acknowledgement]:
    purposes: dict[str, Purpose] = {}
    sent: dict[str, int] = {}
    for event in events:
        if isinstance(event, ev.OrderIntended):
            purposes[event.request.tag] = event.request.purpose
        elif isinstance(event, ev.OrderAdvanced):
            if event.status is OrderStatus.SENT:
                sent[event.tag] = event.at_ms
            elif event.status is OrderStatus.ACKNOWLEDGED and event.tag in sent and event.tag in purposes:
                yield Acknowledgement(purposes[event.tag], event.at_ms - sent.pop(event.tag))


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
