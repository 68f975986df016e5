"""One plan, played here, by processes that share the candles, and by a cluster: the same figures."""

import os
import signal
from multiprocessing import active_children

import pytest

from tests.fakes.sweep_market import random_sets, walking
from trading_bot.backtest.sweeps.plan import plan_of
from trading_bot.backtest.sweeps.policy import declared_policy
from trading_bot.backtest.sweeps.workers import (
    play_here,
    play_in_processes,
    play_on_cluster,
    warm_processes,
)
from trading_bot.domain.errors import SettingsError

MARKET = walking(1, 2, minutes=800)
PLAN, _ = plan_of("ema_cross", declared_policy(), random_sets(1, 40))


def in_order(parts):
    figures = []
    for part in parts:
        assert part.first == len(figures)
        figures += part.figures
    return figures


@pytest.fixture(scope="module")
def here():
    return in_order(play_here(MARKET, PLAN))


def test_every_set_is_played_once_and_in_parts(here):
    assert len(here) == len(PLAN.sets)
    assert len(list(play_here(MARKET, PLAN))) > 5


def test_processes_come_to_the_same(here):
    assert in_order(play_in_processes(MARKET, PLAN, 2)) == here


def test_an_interrupt_is_for_who_began_the_processes_and_none_is_left(here):
    """A terminal sends it to all of them; none may die of it with its stack on the screen."""
    others = set(active_children())

    def interrupted():
        with warm_processes(MARKET, 2) as play:
            assert in_order(play(PLAN)) == here
            for process in set(active_children()) - others:
                os.kill(process.pid, signal.SIGINT)
                process.join(0.2)
            assert in_order(play(PLAN)) == here
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert not set(active_children()) - others


def test_a_cluster_of_two_workers_comes_to_the_same(here):
    distributed = pytest.importorskip("distributed", reason="Dask is not installed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", host="127.0.0.1"
    ) as cluster:
        played = in_order(play_on_cluster(MARKET, PLAN, cluster.scheduler_address))

    assert played == here


def test_a_scheduler_that_is_not_there_is_said(monkeypatch):
    pytest.importorskip("distributed", reason="Dask is not installed")
    monkeypatch.setattr("trading_bot.backtest.sweeps.workers._SCHEDULER_TIMEOUT_S", 0.2)

    with pytest.raises(SettingsError, match="no Dask scheduler answers"):
        next(play_on_cluster(MARKET, PLAN, "tcp://127.0.0.1:9"))


def test_without_dask_a_scheduler_cannot_be_used(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)

    with pytest.raises(SettingsError, match="Dask, which is not installed"):
        next(play_on_cluster(MARKET, PLAN, "tcp://127.0.0.1:9"))
