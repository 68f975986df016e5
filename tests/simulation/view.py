"""The broker's books as reads see them: late, incomplete, stale or empty where a fault says so."""

from random import Random

from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.simulator.server.books.order_book import BookHistory
from trading_bot.simulator.venue.contracts import VenueRefusal

_SHORTAGES = ("book_empty", "book_incomplete", "book_stale", "all_stale", "page_hidden")
_PAGE_MS = 40_000
"""Orders of the last time before a page is hidden are on it, and all that come while it is."""
_READ_BY_MS = 12_000
_HOURS_MS = 36_000_000


class View:
    """Stands in front of the venue (`BrokerCore`); writes pass through."""

    def __init__(self, venue, faults, schedule):
        self._venue, self._faults, self._schedule = venue, faults, schedule
        self._random = Random(f"view {schedule.seed}")
        self._history = BookHistory()
        self._visible_ms = {}
        """When an order that is hidden for a while will be seen."""
        self._born_ms = {}
        self._frozen_positions = None
        self._positions = [(0, ())]
        """Positions after each change, and when."""
        self._page_from_ms = None
        """From when on orders are on the page that is hidden; None while none is."""
        venue.subscribe(self._on_row)

    def _on_row(self, row):
        if row.order_id not in self._visible_ms:
            fault = self._faults.hit("hidden_orders") if row.tag is not None else None
            hidden_ms = 0 if fault is None else int(fault.value * MS_PER_SECOND)
            self._visible_ms[row.order_id] = self._venue.now_ms + hidden_ms
            self._born_ms[row.order_id] = self._venue.now_ms
        self._history.record(self._venue.now_ms, row)
        self._positions.append((self._venue.now_ms, self._venue.position_rows()))

    def is_hidden(self, order_id):
        visible_ms = self._visible_ms.get(order_id, 0)
        return self._venue.now_ms < min(visible_ms, self._schedule.heal_ms)

    def hidden_until_ms(self, instrument_key):
        """When the last order in an instrument that was hidden was, or will be, seen."""
        orders = self._venue._register.all()
        hidden = [self._visible_ms[one.order_id] for one in orders if one.instrument.key == instrument_key]
        return min(max(hidden, default=0), self._schedule.heal_ms)

    # --- what is read -----------------------------------------------------------------------------------

    def order_rows(self):
        if self._faults.hits("book_empty"):
            return ()
        stale = self._faults.hit("all_stale") or self._faults.hit("book_stale")
        rows = self._venue.order_rows() if stale is None else self._history.rows_as_of(self._as_of(stale))
        rows = self._without_page(rows)
        rows = tuple(row for row in rows if not self.is_hidden(row.order_id))
        if rows and self._faults.hits("book_incomplete"):
            return tuple(row for row in rows if self._random.random() < 0.6)
        return rows

    def _as_of(self, stale):
        return self._venue.now_ms - int(stale.value * MS_PER_SECOND)

    def _without_page(self, rows):
        """The rows that are not on a hidden page, which stays the same for as long as it is hidden."""
        if not self._faults.hits("page_hidden"):
            self._page_from_ms = None
            return rows
        if self._page_from_ms is None:
            self._page_from_ms = self._venue.now_ms - _PAGE_MS
            if not any(self._is_known_on_page(row) for row in rows):
                self._page_from_ms = self._venue.now_ms + _HOURS_MS  # nothing would show that it is missing
        return tuple(row for row in rows if self._born_ms[row.order_id] < self._page_from_ms)

    def _is_known_on_page(self, row):
        """Whether the daemon must have read a row of the page before it was hidden."""
        known_ms = self._venue.now_ms - _READ_BY_MS
        return row.tag is not None and self._page_from_ms <= self._born_ms[row.order_id] < known_ms

    def order_history(self, *, order_id=None, tag=None):
        rows = self._venue.order_history(order_id=order_id, tag=tag)
        rows = tuple(row for row in rows if not self.is_hidden(row.order_id))
        if not rows or any(self._faults.hits(kind) for kind in _SHORTAGES):
            raise VenueRefusal(404, "UDAPI100010", "Order not found")
        return rows

    def trade_rows(self, order_id=None):
        if self._faults.hits("trades_empty"):
            return ()
        rows = self._venue.trade_rows(order_id)
        stale = self._faults.hit("all_stale")
        if stale is not None:
            rows = tuple(row for row in rows if row.traded_at_ms <= self._as_of(stale))
        return tuple(row for row in rows if not self.is_hidden(row.order_id))

    def position_rows(self):
        if self._faults.hits("positions_empty"):
            return ()
        stale = self._faults.hit("all_stale")
        if stale is not None:
            return next(rows for at_ms, rows in reversed(self._positions) if at_ms <= self._as_of(stale))
        if not self._faults.hits("positions_stale"):
            self._frozen_positions = None
            return self._venue.position_rows()
        if self._frozen_positions is None:
            self._frozen_positions = self._venue.position_rows()
        return self._frozen_positions

    # --- what passes through ----------------------------------------------------------------------------

    def __getattr__(self, name):
        return getattr(self._venue, name)
