"""The oracle: looks on after every step, row, request and second, and keeps what was violated."""

from dataclasses import dataclass

from tests.simulation.check_entries import EntryChecks
from tests.simulation.check_fills import FillChecks
from tests.simulation.check_orders import OrderChecks
from tests.simulation.check_positions import PositionChecks
from tests.simulation.check_prices import PriceChecks
from tests.simulation.check_process import ProcessChecks
from trading_bot.engine.records import decode_event

_MOST_KEPT = 8
_MOST_ROWS = 30_000


@dataclass(frozen=True)
class Violation:
    """One broken promise."""

    invariant: str
    at_s: float
    text: str

    def __str__(self):
        return f"{self.invariant} at {self.at_s:.1f} s: {self.text}"


class Oracle:
    """Hands what happens to the checks, which say what is wrong through `violated`."""

    def __init__(self, world):
        self.world = world
        self.truth = world.truth
        self.violations = []
        self.alerts = []
        """(session ms, level, text) of everything that a person was told."""
        self.orders = OrderChecks(self)
        self.fills = FillChecks(self)
        self.positions = PositionChecks(self)
        self.entries = EntryChecks(self)
        self.processes = ProcessChecks(self)
        self._checks = (
            self.orders,
            self.fills,
            self.positions,
            self.entries,
            PriceChecks(self),
            self.processes,
        )
        self.checked = 0
        self.is_replaying = False
        self.is_brief = False
        """Whether the run ends with the first violation."""
        self._rows = 0

    @property
    def now_ms(self):
        return self.world.clock.now_ms()

    def violated(self, invariant, text):
        """Keep a violation; the first of each kind counts, the rest follows from it."""
        if self.is_replaying:
            return
        if len(self.violations) < _MOST_KEPT and all(
            (known.invariant, known.text.split(" ")[0]) != (invariant, text.split(" ")[0])
            for known in self.violations
        ):
            self.violations.append(Violation(invariant, self.world.second_of(self.now_ms), text))
        self.world.note(f"VIOLATED {invariant} {text}")
        if self.is_brief and self.now_ms < self.world.schedule.heal_ms:
            self.world.give_up()

    def _tell(self, what, *arguments):
        self.checked += 1
        for check in self._checks:
            told = getattr(check, what, None)
            if told is not None:
                told(*arguments)

    # --- what happens -----------------------------------------------------------------------------------

    def on_start(self, process):
        """A process starts: what an earlier one decided and never committed is as if it never was."""
        self.world.note(f"process {process.number} starts")
        self._tell("on_start", process)
        self.is_replaying = True
        for row in self.world.store.rows:
            self._fold(process, row)
        self.is_replaying = False

    def on_step(self, process, step):
        """An input led to rows or commands: nothing of it has left yet."""
        self._stop_a_runaway(len(step.rows))
        for row in step.rows:
            self.world.note(f"row {row.sequence} {row.kind} {row.payload}")
            self._fold(process, row)
        self._tell("on_step", process, step)

    def _stop_a_runaway(self, rows):
        """A daemon that decides without end would keep the run from ending, too."""
        self._rows += rows
        if self._rows > _MOST_ROWS:
            self.violated("V22", f"rows without end: {self._rows}")
            self.world.give_up()

    def _fold(self, process, row):
        event = decode_event(row.kind, row.payload)
        for check in self._checks:
            taken = check.EVENTS.get(type(event))
            if taken is not None:
                taken(check, process, event)

    def on_durable(self, rows):
        self._tell("on_durable", rows)

    def on_departure(self, process, request):
        """A request leaves the daemon."""
        if request.is_write:
            self.world.note(f"sends {request.method} {request.url} {request.body}")
            self._tell("on_departure", process, request)

    def on_row(self, row):
        """The venue has a new state of an order."""
        self._tell("on_row", row)

    def on_second(self):
        self._tell("on_second")

    def on_alert(self, level, text):
        self.alerts.append((self.now_ms, level, text))
        self.world.note(f"alert {level} {text}")

    def on_breaker(self, process, reason):
        self._tell("on_breaker", process, reason)

    def on_wish(self, wish):
        self._tell("on_wish", wish)

    def on_unretrieved(self, context):
        """An exception that nobody took."""
        error = context.get("exception")
        self.violated("V16", f"unretrieved {context.get('message')}: {error!r}")

    def healed(self):
        """A minute after the last fault."""
        self._tell("at_heal")

    def ended(self):
        """After everything was to be closed."""
        self._tell("at_end")

    def told_since(self, at_ms, *words):
        """Whether a person was told of anything since then, in a text with all of these words."""
        return any(
            told_ms >= at_ms and all(word in text for word in words)
            for told_ms, _, text in reversed(self.alerts)
        )
