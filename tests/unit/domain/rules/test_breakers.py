"""The market-wide breaker's table."""

from datetime import date, time

import pytest
from pydantic import ValidationError

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.domain.rules.breakers import BreakerHalt, BreakerLevel, BreakerRow

_ROW = load_market_rules().breakers[0]


@pytest.mark.parametrize(
    ("move", "at", "minutes"),
    [
        (0.10, "09:15", 45),
        (0.10, "12:59:59", 45),
        (0.10, "13:00", 15),
        (0.10, "14:29:59", 15),
        (0.10, "14:30", 0),
        (0.15, "12:59", 105),
        (0.15, "13:00", 45),
        (0.15, "13:59", 45),
        (0.15, "14:00", None),
        (0.20, "09:20", None),
        (0.20, "15:00", None),
    ],
)
def test_a_halt_lasts_as_long_as_the_table_says(move, at, minutes):
    assert _ROW.level_of(-move).minutes_at(time.fromisoformat(at)) == minutes


@pytest.mark.parametrize(
    ("move", "level"),
    [(0.0999, None), (0.1, 0.1), (-0.1, 0.1), (0.1499, 0.1), (0.15, 0.15), (-0.2, 0.2), (0.5, 0.2)],
)
def test_the_highest_level_reached_counts_up_and_down(move, level):
    found = _ROW.level_of(move)

    assert (found and found.move) == level


def test_either_index_is_enough_and_an_auction_follows():
    assert _ROW.indices == ("NSE_INDEX|Nifty 50", "BSE_INDEX|SENSEX")
    assert _ROW.auction_minutes == 15
    assert _ROW.valid_from == date(2013, 10, 14)


@pytest.mark.parametrize(
    "halts",
    [
        [BreakerHalt(before=time(13), minutes=45)],
        [BreakerHalt(), BreakerHalt(before=time(13), minutes=45), BreakerHalt()],
        [BreakerHalt(before=time(14)), BreakerHalt(before=time(13)), BreakerHalt()],
        [BreakerHalt(before=time(13)), BreakerHalt(before=time(13)), BreakerHalt()],
    ],
)
def test_halts_go_by_time_and_end_with_the_day(halts):
    with pytest.raises(ValidationError, match="ascending"):
        BreakerLevel(move=0.1, halts=halts)


def test_levels_ascend():
    level = BreakerLevel(move=0.1, halts=[BreakerHalt(minutes=1)])

    with pytest.raises(ValidationError, match="ascending"):
        BreakerRow(
            valid_from=date(2020, 1, 1),
            indices=["X"],
            auction_minutes=0,
            levels=[level, level],
            source="s",
            confidence="H",
        )
