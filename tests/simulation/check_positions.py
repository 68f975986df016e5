"""Positions: exit bound (V3) and protection (V4), against the venue's truth."""

from collections import Counter

from tests.simulation.catalogue import KINDS
from trading_bot.domain import events as ev
from trading_bot.domain.ist import ms_at
from trading_bot.domain.order import OrderStatus, Side
from trading_bot.domain.trade import ExitReason
from trading_bot.engine.decisions.positions import protection, trades

_RESTING = (OrderStatus.TRIGGER_PENDING, OrderStatus.OPEN)
_TOLD_AGAIN_S = 33
"""A page comes after thirty seconds and every thirty seconds then; the rest is the way of the alert."""
_SLOW_COMMITS_S = 15
"""What is told waits for the disk: two commits of six seconds, and what stood before them."""
_ASKS_AGAIN_MS = 30_000
"""After a token that was not accepted the books are asked for only so often."""
_SURPLUS_S = 12
"""A foreign trade may leave surplus exits for 10 s; the rest is the way of the cancellation."""
_HEALTHY_S, _DEGRADED_S = 5, 30
_FLAT_WITHIN_MS = 50_000
_NOTICED_MS = 45_000
"""A list that is short for five seconds after a beat of ten, and two reads of positions after one of 30."""
_HIDDEN_S = 75
"""Fills of an order that no book shows are known by two reads of the positions only."""
_BLIND = frozenset(
    {
        *("push_muted", "push_lost", "push_late", "push_cut", "dead_token", "hidden_orders"),
        *("read_5xx", "read_lost", "read_garbage", "read_too_many"),
        *(
            "book_incomplete",
            "book_stale",
            "all_stale",
            "page_hidden",
            "book_empty",
            "trades_empty",
            "positions_empty",
            "positions_fail",
            "positions_stale",
        ),
        *("request_lost", "request_slow", "answer_lost", "answer_late", "answer_cut", "garbage_placed"),
        *(
            "error_5xx_placed",
            "error_5xx_lost",
            "error_4xx_placed",
            "too_many",
            "locked_placed",
            "locked_lost",
        ),
        *("kill", "kill_again", "journal_slow", "journal_fails", "late_fill", "reject"),
    }
)
"""Faults under which the daemon cannot see, or cannot act."""
_PROTECTABLE = frozenset(
    {
        *("user_cancels", "user_opens", "operator_pause", "operator_panic", "operator_flatten"),
        *("thin", "tick_doubled", "tick_late", "push_doubled", "frame_torn", "market_halt"),
    }
)
"""Faults under which a stop is placed, or placed again, as if there were none."""
_GIVES_UP = frozenset(KINDS) - _PROTECTABLE
_CANCELS = frozenset({"user_cancels", "square_off"})
_CALM_MS = 60_000
_IN_VAIN = 4
"""Orders that may be on their way when a halt begins: an entry, and a stop of three slices."""
_TRIED_EVERY_MS = 29_000


