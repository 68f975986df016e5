"""decide(state, input) -> events and commands: no I/O, no clock, no chance.

Given the same state and the same input the same turn comes out; that is what makes a recorded day replay to
the same journal, byte for byte.
"""

from collections.abc import Callable
from typing import Any

from trading_bot.engine import inputs
from trading_bot.engine.decisions.account import foreign_cancels, reconcile
from trading_bot.engine.decisions.market import (
    bars,
    day_closes,
    evaluate,
    feed_health,
    overlays,
    standstill,
    ticks,
    time_health,
)
from trading_bot.engine.decisions.operation import days, halts, operator
from trading_bot.engine.decisions.operation.panic import count_flat_read, drive_panic
from trading_bot.engine.decisions.orders import answers, reports
from trading_bot.engine.decisions.positions import trades
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.state import State


def decide(state: State, event: inputs.Input) -> Turn:
    """Take one input: advance the state, and return what is to be journaled and asked of the world."""
    turn = Turn(state)
    decide_in(turn, event)
    return turn


def decide_in(turn: Turn, event: inputs.Input) -> None:
    """Take one more input in a turn that has decided nothing yet."""
    state = turn.state
    state.now_ms = max(state.now_ms, event.at_ms)
    DECIDE[type(event)](state, event, turn)
    if turn.touched_trades:
        trades.drive_touched(state, turn)


def _on_phases(state: State, event: inputs.PhaseReported, turn: Turn) -> None:
    feed_health.on_phases(state, event, turn)
    standstill.on_phases(state, event, turn)


def _on_positions_read(state: State, event: inputs.PositionsRead, turn: Turn) -> None:
    reconcile.on_positions_read(state, event, turn)
    count_flat_read(state)
    drive_panic(state, turn)


def _on_books_read(state: State, event: inputs.BooksRead, turn: Turn) -> None:
    reports.on_books_read(state, event, turn)
    foreign_cancels.judge(state, event, turn)
    drive_panic(state, turn)


DECIDE: dict[type[inputs.Input], Callable[[State, Any, Turn], None]] = {
    inputs.FrameReceived: ticks.on_frame,
    inputs.QuotesRead: ticks.on_quotes,
    inputs.BarsClosed: bars.on_bars,
    inputs.PricesMoved: bars.on_prices,
    inputs.ClockTicked: ticks.on_clock,
    inputs.TimeLost: time_health.on_time_lost,
    inputs.EvaluationDue: evaluate.on_evaluation_due,
    inputs.FeedLost: feed_health.on_feed_lost,
    inputs.PhaseReported: _on_phases,
    inputs.SendStarted: answers.on_send_started,
    inputs.SendSkipped: answers.on_send_skipped,
    inputs.PlaceAnswered: answers.on_place_answered,
    inputs.ModifyAnswered: answers.on_modify_answered,
    inputs.CancelAnswered: answers.on_cancel_answered,
    inputs.ForeignCancelAnswered: foreign_cancels.on_answered,
    inputs.OrderPushed: reports.on_order_pushed,
    inputs.BooksRead: _on_books_read,
    inputs.TagSearched: reports.on_tag_searched,
    inputs.PositionsRead: _on_positions_read,
    inputs.AccountRead: reconcile.on_account_read,
    inputs.ReadFailed: reconcile.on_read_failed,
    inputs.OperatorAsked: operator.on_operator_asked,
    inputs.StopBegan: operator.on_stop_began,
    inputs.JournalFellBack: halts.on_journal_fell_back,
    inputs.OwnershipClaimed: days.on_ownership_claimed,
    inputs.DayOpened: days.on_day_opened,
    inputs.WarmedUp: days.on_warmed_up,
    inputs.VolatilityRead: overlays.on_volatility_read,
    inputs.DayClosesRead: day_closes.on_day_closes_read,
    inputs.DayEnded: days.on_day_ended,
}
"""Each function takes the input class that it is filed under."""
