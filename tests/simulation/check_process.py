"""The process: never silent (V16), audit (V19), bounds (V22), healing (V23), flat at the end."""

from trading_bot.domain.events import HaltScope
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.engine.book import Book
from trading_bot.engine.decisions.operation.halts import NEEDS_LOGIN
from trading_bot.engine.records import decode_event

_ON_PURPOSE = "on purpose"
_NEEDS_LOGIN = (HaltScope.ENTRIES, "", NEEDS_LOGIN)
_SILENT_MS = 11_000
_NEWS_MS = 3_000
"""So long a fill may take to be known when all is well."""
_HEARD_MS = 1_000
"""So long a price may be on its way. A market without a trade is a silent feed where no index is watched."""
_UNUSABLE = frozenset({"tick_odd", "frame_torn", "tick_late", "kill", "kill_again"})
"""Faults of frames that tell that the feed lives, though they bring no price."""
_MOST_ORDERS_QUEUED = 60
_MOST_EVALUATIONS_QUEUED = 60
_MOST_TASKS = 90


class ProcessChecks:
    """What the daemon as a whole has to keep to."""

    EVENTS = {}  # noqa: RUF012  # a table

    def __init__(self, oracle):
        self._oracle = oracle
        self._world = oracle.world
        self._failing_ms = {}
        self._login_needed_ms = None
        """When the daemon last said that a login is needed."""

    def on_breaker(self, _process, reason):
        if _ON_PURPOSE not in reason:
            self._oracle.violated("V16", f"breaker opened: {reason}")

    def on_second(self):
        process = self._world.process
        if process is None or not process.is_alive or process.day is None:
            return
        outbox = process.engine.outbox
        if outbox.orders_queued > _MOST_ORDERS_QUEUED:
            self._oracle.violated("V22", f"orders queued: {outbox.orders_queued}")
        if outbox.evaluations_queued > _MOST_EVALUATIONS_QUEUED:
            self._oracle.violated("V22", f"evaluations queued: {outbox.evaluations_queued}")
        if _NEEDS_LOGIN in process.engine.state.book.halts:
            self._login_needed_ms = self._oracle.now_ms
        for health in process.day.supervisor.health.values():
            self._check_health(process, health)
        self._check_silence(process)

    def _check_silence(self, process):
        """A feed that says nothing for longer than it may is noticed, and not only entry by entry."""
        state, now_ms = process.engine.state, self._oracle.now_ms
        silent_ms = state.settings.feed_silence_s * MS_PER_SECOND + _NEWS_MS
        open_ms, close_ms = self._world.plan.open_ms, self._world.plan.close_ms
        feed = self._world.feed
        heard_ms = max(process.started_ms, open_ms, feed.word_ms, *feed.heard_ms.values())
        is_long = heard_ms + silent_ms < now_ms < close_ms and feed.has_spoken(heard_ms, now_ms)
        if is_long and state.market.is_feed_up and not self._world.faults.disturbed(heard_ms, _UNUSABLE):
            self._oracle.violated(
                "V12", f"the feed has been silent for {(now_ms - heard_ms) // 1_000} s, unnoticed"
            )

    def _check_health(self, process, health):
        now_ms = self._oracle.now_ms
        if health.state in ("running", "starting"):
            self._failing_ms.pop(health.name, None)
            return
        since_ms = self._failing_ms.setdefault(health.name, now_ms)
        is_told = self._is_known(process, health, since_ms) or self._oracle.told_since(since_ms - 60_000)
        if now_ms - since_ms > _SILENT_MS and not is_told:
            self._oracle.violated("V16", f"worker {health.name} is {health.state}, and nobody was told")

    def _is_known(self, process, health, since_ms):
        """Whether the halt for a login tells of it, or did when it began and the worker still pauses."""
        needed_ms = self._login_needed_ms
        if health.state != "needs login" or needed_ms is None or needed_ms < since_ms - MS_PER_SECOND:
            return False
        again_ms = process.day.supervisor.settings.login_delay_s * MS_PER_SECOND
        return self._oracle.now_ms - needed_ms <= again_ms + MS_PER_SECOND

    # --- V23 --------------------------------------------------------------------------------------------

    def at_heal(self):
        process = self._world.process
        if process is None or not process.is_alive:
            self._oracle.violated("V23", "no process runs a minute after the last fault")
            return
        state = process.engine.state
        if not state.is_recovered or state.doubts:
            self._oracle.violated(
                "V23", f"unsettled: recovered {state.is_recovered}, doubts {list(state.doubts)}"
            )
        if state.book.differences:
            self._oracle.violated("V23", f"differences {list(state.book.differences.values())}")
        self._check_orders(state)
        self._check_positions(state)
        if self._world.store.rows and self._world.store.rows[-1].sequence == process.last_sequence:
            self._check_replay(state)
        silence_ms = state.settings.feed_silence_s * MS_PER_SECOND
        heard_ms = self._oracle.now_ms - _HEARD_MS
        is_spoken = self._world.feed.has_spoken(self._oracle.now_ms - silence_ms, heard_ms)
        if is_spoken and not state.market.is_feed_up:
            self._oracle.violated("V23", "feed is still taken for lost")
        for health in process.day.supervisor.health.values():
            if health.state != "running":
                self._oracle.violated("V23", f"worker {health.name} is {health.state}: {health.last_error}")

    def _check_orders(self, state):
        for order in self._oracle.truth.own_live():
            known = state.book.orders.get(order.tag)
            if known is None or known.status.is_terminal:
                what = None if known is None else known.status
                self._oracle.violated("V23", f"order {order.tag} lives at the venue, the book says {what}")

    def _check_positions(self, state):
        for key in self._oracle.truth.traded_keys():
            ours = state.book.position_of(key).quantity
            theirs = self._oracle.truth.own(key)
            is_news = self._oracle.now_ms - self._oracle.truth.moved_ms[key] < _NEWS_MS
            if ours != theirs and not is_news:
                text = f"position of {key} is {ours}, by the venue {theirs}"
                self._oracle.violated("V23", text)

    # --- the end ----------------------------------------------------------------------------------------

    def at_end(self):
        process = self._world.process
        if process is None or not process.is_alive:
            return
        state = process.engine.state
        if state.book.trades:
            text = f"not flat: {len(state.book.trades)} trades are open after everything was to be closed"
            self._oracle.violated("V23", text)
        left = [order.tag for order in self._oracle.truth.own_live()]
        if left and not state.book.trades:
            self._oracle.violated("V3", f"live orders are left at the end: {left}")
        self._check_replay(state)

    def _check_replay(self, state):
        """V19: the journal alone gives the same book."""
        replayed = Book()
        for row in self._world.store.rows:
            replayed.apply(decode_event(row.kind, row.payload))
        if replayed != state.book:
            self._oracle.violated("V19", "replay of the journal gives another book")
