"""The reasons for which a signal is not traded, in plain words, and what would have let it pass."""

from typing import NamedTuple


class Reason(NamedTuple):
    """One code of `EntryDenied` for a person."""

    words: str
    remedy: str
    """What would have had to be different."""
    setting: str = ""
    """The setting that holds the limit; empty where none does."""


_UNKNOWN = Reason("the risk rules said no", "see docs/operations.md")

REASONS: dict[str, Reason] = {
    "not_reconciled": Reason(
        "the broker's books had not been read since the start",
        "a complete read of orders, trades and positions",
    ),
    "books_unread": Reason("orders, trades or positions could not be read", "a read that succeeds"),
    "history_not_adjusted": Reason(
        "its history was of before a split or bonus, or lacked the last day",
        "a history whose last close is the exchange's previous close",
    ),
    "not_tradable": Reason("it is an index", "nothing: an index is watched and never traded"),
    "funds_unknown": Reason("the broker had not said what is available", "an answer about the funds"),
    "feed_down": Reason("no market data came", "a feed that speaks"),
    "stale_data": Reason(
        "its newest price was too old", "a message about it in time", "risk.entries.max_data_age_s"
    ),
    "clock_offset": Reason(
        "feed and machine disagree about the time", "a smaller difference", "engine.clock_offset_ms"
    ),
    "suspect_data": Reason(
        "its price was not believed", "a second trade at that price, within the broker's limits"
    ),
    "stopping": Reason("the process was about to end", "a process that stays"),
    "overlay_vix": Reason("India VIX allows no entries", "a calmer index", "risk.overlays.vix"),
    "overlay_events": Reason(
        "an event allows no entries", "a time without the event", "risk.overlays.events"
    ),
    "overlay_circuits": Reason(
        "the price was too near its limit, or the market had been halted",
        "more room",
        "risk.overlays.circuits",
    ),
    "band_unknown": Reason(
        "a margin to its price limits is asked for, and the broker had not said where they are",
        "the broker's price limits of the share",
        "risk.overlays.circuits.band_margin",
    ),
    "panic": Reason("a panic is latched", "`resume` by a person"),
    "halted_entries": Reason("entries were halted", "the end of the halt's cause, or `resume`"),
    "halted_instrument": Reason("entries in it were halted", "the end of the halt's cause, or `resume`"),
    "halted_strategy": Reason("the strategy was halted", "a strategy that works, then `resume`"),
    "day_closed": Reason("the day was over", "a signal before the end of the day"),
    "market_halted": Reason("the exchange did not trade continuously", "an open market"),
    "outside_entry_hours": Reason(
        "no entries are made at that time", "a signal within the hours of entries", "risk.windows"
    ),
    "option_writing": Reason("options are not sold to open", "a strategy that buys them"),
    "direction_off": Reason("that side is not traded", "the other side", "risk.entries.directions"),
    "position_exists": Reason("a trade in it was open or pending already", "no open trade in it"),
    "foreign_position": Reason("somebody else held a position in it", "no position of others in it"),
    "max_daily_loss": Reason(
        "the day had lost as much as it may", "a smaller loss", "risk.limits.max_daily_loss"
    ),
    "max_consecutive_losses": Reason(
        "it had lost too often in a row", "fewer losses in a row", "risk.limits.max_consecutive_losses"
    ),
    "max_concurrent_positions": Reason(
        "too many positions were open", "one open position fewer", "risk.limits.max_concurrent_positions"
    ),
    "max_trades_per_day": Reason(
        "the day's trades were used up", "fewer trades before", "risk.limits.max_trades_per_day"
    ),
    "max_trades_per_symbol_per_day": Reason(
        "its trades of the day were used up",
        "fewer trades in it before",
        "risk.limits.max_trades_per_symbol_per_day",
    ),
    "symbol_spacing_s": Reason(
        "its last entry was too recent", "a later signal", "risk.limits.symbol_spacing_s"
    ),
    "max_entries_per_minute": Reason(
        "too many entries in a minute", "a quieter minute", "risk.limits.max_entries_per_minute"
    ),
    "max_entries_per_hour": Reason(
        "too many entries in an hour", "a quieter hour", "risk.limits.max_entries_per_hour"
    ),
    "max_open_risk": Reason(
        "all stops together risked enough", "less open risk", "risk.limits.max_open_risk"
    ),
    "no_room_for_stop": Reason("no stop price lies a tick away", "a higher price"),
    "stop_outside_band": Reason("its stop would lie outside the price band", "a nearer stop", "risk.exits"),
    "size_zero": Reason(
        "the rules left less than one lot", "more room in the rule that bound", "risk.sizing"
    ),
    "too_many_slices": Reason(
        "its size needs more orders than stops can be placed in time",
        "a smaller position",
        "engine.unprotected_s",
    ),
}


def reason_of(code: str) -> Reason:
    """The code in words."""
    return REASONS.get(code, _UNKNOWN)
