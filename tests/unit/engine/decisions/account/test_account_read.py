"""What a read of the account changes: limits that prices contradict, and whether it may trade at all."""

from decimal import Decimal

import pytest

from tests.fakes.engine_driver import KEY, EngineDriver
from trading_bot.domain import events as ev
from trading_bot.engine import inputs
from trading_bot.engine.ports import Funds

LOWEST, HIGHEST = 130_000, 150_000


def read_account(driver: EngineDriver, **fields) -> None:
    funds = Funds(available=Decimal(1_000_000), used_margin=Decimal(0))
    driver.take(inputs.AccountRead(at_ms=0, funds=funds, margin_rates={}, **fields))


@pytest.mark.parametrize(
    ("price", "is_contradicted"),
    [
        (LOWEST - 1, True),
        (LOWEST, False),
        (HIGHEST, False),
        (HIGHEST + 1, True),
        (1, True),
        (0, False),
    ],
)
def test_limits_that_the_last_price_lies_outside_of_are_contradicted_until_newer_ones_hold(
    price, is_contradicted
):
    """Fault 13: without a price nothing is."""
    driver = EngineDriver()
    state = driver.core.state
    state.market.series[KEY].last_price = price

    read_account(driver, bands={KEY: (LOWEST, HIGHEST)})
    assert (KEY in state.account.contradicted) is is_contradicted

    read_account(driver, bands={KEY: (1, 1_000_000)})
    assert KEY not in state.account.contradicted


def test_an_account_that_may_not_trade_halts_entries_until_it_may():
    """Fault 79, V16: a read that does not say changes nothing."""
    driver = EngineDriver()
    halts = []
    for is_active in (None, False, None, True):
        read_account(driver, bands={}, is_active=is_active)
        halts.append(set(driver.book.halts))

    blocked = {(ev.HaltScope.ENTRIES, "", "account_blocked")}
    assert halts == [set(), blocked, blocked, set()]
