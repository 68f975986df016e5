"""Every crash point lies on the program as it is, and the trap at it holds."""

import os
import signal

import pytest

from tests.crash.child import Trap
from tests.crash.points import POINTS, Phase
from tests.crash.seams import Seam, Side


@pytest.mark.parametrize("name", POINTS)
def test_a_crash_point_lies_on_a_function_of_the_program(name):
    POINTS[name].seam.resolve()


def test_a_point_is_prepared_by_one_that_exists():
    prepared = [point.prepared_by for point in POINTS.values() if point.prepared_by]

    assert prepared
    assert all(POINTS[name].phase is Phase.RUN for name in prepared)


@pytest.mark.parametrize("target", ["tests.crash.seams:Seam.gone", "tests.crash.seams:Gone.install"])
def test_a_seam_that_moved_away_is_an_error(target):
    with pytest.raises(KeyError):
        Seam(target, Side.BEFORE).resolve()


def test_a_seam_that_is_no_function_is_an_error():
    with pytest.raises(LookupError):
        Seam("tests.crash.points:POINTS", Side.BEFORE).resolve()


class Counted:
    """Something with functions to wrap."""

    def __init__(self):
        self.seen = []

    def plain(self, text):
        self.seen.append(text)
        return text.upper()

    async def waits(self, text):
        self.seen.append(text)
        return text.upper()


@pytest.fixture
def counted(monkeypatch):
    monkeypatch.setattr(Counted, "plain", Counted.plain)
    monkeypatch.setattr(Counted, "waits", Counted.waits)
    return Counted()


def installed(counted, name, side, passes=lambda _arguments: True):
    Seam(f"{__name__}:Counted.{name}", side, passes).install(lambda: counted.seen.append("crossed"))


@pytest.mark.parametrize(
    ("side", "seen"), [(Side.BEFORE, ["crossed", "one"]), (Side.AFTER, ["one", "crossed"])]
)
async def test_a_seam_is_crossed_on_its_side_of_the_call(counted, side, seen):
    installed(counted, "plain", side)
    installed(counted, "waits", side)

    assert counted.plain("one") == "ONE"
    assert counted.seen == seen
    assert await counted.waits("one") == "ONE"
    assert counted.seen == seen * 2


def test_a_seam_lets_other_calls_pass(counted):
    installed(counted, "plain", Side.BEFORE, lambda arguments: arguments[1] == "two")

    counted.plain("one")
    counted.plain("two")

    assert counted.seen == ["one", "crossed", "two"]


@pytest.fixture
def killed(monkeypatch):
    numbers = []
    monkeypatch.setattr(os, "kill", lambda pid, number: numbers.append((pid, number)))
    return numbers


def trap(tmp_path, phase, passage):
    point = next(point for point in POINTS.values() if point.phase is phase)
    return Trap(point, passage, signal.SIGKILL, tmp_path)


def test_a_trap_at_a_start_closes_at_its_passage_and_once(tmp_path, killed):
    set_trap = trap(tmp_path, Phase.START, 2)

    set_trap.crossed()
    assert killed == []
    set_trap.crossed()
    set_trap.crossed()

    assert killed == [(os.getpid(), signal.SIGKILL)]


def test_a_trap_in_a_run_counts_only_once_it_is_armed(tmp_path, killed):
    set_trap = trap(tmp_path, Phase.RUN, 1)

    set_trap.crossed()
    assert killed == []
    (tmp_path / "armed").touch()
    set_trap.crossed()

    assert killed == [(os.getpid(), signal.SIGKILL)]