class PositionChecks:
    """Who holds what, and what stands to close it."""

    def __init__(self, oracle):
        self._oracle = oracle
        self._world, self._truth = oracle.world, oracle.truth
        self._refused = set()
        """Trades of which a stop was refused, or vanished."""
        self._bare = {}
        """By instrument, since it was last covered in whole: (ms, units held, units covered), each second."""
        self._known_bare_ms = {}
        """Since when the daemon's own book shows a position without enough resting exits."""
        self._surplus_ms = {}
        self._learned_ms = {}
        """When the daemon last learned that somebody else had closed units of an instrument."""
        self._in_vain = Counter()
        """Orders that were rejected in a market-wide halt, by instrument."""
        self._has_panicked = False
        self.longest_bare_s = 0.0

    def on_start(self, _process):
        self._refused = set()

    def _on_foreign_fill(self, _process, event):
        if not self._oracle.is_replaying:
            self._learned_ms[event.fill.instrument_key] = self._oracle.now_ms

    def _on_panic(self, _process, _event):
        self._has_panicked = True

    def _on_advanced(self, process, event):
        """No exit leaves that is too much by the daemon's own book: nobody else's trade excuses that."""
        book = process.engine.state.book
        trade = book.trades.get(book.trade_id_by_tag.get(event.tag))
        is_exit = trade is not None and book.orders[event.tag].request.side is trade.exit_side
        if self._oracle.is_replaying or event.status is not OrderStatus.SENT or not is_exit:
            return
        held = abs(book.position_of(trade.instrument_key).quantity)
        asked = sum(order.worst_case_quantity for order in protection.live_exits(process.engine.state, trade))
        if asked > held:
            text = f"{event.tag} leaves though exits of {asked} units stand for the {held} that are held"
            self._oracle.violated("V3", text)

    def _on_intended(self, _process, event):
        if event.request.purpose == "entry":
            self._truth.entry_tags.add(event.request.tag)

    # --- V3: exits at the venue -------------------------------------------------------------------------

    def on_row(self, row):
        self._check_exits(row.instrument_key)
        self._check_hammering(row)

    def _check_hammering(self, row):
        """An exchange that stands still is asked for an exit now and then, and for nothing else (V9)."""
        if not self._world.stands_still or row.status != "rejected":
            return
        self._in_vain[row.instrument_key] += 1
        tries = 1 + (self._oracle.now_ms - self._world.schedule.halt.start_ms) // _TRIED_EVERY_MS
        if self._in_vain[row.instrument_key] > _IN_VAIN + tries * max(1, self._world.schedule.world.slices):
            self._oracle.violated("V9", f"orders in {row.instrument_key} go on in a market-wide halt")

    def _check_exits(self, key):
        exits = [one for one in self._truth.own_live(key) if one.tag not in self._truth.entry_tags]
        surplus, held = min((_surplus(exits, held), held) for held in self._held_by_any_account(key))
        if surplus <= 0:
            self._surplus_ms.pop(key, None)
            return
        since_ms = self._surplus_ms.setdefault(key, self._oracle.now_ms)
        if not self._is_excused(key, since_ms):
            text = f"{key} exits at the venue may trade {surplus} units more than the {held} that are held"
            self._oracle.violated("V3", text)

    def _held_by_any_account(self, key):
        """What may be closed. Panic closes what anybody holds; where somebody else traded it is a matter of
        order who closed what, and the daemon's account of it is as good as the venue's."""
        held = [self._truth.net(key) if self._has_panicked else self._truth.own(key)]
        if key in self._truth.foreign_moved_ms:
            held.append(self._oracle.fills.held.get(key, 0))
        return held

    def _is_excused(self, key, since_ms):
        """Somebody else's trade, or a fill after the end, made the surplus; it has a bounded time to go.

        While the daemon is blind its own account stands, so a surplus may begin when it learns of the trade.
        """
        now_ms, world = self._oracle.now_ms, self._world
        disturbed_ms, annulled_ms = world.last_disturbed_ms(_BLIND), self._truth.annulled_ms.get(key, 0)
        cause_ms = max(
            self._truth.foreign_moved_ms.get(key, 0),
            self._learned_ms.get(key, 0),
            world.venue_faults.late_ms.get(key, 0),
            world.view.hidden_until_ms(key) if key in world.venue_faults.late_ms else 0,
            # To be noticed, the trade has to be missing from several reads, and the positions twice.
            max(annulled_ms, disturbed_ms) + _NOTICED_MS if annulled_ms else 0,
        )
        if not cause_ms or cause_ms < since_ms - 60_000:
            return False
        no_token_ms = world.faults.last_active_ms({"dead_token"})
        asks_again_ms = no_token_ms + _ASKS_AGAIN_MS if no_token_ms else 0
        blind_ms = max(cause_ms, disturbed_ms, asks_again_ms, world.view.hidden_until_ms(key))
        return now_ms <= blind_ms + _SURPLUS_S * 1_000

    # --- V4: protection ---------------------------------------------------------------------------------

    def on_second(self):
        for key in self._truth.traded_keys():
            self._check_protected(key)
            self._check_hours(key)
            self._check_exits(key)
            self._check_told(key)

    def _check_told(self, key):
        """A position that the daemon's own book shows without enough resting exits is paged, by name."""
        process, now_ms = self._world.process, self._oracle.now_ms
        is_bare = process is not None and process.is_alive and _is_bare_by_its_book(process.engine.state, key)
        if not is_bare or self._world.stands_still:
            self._known_bare_ms.pop(key, None)
            return
        since_ms = max(self._known_bare_ms.setdefault(key, now_ms), process.started_ms)
        is_slow = self._world.faults.disturbed(now_ms - 60_000, {"journal_slow"})
        newest_ms = now_ms - (_TOLD_AGAIN_S + (_SLOW_COMMITS_S if is_slow else 0)) * 1_000
        if newest_ms >= since_ms and not self._is_told(newest_ms, key, "unprotected"):
            self._oracle.violated("V4", f"{key} is bare by the daemon's own book, and nobody was told")

    def _is_told(self, since_ms, key, words):
        """Whether a person was told of an instrument, which is named as people do."""
        (symbol,) = (one.symbol for one in self._world.source.instruments if one.key == key)
        return self._oracle.told_since(since_ms, symbol, words)

    def _check_hours(self, key):
        """After the time to be flat nothing may be held for long, once the faults are over."""
        world = self._world
        flat_ms = ms_at(world.source.on, world.sections.risk.windows.auction_shares_flat_by)
        if (
            self._truth.own(key)
            and self._oracle.now_ms
            > max(flat_ms, world.schedule.heal_ms, self._truth.annulled_ms.get(key, 0)) + _FLAT_WITHIN_MS
        ):
            self._oracle.violated(
                "V11", f"{key} {self._truth.own(key)} units are held after the time to be flat"
            )

    def _check_protected(self, key):
        held = abs(self._truth.own(key))
        process = self._world.process
        is_up = process is not None and process.is_alive
        covered = self._truth.covered(key)
        if not held or covered >= held or not is_up or self._world.stands_still:
            self._bare.pop(key, None)
            return
        now_ms = self._oracle.now_ms
        self._bare.setdefault(key, []).append((now_ms, held, covered))
        since_ms = max(bare_since_ms(self._bare[key]), process.started_ms, self._seen_again_ms(key))
        bare_s = (now_ms - since_ms) / 1_000
        self.longest_bare_s = max(self.longest_bare_s, bare_s)
        annulled_ms = self._truth.annulled_ms.get(key, 0)
        is_degraded = (
            self._world.faults.disturbed(since_ms - 40_000, _BLIND) or annulled_ms > since_ms - 40_000
        )
        limit_s = _DEGRADED_S if is_degraded else _HEALTHY_S
        is_hidden = self._world.view.hidden_until_ms(key) > since_ms
        if is_hidden or self._world.faults.disturbed(since_ms, {"page_hidden"}):
            limit_s = _HIDDEN_S
        if bare_s <= limit_s:
            return
        if (is_degraded or is_hidden) and self._oracle.told_since(since_ms - 2_000):
            return
        if self._is_left_to_a_person(key):
            return
        text = f"{key} {held} units bare for {bare_s:.0f} s, degraded: {is_degraded}"
        self._oracle.violated("V4", text)

    def _seen_again_ms(self, key):
        """When a trade that the exchange took back can be seen missing: not before the token is accepted."""
        no_token_ms = self._world.faults.last_active_ms({"dead_token"})
        return no_token_ms + _ASKS_AGAIN_MS if key in self._truth.annulled_ms and no_token_ms else 0

    def _is_left_to_a_person(self, key):
        """Whether others cancelled stops more often than one is placed again, and a person was told so."""
        cancels = sum(fault.kind in _CANCELS for fault in self._world.schedule.faults)
        most = self._world.sections.risk.exits.max_stop_cancels
        return cancels > most and self._is_told(0, key, "no other is placed")

    def _on_exit(self, process, event):
        """That the guard closes what has no stop is the second line: in calm the first one has to hold.

        A stop that the exchange refused is no fault of ours: the price may be past it by then. What an
        annulled trade gave back never had one.
        """
        is_silent = self._oracle.is_replaying or event.trade_id in self._refused
        if event.reason is not ExitReason.UNPROTECTED or is_silent:
            return
        trade = process.engine.state.book.trades.get(event.trade_id)
        if trade is not None and trade.strategy == "rescue":
            return
        if not self._world.faults.disturbed(self._oracle.now_ms - _CALM_MS, _GIVES_UP):
            self._oracle.violated("V4", f"trade {event.trade_id} is given up as unprotected, and all is well")

    def _on_stop_failed(self, _process, event):
        if not event.by_others:
            self._refused.add(event.trade_id)

    EVENTS = {  # noqa: RUF012  # a table
        ev.ForeignFillTaken: _on_foreign_fill,
        ev.OrderIntended: _on_intended,
        ev.OrderAdvanced: _on_advanced,
        ev.PanicLatched: _on_panic,
        ev.ExitRequested: _on_exit,
        ev.StopFailed: _on_stop_failed,
    }


