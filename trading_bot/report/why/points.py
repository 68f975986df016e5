"""The day's turning points of one instrument: signals, denials, entries, exits, and halts that concern it."""

from collections.abc import Iterator

from trading_bot.domain.money import rupees
from trading_bot.domain.signal import Direction
from trading_bot.report.day.record import Notice, SignalRecord, TradeRecord
from trading_bot.report.why.denials import reason_of
from trading_bot.report.why.endings import exit_words
from trading_bot.report.why.explanation import TurningPoint
from trading_bot.report.why.facts import Story
from trading_bot.report.wording import mean_price, money, price, signed_money, signed_ratio


def turning_points(story: Story) -> tuple[TurningPoint, ...]:
    """All of them in the order of time."""
    points = [_signal_point(signal) for signal in story.signals]
    for trade in story.trades:
        points += _trade_points(trade)
    points += [_notice_point(notice) for notice in story.notices]
    return tuple(sorted(points, key=lambda point: point.at_ms))


def _notice_point(notice: Notice) -> TurningPoint:
    """The kind belongs to the words: a halt and its end are told of by the same text."""
    return TurningPoint(notice.at_ms, notice.kind, f"{notice.kind}: {notice.text}")


def _signal_point(record: SignalRecord) -> TurningPoint:
    evaluation = record.evaluation
    direction = evaluation.signal.direction if evaluation.signal else Direction.LONG
    said = f"{evaluation.strategy}: {direction} signal, score {signed_ratio(evaluation.score)}"
    if record.denied is not None:
        why = f"{reason_of(record.denied.reason).words} ({record.denied.detail})"
        return TurningPoint(record.at_ms, "denial", f"{said}; denied: {why}")
    outcome = "" if record.trade_id is None else f"; trade {record.trade_id} is planned"
    return TurningPoint(record.at_ms, "signal", said + outcome)


def _trade_points(record: TradeRecord) -> Iterator[TurningPoint]:
    trade_id, plan = record.trade.trade_id, record.trade.plan
    if record.entered_at_ms is not None:
        mean = mean_price(record.entered_value, record.entered_quantity)
        at = f" at {money(mean)}" if mean is not None else ""
        target = "" if plan.target_price is None else f", target {price(plan.target_price)}"
        text = f"trade {trade_id}: {record.trade.direction} {record.entered_quantity}{at}"
        text += f", stop {price(plan.stop_price)}{target}"
        yield TurningPoint(record.entered_at_ms, "entry", text)
    if record.closed is None:
        return
    if not record.has_traded:
        yield TurningPoint(
            record.closed.closed_at_ms, "not_filled", f"trade {trade_id}: {exit_words(record)}"
        )
        return
    mean = mean_price(record.exited_value, record.exited_quantity)
    at = f" at {money(mean)}" if mean is not None else ""
    gross = signed_money(rupees(record.closed.gross_pnl))
    at_ms = record.exited_at_ms or record.closed.closed_at_ms
    yield TurningPoint(at_ms, "exit", f"trade {trade_id} closed{at}: {exit_words(record)}; gross {gross}")
