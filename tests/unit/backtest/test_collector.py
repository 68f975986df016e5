"""The garbage collector comes rarely while a backtest runs, and is as it was afterwards."""

import gc

import pytest

from trading_bot.backtest.collector import rare_collections


@pytest.mark.parametrize("fails", [False, True])
def test_the_collector_is_as_it_was_after_a_run(fails):
    before = gc.get_threshold(), gc.get_freeze_count()

    with pytest.raises(ZeroDivisionError) if fails else rare_collections(), rare_collections():
        assert gc.get_threshold()[0] > before[0][0]
        assert gc.get_freeze_count() > before[1]
        1 / (0 if fails else 1)

    assert (gc.get_threshold(), gc.get_freeze_count()) == before
