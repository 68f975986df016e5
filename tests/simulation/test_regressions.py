"""Schedules that once failed, made small: they hold now, and fail again with the defect that they showed."""

from pathlib import Path

import pytest

from tests.simulation.planted import BUGS
from tests.simulation.runner import run
from tests.simulation.schedule import Schedule

_KEPT = sorted((Path(__file__).parent / "regressions").glob("*.json"))
_SHOWN = {
    "v3-stale-book": "a_stale_row_is_believed",
    "v9-calls-that-wait": "calls_count_when_they_wait",
}


@pytest.mark.parametrize("path", _KEPT, ids=lambda path: path.stem)
def test_a_kept_schedule_holds(path):
    outcome = run(Schedule.from_json(path.read_text()))

    assert [str(violation) for violation in outcome.violations] == []


@pytest.mark.parametrize(("name", "bug"), _SHOWN.items())
def test_a_kept_schedule_fails_with_the_defect_that_it_showed(name, bug):
    (path,) = (path for path in _KEPT if path.stem == name)

    with BUGS[bug].planted():
        outcome = run(Schedule.from_json(path.read_text()))

    assert name.split("-", 1)[0].upper() in {violation.invariant for violation in outcome.violations}
