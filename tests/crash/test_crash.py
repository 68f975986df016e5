"""A real daemon dies at a crash point and is started again: the small version of `make crash-test`.

Faults 83, 84, 85, 87 and 100; V1, V2, V3, V4, V6, V17.
"""

import sys

import pytest

from tests.crash.campaign import KILLS_PER_SESSION, add_to_tally, is_good, planned, read_tally, table
from tests.crash.points import POINTS, Phase
from tests.crash.session import RANDOM, STOPPED, Death, Kill, Session

LONGEST_START_S = 60.0
"""The machine that runs the tests may be shared; the campaign holds starts to five seconds."""


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")
def test_a_daemon_that_dies_with_a_fill_unwritten_is_as_if_it_had_not(tmp_path):
    kills = [Kill("run: fill, before the commit", 1), Kill("start: stop sent, after the commit", 1)]
    session = Session(tmp_path / "session", 3, kills, LONGEST_START_S, speed="240")

    assert session.run() == len(kills)

    assert [death.problems for death in session.deaths] == [[], []]
    assert all(death.is_reached for death in session.deaths)
    assert session.deaths[0].had_positions
    assert session.deaths[0].protected_s == session.deaths[1].protected_s


def names_of(kills):
    return [kill.name for kill in kills]


def test_a_round_comes_by_every_point_and_by_random_moments_and_stops():
    sessions = [planned(seed, KILLS_PER_SESSION) for seed in range(20)]

    seen = {name for kills in sessions for name in names_of(kills)}

    assert seen == {*POINTS, RANDOM, STOPPED}


def test_a_seed_always_plans_the_same_and_another_one_something_else():
    assert planned(7, 25) == planned(7, 25)
    assert planned(7, 25) != planned(8, 25)


def test_what_a_point_needs_comes_just_before_it():
    for kills in (planned(seed, KILLS_PER_SESSION) for seed in range(20)):
        names = names_of(kills)
        for place, name in enumerate(names):
            if name in POINTS and POINTS[name].prepared_by:
                assert names[place - 1] == POINTS[name].prepared_by


def test_migrations_come_last_in_a_session():
    for kills in (planned(seed, KILLS_PER_SESSION) for seed in range(20)):
        is_migration = [name in POINTS and POINTS[name].phase is Phase.MIGRATION for name in names_of(kills)]
        assert is_migration == sorted(is_migration)


def test_one_point_alone_can_be_repeated():
    name = "run: fill, inside the commit"

    assert names_of(planned(1, 3, name))[1:] == [name] * 3


GOOD = Death("run: fill, inside the commit", 1, protected_s=1.0)


@pytest.mark.parametrize(
    ("deaths", "verdict"),
    [
        ([], False),
        ([GOOD], True),
        ([GOOD, Death(GOOD.name, 1, is_reached=False)], True),
        ([GOOD, Death(RANDOM, 1, is_reached=False)], False),
        ([GOOD, Death(RANDOM, 1, problems=["V2: doubled"])], False),
    ],
)
def test_a_campaign_is_good_when_each_point_was_reached_and_nothing_was_wrong(deaths, verdict):
    assert is_good(deaths) is verdict


def test_tallies_add_up_over_campaigns(tmp_path):
    tally = tmp_path / "tally"

    for commit in ("one", "two"):
        add_to_tally(tally, [GOOD, GOOD], commit)

    assert read_tally(tally) == [GOOD] * 4
    assert "     4       4" in table(read_tally(tally))
