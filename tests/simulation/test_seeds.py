"""As many seeds of the campaign as fit in two minutes; `make simulate-faults` runs as many as one likes."""

import pytest

from tests.simulation.runner import run
from tests.simulation.schedule import draw

_SEEDS = range(1, 301)


@pytest.mark.parametrize("seed", _SEEDS)
def test_nothing_that_must_hold_is_violated(seed):
    """V1-V12, V14-V17, V19, V20, V22, V23."""
    outcome = run(draw(seed))

    assert [str(violation) for violation in outcome.violations] == []
