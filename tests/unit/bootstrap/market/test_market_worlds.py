"""Which history a live day opens its indicators on."""

from datetime import date
from types import SimpleNamespace

import pytest

from tests.fakes.engine_driver import SHARE
from trading_bot.bootstrap.market.market_worlds import MarketDay, account_world, advice_world
from trading_bot.bootstrap.market.stored_warm_up import StoredWarmUp
from trading_bot.settings.run import RunSettings
from trading_bot.settings.tree import Settings

BROKER_HISTORY = object()


def market_day(**run):
    return MarketDay(
        settings=Settings(run=RunSettings(**run)),
        rules=None,
        plan=SimpleNamespace(instruments=(SHARE,), on=date(2026, 11, 26)),
        book=None,
        adapter=SimpleNamespace(history=BROKER_HISTORY, broker=None, market=None),
        feed=None,
        clock=None,
        workers=(),
        previous_closes={SHARE.key: 10_000},
    )


@pytest.mark.parametrize("world", [account_world, advice_world])
def test_it_is_the_brokers_unless_the_settings_want_the_store_first(world, tmp_path):
    plain = world(market_day()).world.history
    stored = world(market_day(warm_up_from_store=True, data_dir=tmp_path)).world.history

    assert plain is BROKER_HISTORY
    assert stored == StoredWarmUp(
        broker=BROKER_HISTORY,
        store=tmp_path / "history.db",
        symbols={SHARE.key: SHARE.symbol},
        previous_closes={SHARE.key: 10_000},
        on=date(2026, 11, 26),
    )
