"""Makes a failing schedule small: fewer faults, a shorter run, a plainer world, as long as it still fails."""

from dataclasses import replace

from tests.simulation.runner import run

_MOST_RUNS = 80
_PLAIN = {
    "on_disk": False,
    "slices": 0,
    "provisional_s": 0,
    "commit_ms": 1,
    "latency_ms": 15,
    "max_losses": 50,
}


class _Budget:
    """Runs candidates until there were enough of them."""

    def __init__(self, invariant, execute):
        self._invariant, self._execute = invariant, execute
        self.left = _MOST_RUNS

    def fails(self, schedule):
        """Whether the schedule still breaks the same promise."""
        if self.left <= 0:
            return False
        self.left -= 1
        return any(one.invariant == self._invariant for one in self._execute(schedule).violations)


def shrunk(schedule, invariant, execute=run):
    """The smallest schedule found that still violates the invariant."""
    budget = _Budget(invariant, execute)
    schedule = _shorter(_fewer_faults(schedule, budget), budget)
    for name, plain in _PLAIN.items():
        candidate = replace(schedule, world=replace(schedule.world, **{name: plain}))
        if candidate != schedule and budget.fails(candidate):
            schedule = candidate
    return _fewer_faults(schedule, budget)


def _fewer_faults(schedule, budget):
    size = max(1, len(schedule.faults) // 2)
    while size:
        first = 0
        while first < len(schedule.faults):
            kept = schedule.faults[:first] + schedule.faults[first + size :]
            candidate = replace(schedule, faults=kept)
            if budget.fails(candidate):
                schedule = candidate
            else:
                first += size
        size //= 2
    return schedule


def _shorter(schedule, budget):
    while schedule.minutes > 1:
        candidate = replace(schedule, minutes=schedule.minutes - max(1, schedule.minutes // 3))
        if not budget.fails(candidate):
            return schedule
        schedule = candidate
    return schedule
