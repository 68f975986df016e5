"""Defects in what may be entered."""

from dataclasses import replace

from tests.simulation.planted.patches import always, bug, nothing
from trading_bot.domain import events as ev
from trading_bot.engine import decide
from trading_bot.engine.decisions.market import odd_prices
from trading_bot.engine.decisions.operation import halts, losses, panic
from trading_bot.engine.decisions.orders import answers
from trading_bot.engine.decisions.positions import entries, sizes


@bug
def halts_are_ignored(patches):
    patches.put(halts, "objection", always(None))


@bug
def a_pause_is_ignored(patches):
    def made(objection):
        def deaf(state, key, strategy):
            found = objection(state, key, strategy)
            return None if found is not None and found.detail == "paused" else found

        return deaf

    patches.around(halts, "objection", made)


@bug
def positions_at_once_are_not_counted(patches):
    patches.around(
        entries, "day_picture", lambda picture: lambda *given: replace(picture(*given), open_trades=0)
    )


@bug
def trades_of_the_day_are_not_counted(patches):
    patches.around(
        entries, "day_picture", lambda picture: lambda *given: replace(picture(*given), trades_today=0)
    )


@bug
def sizes_are_ten_times_too_large(patches):
    patches.around(
        sizes,
        "size_of",
        lambda size: lambda *given: replace(size(*given), quantity=10 * size(*given).quantity),
    )


@bug
def the_hours_of_entries_are_ignored(patches):
    patches.put(entries, "_outside_hours", always(None))


@bug
def old_data_is_good_enough(patches):
    patches.put(entries, "_not_fresh", always(None))


@bug
def odd_prices_are_believed(patches):
    patches.put(odd_prices, "_confirms", always(True))
    patches.put(odd_prices, "_is_within_band", always(True))


@bug
def the_day_loss_is_not_watched(patches):
    patches.put(losses, "watch", nothing)
    patches.around(
        entries, "day_picture", lambda picture: lambda *given: replace(picture(*given), net_pnl=10**9)
    )


@bug
def entries_do_not_wait_for_the_books(patches):
    patches.put(entries, "_not_ready", entries._not_fresh)


@bug
def panic_releases_itself(patches):
    def made(drive):
        def releasing(state, turn):
            drive(state, turn)
            if state.book.is_panicking and panic.is_finished(state):
                turn.emit(ev.PanicReleased(at_ms=state.now_ms, asked_by="nobody"))

        return releasing

    patches.around(decide, "drive_panic", made)


@bug
def waiting_entries_go_out_under_a_halt(patches):
    patches.put(answers, "_objection", always(None))
