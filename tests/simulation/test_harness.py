"""What the simulations rest on: the same seed gives the same run, and what is drawn covers the catalogue."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.catalogue import KINDS
from tests.simulation.check_positions import bare_since_ms
from tests.simulation.planted import BUGS
from tests.simulation.planted.patches import Bug
from tests.simulation.runner import run
from tests.simulation.schedule import Schedule, draw, situations_first
from tests.simulation.shrink import shrunk
from tests.simulation.situations import SITUATIONS

_PROJECT = Path(__file__).resolve().parents[2]
_FINDERS = Path(__file__).parent / "planted" / "finders.json"
_CATALOGUE_ROWS = 130
_QUICKLY_FOUND = {
    "intent_is_not_awaited": "V1",
    "a_stop_on_its_way_is_overlooked": "V3",
    "fill_prices_lose_their_paise": "V6",
    "entry_prices_are_off_the_tick": "V8",
}
_SEEN_IN_A_SITUATION = {
    "no_stop_is_placed": (2, "V4"),
    "a_lost_stop_is_not_replaced": (5, "V4"),
    "halts_are_forgotten_by_a_restart": (14, "V10"),
    "panic_releases_itself": (17, "V15"),
    "odd_prices_are_believed": (23, "V12"),
    "the_day_loss_is_not_watched": (26, "V10"),
    "entries_do_not_wait_for_the_books": (32, "V5"),
    "a_halt_of_the_market_is_not_noticed": (62, "V9"),
    "stops_do_not_come_back_after_a_halt": (422, "V4"),
    "exits_that_wait_keep_their_size": (815, "V3"),
}
"""Defects that chance alone set up too rarely: the seed that shows each, and what it breaks."""
_A_ROUND = 3 * len(SITUATIONS)
_OF_ASSUMED_FILLS = (
    "assumed_fills_are_a_paisa_off",
    "assumed_fills_are_applied_again_with_their_trades",
    "trades_of_assumed_fills_are_not_explained",
)
_ONE_TRACE = "import sys; from tests.fakes.quiet import be_quiet; be_quiet()\n"
_ONE_TRACE += "from tests.simulation.runner import run; from tests.simulation.schedule import draw\n"
_ONE_TRACE += "print(run(draw(int(sys.argv[1]))).trace)"


@pytest.mark.parametrize("seed", [3, 4, 12])
def test_the_same_seed_gives_the_same_trace(seed):
    assert run(draw(seed)).trace == run(draw(seed)).trace


def test_another_process_with_other_hashes_gives_the_same_trace():
    environment = os.environ | {"PYTHONHASHSEED": "77"}
    told = subprocess.run(
        [sys.executable, "-c", _ONE_TRACE, "4"],
        cwd=_PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.strip() == run(draw(4)).trace


def test_other_seeds_give_other_runs():
    assert draw(3) != draw(4)
    assert run(draw(3)).trace != run(draw(4)).trace


def test_a_schedule_is_read_as_it_was_written():
    for seed in range(50):
        assert Schedule.from_json(draw(seed).to_json()) == draw(seed)


def test_every_kind_of_fault_is_drawn_and_none_is_drawn_at_times():
    drawn = [draw(seed) for seed in range(400)]

    assert {fault.kind for schedule in drawn for fault in schedule.faults} == set(KINDS)
    assert any(not schedule.faults for schedule in drawn)
    assert any(schedule.world.on_disk for schedule in drawn)


def test_each_round_of_seeds_sets_every_situation_up_first():
    """A search for a defect meets each situation before it meets the second swarm."""
    ordered = situations_first(range(2 * _A_ROUND))

    assert sorted(ordered) == list(range(2 * _A_ROUND))
    assert {seed // 3 % len(SITUATIONS) for seed in ordered[: len(SITUATIONS)]} == set(range(len(SITUATIONS)))


def test_every_kind_names_its_rows_of_the_catalogue():
    assert all(
        kind.rows and 1 <= min(kind.rows) <= max(kind.rows) <= _CATALOGUE_ROWS for kind in KINDS.values()
    )


@pytest.mark.parametrize(("bug", "invariant"), _QUICKLY_FOUND.items())
def test_a_planted_defect_is_seen(bug, invariant):
    with BUGS[bug].planted():
        outcome = run(draw(1))

    assert invariant in {violation.invariant for violation in outcome.violations}


@pytest.mark.parametrize(
    ("bug", "seed", "invariant"), [(bug, *seen) for bug, seen in _SEEN_IN_A_SITUATION.items()]
)
def test_a_planted_defect_is_seen_in_its_situation(bug, seed, invariant):
    """Faults 7, 76, 77, 83 to 86, 99: V3, V4, V5, V10, V12, V15; the seeds are clean without the defect."""
    with BUGS[bug].planted():
        outcome = run(draw(seed), is_brief=True)

    assert invariant in {violation.invariant for violation in outcome.violations}


def test_a_brief_run_ends_with_its_first_violation():
    with BUGS["no_stop_is_placed"].planted():
        outcome = run(draw(2), is_brief=True)

    (violation,) = outcome.violations
    assert int(outcome.log[-1].split()[0]) - draw(2).start_ms < (violation.at_s + 1) * 1_000


def test_a_brief_run_with_several_violations_at_once_ends_well():
    """V2, V3: what came second cancelled the end of the run."""
    with BUGS["an_empty_list_of_positions_is_flat"].planted():
        outcome = run(draw(47), is_brief=True)

    assert outcome.violations


def test_the_seeds_that_found_defects_are_of_defects_that_there_are():
    assert set(json.loads(_FINDERS.read_text())) <= set(BUGS)


@pytest.mark.parametrize("bug", _OF_ASSUMED_FILLS)
def test_a_planted_defect_of_assumed_fills_is_seen(bug):
    """Fault 58, V6: in this seed an order fills while its trades are hidden, and they show later."""
    with BUGS[bug].planted():
        outcome = run(draw(10165))

    assert "V6" in {violation.invariant for violation in outcome.violations}


@pytest.mark.parametrize(
    ("bug", "seed"),
    [("annulled_trades_are_kept", 19), ("a_trade_that_is_not_listed_for_a_while_is_annulled", 47)],
)
def test_a_planted_defect_of_annulled_trades_is_seen(bug, seed):
    """Fault 62, V6: in one seed the exchange annuls a trade, in the other the list is empty for a while."""
    assert run(draw(seed)).is_good
    with BUGS[bug].planted():
        outcome = run(draw(seed))

    assert {"V6", "V23"} & {violation.invariant for violation in outcome.violations}


def test_a_planted_defect_leaves_nothing_behind():
    before = run(draw(3)).trace
    for bug in BUGS.values():
        with bug.planted():
            pass

    assert run(draw(3)).trace == before


@pytest.mark.parametrize(
    ("seconds", "since_ms"),
    [
        ([(1, 10, 0), (2, 10, 0), (3, 10, 0)], 1),
        ([(1, 10, 9), (2, 10, 9), (3, 10, 9)], 1),
        ([(1, 10, 0), (2, 20, 0), (3, 30, 0)], 1),
        ([(1, 10, 5), (2, 20, 10), (3, 30, 20)], 3),
        ([(1, 10, 0), (2, 20, 10), (3, 20, 10)], 2),
    ],
)
def test_units_are_bare_since_they_were_held_and_not_covered(seconds, since_ms):
    """V4: a stop that follows the fills of each second is one step behind, for other units."""
    assert bare_since_ms(seconds) == since_ms


def test_there_are_enough_planted_defects():
    assert len(BUGS) >= 40
    assert all(isinstance(bug, Bug) for bug in BUGS.values())


class _Broken:
    """Stands in for a run that fails whenever one kind of fault is in its schedule."""

    def __init__(self, kind):
        self.kind = kind

    def __call__(self, schedule):
        self.violations = [self] if any(fault.kind == self.kind for fault in schedule.faults) else []
        self.invariant = "V3"
        return self


def test_a_failing_schedule_is_shrunk_to_the_fault_that_matters():
    schedule = next(one for one in map(draw, range(500)) if len({f.kind for f in one.faults}) > 6)
    kind = schedule.faults[-1].kind

    small = shrunk(schedule, "V3", _Broken(kind))

    assert [fault.kind for fault in small.faults] == [kind]
    assert small.minutes == 1
