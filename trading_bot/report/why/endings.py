"""Why a trade was closed, in plain words."""

from trading_bot.domain.trade import ExitReason
from trading_bot.report.day.record import TradeRecord
from trading_bot.report.wording import price

_WORDS = {
    ExitReason.STOP: "its protective stop was reached",
    ExitReason.TRAILING_STOP: "its trailing stop was reached",
    ExitReason.TARGET: "its target was reached",
    ExitReason.SIGNAL: "its strategy raised a signal against it",
    ExitReason.SQUARE_OFF: "the time had come at which everything is to be flat",
    ExitReason.DAILY_LOSS: "the day had lost as much as it may",
    ExitReason.PANIC: "a panic closed everything",
    ExitReason.UNPROTECTED: "no protective stop could be kept for it",
    ExitReason.OPERATOR: "a person asked for it",
    ExitReason.NOT_FILLED: "nothing of its entry was filled",
    ExitReason.FOREIGN: "somebody closed it in the broker's app",
    ExitReason.BROKER: "the broker closed it",
}


def exit_words(record: TradeRecord) -> str:
    """Why it was closed, with the level that decided; empty while it is open."""
    if record.closed is None:
        return ""
    reason, trade = record.closed.exit_reason, record.trade
    if reason in (ExitReason.STOP, ExitReason.TRAILING_STOP):
        return f"{_WORDS[reason]} ({price(trade.stop_price)})"
    if reason is ExitReason.TARGET and trade.plan.target_price is not None:
        return f"{_WORDS[reason]} ({price(trade.plan.target_price)})"
    return _WORDS[reason]
