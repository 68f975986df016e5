"""A core that hands on what strategies said, for those who want to know why there was no signal."""

from collections.abc import Callable, Iterable

from trading_bot.domain.trace import Trace
from trading_bot.engine.core import Core, Step
from trading_bot.engine.inputs import Input
from trading_bot.engine.state import State

TakeTraces = Callable[[Iterable[Trace]], None]


class TracedCore(Core):
    """Decides as the core does."""

    def __init__(self, state: State, take: TakeTraces) -> None:
        super().__init__(state)
        self._take = take
        state.keeps_traces = True

    def step(self, event: Input) -> Step:
        """Take one input, and hand on its traces."""
        return self._handed_on(super().step(event))

    def step_run(self, events: Iterable[Input], at_ms: int) -> Step:
        """Take inputs as the core does, and hand on their traces."""
        return self._handed_on(super().step_run(events, at_ms))

    def _handed_on(self, step: Step) -> Step:
        if step.traces:
            self._take(step.traces)
        return step
