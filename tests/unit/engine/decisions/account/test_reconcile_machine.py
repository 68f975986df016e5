"""Reads of positions that are true, wrong or without their row: what is believed, and what never (V5, V6)."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.fakes.engine_driver import KEY, PRICE, EngineDriver
from tests.fakes.machines import machine_settings
from trading_bot.domain.order import Side
from trading_bot.engine import inputs


class ReconcileMachine(RuleBasedStateMachine):
    """A held share, a broker whose positions say anything, and a user who trades by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.driver = EngineDriver()
        self.driver.enter()
        self.last_sight: int | None = None
        """What the newest read showed, where it differed from what is expected."""
        self.believed: tuple[int, int] | None = None
        """Our quantity and theirs in a difference that was seen twice."""
        self.users = 0

    @rule(quantity=st.sampled_from([0, 5, 20, 35, 45, -10]))
    def positions_say_something(self, quantity):
        self._read(quantity)

    @rule()
    def positions_are_true(self):
        self._read(self._expected())

    @rule()
    def positions_lack_the_row(self):
        """Which they never do for a share that was traded today: nothing follows."""
        self._take(())

    @rule(quantity=st.sampled_from([0, 5, 35]))
    def positions_are_of_an_earlier_moment(self, quantity):
        self._take((self.driver.position_row(quantity, fills=self.driver.fills[:-1]),))

    @rule(what=st.sampled_from(["positions", "orders", "trades"]))
    def a_read_fails(self, what):
        held, halts = self._held(), dict(self.driver.book.halts)
        self.driver.take(inputs.ReadFailed(at_ms=0, what=what, detail="timeout"))
        assert (self._held(), dict(self.driver.book.halts)) == (held, halts)

    @rule(side=st.sampled_from(Side), quantity=st.sampled_from([5, 10]))
    def the_user_trades(self, side, quantity):
        before = self._held()
        self.driver.foreign_fill(side, quantity, PRICE)
        self.users += side.sign * quantity - (self._held() - before)

    @rule(seconds=st.integers(1, 40))
    def time_passes(self, seconds):
        self.driver.later(seconds)

    @invariant()
    def a_difference_is_believed_when_it_was_seen_twice(self):
        known = self.driver.book.differences.get(KEY)
        assert (known and (known.our_quantity, known.broker_quantity)) == self.believed

    @invariant()
    def a_difference_halts_entries_and_nothing_else_does(self):
        halted = {reason for _, _, reason in self.driver.book.halts}
        assert ("position_difference" in halted) is (self.believed is not None)

    @invariant()
    def our_position_is_the_sum_of_our_fills_whatever_the_broker_says(self):
        fills = self.driver.book.fills.values()
        assert self._held() == sum(fill.side.sign * fill.quantity for fill in fills)

    def _read(self, quantity: int) -> None:
        self._take((self.driver.position_row(quantity),))
        self._expect(quantity)

    def _take(self, rows) -> None:
        held = self._held()
        read = inputs.PositionsRead(at_ms=0, asked_at_ms=self.driver.now_ms, positions=rows)
        self.driver.take(read)
        assert self._held() == held

    def _expect(self, quantity: int) -> None:
        if quantity == self._expected():
            self.last_sight = self.believed = None
        elif self.last_sight == quantity:
            self.believed = (self._held(), quantity)
        else:
            self.last_sight = quantity

    def _held(self) -> int:
        return self.driver.book.position_of(KEY).quantity

    def _expected(self) -> int:
        return self._held() + self.users


ReconcileMachine.TestCase.settings = machine_settings()
TestReconcileMachine = ReconcileMachine.TestCase
