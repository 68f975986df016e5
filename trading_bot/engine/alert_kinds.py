"""What a person can be told of. docs/alerts.md says of each when it comes and what to do about it."""

from enum import StrEnum


class AlertKind(StrEnum):
    """The cause of a message; messages of one kind are summed up together."""

    # --- what stops entries, and what a person did
    ENTRIES_HALTED = "entries_halted"
    HALT_OVER = "halt_over"
    RESUMED = "resumed"
    PANIC_ASKED = "panic_asked"
    PANIC_EXIT = "panic_exit"
    PANIC_UNLISTED = "panic_unlisted"

    # --- the day's result
    LOSS_WARNING = "loss_warning"
    LOSING_STREAK = "losing_streak"
    DAY_SUMMARY = "day_summary"
    DAY_NOT_FLAT = "day_not_flat"

    # --- the process
    STARTED = "started"
    STOPPED = "stopped"
    PROCESS_FAILED = "process_failed"
    WORKER_FAILED = "worker_failed"
    LOOP_BLOCKED = "loop_blocked"
    WAITING = "waiting"
    SETTINGS_CHANGED = "settings_changed"
    STRATEGY_DOUBT = "strategy_doubt"
    RESOURCES = "resources"
    JOURNAL_FELL_BACK = "journal_fell_back"
    NO_EMERGENCY_JOURNAL = "no_emergency_journal"
    TIME_LOST = "time_lost"
    DASHBOARD = "dashboard"
    NOTICE = "notice"

    # --- login and the broker's API
    LOGIN_NEEDED = "login_needed"
    STILL_NO_LOGIN = "still_no_login"
    NO_ORDER_WITHOUT_LOGIN = "no_order_without_login"
    CALLS_REFUSED = "calls_refused"
    CALLS_UNSENT = "calls_unsent"
    READ_FAILED = "read_failed"

    # --- the feed
    FEED_LOST = "feed_lost"
    FEED_SILENT = "feed_silent"
    FEED_BACK = "feed_back"
    CLOCK_OFF = "clock_off"
    PRICE_OUTSIDE_BAND = "price_outside_band"
    ONLY_WATCHED = "only_watched"

    # --- positions without protection, exits that do not fill
    UNPROTECTED = "unprotected"
    STANDS_STILL = "stands_still"
    ENTRY_UNSEEN = "entry_unseen"
    ORDER_NOT_SEEN = "order_not_seen"
    STOP_GONE = "stop_gone"
    STOP_CANCELLED = "stop_cancelled"
    EXIT_REFUSED = "exit_refused"
    EXIT_LOCKED = "exit_locked"
    EXIT_NOT_FILLED = "exit_not_filled"
    STILL_HELD = "still_held"
    UNMANAGED_POSITION = "unmanaged_position"
    POSITION_FLIPPED = "position_flipped"

    # --- orders and trades that do not add up
    ORDER_NOT_TAKEN = "order_not_taken"
    ORDER_IN_DOUBT = "order_in_doubt"
    DOUBT_OVER = "doubt_over"
    LATE_ORDER = "late_order"
    LATE_FILL = "late_fill"
    ORDER_MISSING = "order_missing"
    TAG_MISSING = "tag_missing"
    SUSPECT_ORDER = "suspect_order"
    FILL_WITHOUT_TRADE = "fill_without_trade"
    TRADE_GONE = "trade_gone"
    TRADE_ANNULLED = "trade_annulled"
    ANNULLED_TRADE_BACK = "annulled_trade_back"
    POSITION_DIFFERS = "position_differs"
    POSITIONS_LAG = "positions_lag"
    WRITTEN_OFF = "written_off"

    # --- others on the account
    FOREIGN_ORDER = "foreign_order"
    FOREIGN_CLOSE = "foreign_close"
    FOREIGN_TRADE_GONE = "foreign_trade_gone"
    CLOSED_ELSEWHERE = "closed_elsewhere"
    UNKNOWN_OWNER = "unknown_owner"

    # --- advice and the channels themselves
    ADVICE = "advice"
    CHANNEL_DOWN = "channel_down"
    CHANNEL_BACK = "channel_back"
    STRANGER = "stranger"
    TELEGRAM_DEAF = "telegram_deaf"

    @property
    def words(self) -> str:
        """As a person reads it."""
        return self.replace("_", " ")
