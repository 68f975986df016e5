from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tests.fakes.declared import share
from tests.fakes.sweep_market import columns, walking
from trading_bot.backtest.sweeps.market import market_of
from trading_bot.domain.ist import MS_PER_DAY, MS_PER_MINUTE, midnight_ms

MONDAY_MS = midnight_ms(date(2024, 1, 1)) + 555 * MS_PER_MINUTE


def rows(*starts):
    return columns([(at_ms, 100, 110, 90, 105) for at_ms in starts])


def test_shares_lie_one_after_the_other_on_one_line_of_time():
    early, late = MONDAY_MS, MONDAY_MS + MS_PER_DAY

    market = market_of(
        [
            (share("A"), rows(early, early + MS_PER_MINUTE, late)),
            (share("B"), rows(early + MS_PER_MINUTE, late + MS_PER_MINUTE)),
        ]
    )

    assert market.bars == 5
    assert market.times.tolist() == [early, early + MS_PER_MINUTE, late, late + MS_PER_MINUTE]
    assert market.slots.tolist() == [0, 1, 2, 1, 3]
    assert market.day_ends.tolist() == [2, 4]
    assert market.candles(1).start_ms.tolist() == [early + MS_PER_MINUTE, late + MS_PER_MINUTE]


@pytest.mark.parametrize(
    ("starts", "why"),
    [((MONDAY_MS,), "at least two"), ((MONDAY_MS, MONDAY_MS), "order"), ((MONDAY_MS, 5), "order")],
)
def test_candles_that_cannot_be_played_are_refused(starts, why):
    with pytest.raises(ValueError, match=why):
        market_of([(share("A"), rows(*starts))])


def test_no_share_is_no_market():
    with pytest.raises(ValueError, match="no shares"):
        market_of([])


def test_the_hash_is_that_of_names_ticks_and_every_price():
    market = walking(1, minutes=50)
    changed = np.array(market.table)
    changed[4, 20] += 5
    tick = replace(market.instruments[0], tick_size=10)

    digests = {
        market.digest,
        market_of([(market.instruments[0], changed)]).digest,
        market_of([(tick, market.table)]).digest,
        walking(2, minutes=50).digest,
    }

    assert len(digests) == 4
    assert walking(1, minutes=50).digest == market.digest