def _is_bare_by_its_book(state, key):
    """Whether what the daemon knows to rest is less than what it knows to hold, in hours of trading."""
    trade, series = state.book.trade_of(key), state.market.series.get(key)
    if trade is None or series is None or not series.hours.is_open(state.now_ms):
        return False
    exits = [one for one in state.book.orders_of(trade.trade_id) if one.request.side is trade.exit_side]
    resting = sum(order.remaining_quantity for order in exits if order.status in _RESTING)
    ended = [order for order in exits if order.status.is_terminal]
    resting += sum(max(0, order.reported_filled_quantity - order.spent_quantity) for order in ended)
    return resting < trades.exitable_quantity(state, trade)


def bare_since_ms(seconds):
    """Since when the same units are bare: fewer were covered at any second since than were held at each.

    While an order fills a little each second its stop is always one step behind, but for other units.
    """
    least_held, most_covered = seconds[-1][1:]
    since_ms = seconds[-1][0]
    for at_ms, held, covered in reversed(seconds):
        least_held, most_covered = min(least_held, held), max(most_covered, covered)
        if most_covered >= least_held:
            break
        since_ms = at_ms
    return since_ms


def _surplus(exits, held):
    """Units that exits may trade beyond what is held."""
    return sum(one.pending_quantity for one in exits) - (abs(held) if _all_close(exits, held) else 0)


def _all_close(exits, held):
    return all(one.side is (Side.SELL if held > 0 else Side.BUY) for one in exits)
