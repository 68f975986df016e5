"""When a daemon is not well in its own judgement."""

from dataclasses import dataclass, fields

import pytest

from trading_bot.bootstrap.vitals.health import Health, Pulse, beating_workers
from trading_bot.engine.settings import EngineSettings
from trading_bot.engine.supervisor import WorkerHealth
from trading_bot.engine.workers.books import OrderPollingWorker, PositionWorker


@dataclass
class FakeRecords:
    last_sequence: int = 0
    last_durable: int = 0


def a_day():
    """A healthy day of one worker that beats and one that waits, and what can be done to it."""
    workers = {name: WorkerHealth(name, state="running") for name in ("positions", "orders", "view")}
    records, taken = FakeRecords(), [0]
    health = Health(
        workers=workers,
        vital=("positions", "orders"),
        journal=records,
        pulses=(Pulse("the engine", lambda: taken[0], 60.0),),
        beating={"positions": 300.0},
    )
    return health, workers, records, taken


def test_nothing_is_wrong_with_what_moves():
    health, workers, _, taken = a_day()
    for second in range(0, 3_600, 5):
        taken[0] += 5
        workers["positions"].beats += 1
        assert health.complaints(float(second)) == ()


def test_a_vital_worker_that_ended_without_a_word_is_told():
    """Fault 95, V16: nobody starts it again."""
    health, workers, _, _ = a_day()
    workers["orders"].state = "stopped"

    assert health.complaints(0.0) == ("worker orders has ended",)


@pytest.mark.parametrize(
    ("name", "state"), [("view", "stopped"), ("orders", "needs login"), ("orders", "waiting to restart")]
)
def test_what_a_restart_of_the_process_would_not_mend_is_no_illness(name, state):
    health, workers, _, _ = a_day()
    workers[name].state = state

    assert health.complaints(0.0) == ()


def test_a_worker_that_beats_and_hangs_is_told_after_its_longest_round():
    health, _, _, taken = a_day()
    health.complaints(0.0)
    taken[0] += 1
    assert health.complaints(299.0) == ()
    taken[0] += 1
    assert health.complaints(301.0) == ("worker positions has not moved for 301 s",)


def test_waiting_for_a_login_is_not_counted_as_silence_of_the_next_start():
    health, workers, _, taken = a_day()
    workers["positions"].state = "needs login"
    for second in (0.0, 300.0, 600.0):
        taken[0] += 1
        assert health.complaints(second) == ()
    workers["positions"].state = "running"
    taken[0] += 1

    assert health.complaints(605.0) == ()


def test_a_worker_that_this_day_does_not_have_is_not_missed():
    """Mode alerts has others."""
    health, workers, _, _ = a_day()
    del workers["positions"], workers["orders"]

    assert health.complaints(0.0) == ()


def test_an_engine_that_takes_nothing_is_told():
    """The clock alone gives it an input each second."""
    health, workers, _, _ = a_day()
    health.complaints(0.0)
    workers["positions"].beats += 1

    assert health.complaints(61.0) == ("the engine: nothing for 61 s",)


def test_a_journal_that_does_not_commit_what_it_was_given_is_told():
    health, _, records, taken = a_day()
    health.complaints(0.0)
    records.last_sequence = 1
    taken[0] += 1

    assert health.complaints(61.0) == ("the journal has not committed for 60 s",)


def test_a_journal_that_commits_under_load_is_well():
    health, _, records, taken = a_day()
    for second in range(0, 300, 5):
        taken[0] += 1
        records.last_sequence, records.last_durable = second + 10, second
        assert health.complaints(float(second)) == ()


def test_the_workers_that_read_on_a_beat_are_called_so():
    names = {
        field.default
        for worker in (OrderPollingWorker, PositionWorker)
        for field in fields(worker)
        if field.name == "name"
    }

    assert set(beating_workers(EngineSettings())) == names


def test_reads_that_are_made_seldom_may_be_silent_for_longer():
    limits = beating_workers(EngineSettings(position_poll_s=600))

    assert limits["positions"] > 600
    assert limits["order polling"] < 600
