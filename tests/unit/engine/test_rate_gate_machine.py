"""The rate gate under whatever exits and entries want, and whenever (V9)."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.fakes.machines import machine_settings
from trading_bot.engine.rate_gate import RateGate, RateSettings

SETTINGS = RateSettings(per_second=4, entries_per_second=2, per_minute=12, per_half_hour=20, entry_share=0.5)
WINDOWS = ((1_000, 4, 2), (60_000, 12, 6), (1_800_000, 20, 10))


class RateGateMachine(RuleBasedStateMachine):
    """Calls as a worker makes them: asked for, made only when the gate says so."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = RateGate(SETTINGS)
        self.now_ms = 1_000_000
        self.calls: list[int] = []
        self.entries: list[int] = []

    @rule(pause_ms=st.one_of(st.integers(0, 1_500), st.sampled_from((59_000, 60_001, 900_000, 1_800_001))))
    def time_passes(self, pause_ms):
        self.now_ms += pause_ms

    @rule(is_exit=st.booleans())
    def a_call_is_made_if_the_gate_is_open(self, is_exit):
        if self.gate.ready_at(self.now_ms, is_exit=is_exit) <= self.now_ms:
            self._make(is_exit=is_exit)

    @rule(is_exit=st.booleans())
    def a_call_waits_for_the_gate(self, is_exit):
        self.now_ms = self.gate.ready_at(self.now_ms, is_exit=is_exit)
        self._make(is_exit=is_exit)

    @rule()
    def entries_come_in_a_storm(self):
        while self.gate.ready_at(self.now_ms, is_exit=False) <= self.now_ms:
            self._make(is_exit=False)

    @invariant()
    def no_window_holds_more_than_its_limit(self):
        for length_ms, limit, entry_limit in WINDOWS:
            assert self._within(self.calls, length_ms) <= limit
            assert self._within(self.entries, length_ms) <= entry_limit

    @invariant()
    def entries_alone_never_close_the_gate_to_exits(self):
        if self._within(self.calls, 1_800_000) == self._within(self.entries, 1_800_000):
            assert self.gate.ready_at(self.now_ms, is_exit=True) == self.now_ms

    @invariant()
    def an_exit_is_never_later_than_an_entry(self):
        exit_ms, entry_ms = (self.gate.ready_at(self.now_ms, is_exit=is_exit) for is_exit in (True, False))
        assert self.now_ms <= exit_ms <= entry_ms

    @invariant()
    def the_use_that_is_shown_is_what_was_called(self):
        for use, (length_ms, limit, _) in zip(self.gate.use(self.now_ms), WINDOWS, strict=True):
            assert use.limit == limit
            assert use.used == sum(1 for at_ms in self.calls if at_ms >= self.now_ms - length_ms)

    def _make(self, *, is_exit: bool) -> None:
        self.gate.take(self.now_ms, is_exit=is_exit)
        self.calls.append(self.now_ms)
        if not is_exit:
            self.entries.append(self.now_ms)

    def _within(self, calls: list[int], length_ms: int) -> int:
        return sum(1 for at_ms in calls if at_ms >= self.now_ms - length_ms)


RateGateMachine.TestCase.settings = machine_settings()
TestRateGateMachine = RateGateMachine.TestCase
