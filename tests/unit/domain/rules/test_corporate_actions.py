from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from trading_bot.domain.candles.arrays import UNKNOWN, CandleArrays
from trading_bot.domain.errors import UncoveredDateError
from trading_bot.domain.ist import midnight_ms
from trading_bot.domain.rules.corporate_actions import ActionFacts, CorporateAction, CorporateActions
from trading_bot.domain.rules.price_adjustment import adjusted

BONUS, SPLIT, RIGHTS = (
    CorporateAction.model_validate({"symbol": "ACME", "ex_on": on, "kind": kind, "factor": factor})
    for on, kind, factor in (
        (date(2020, 3, 3), "bonus", "2/3"),
        (date(2020, 5, 5), "split", "1/10"),
        (date(2020, 7, 7), "rights", "0.95"),
    )
)


def facts(*rows, symbols=("ACME",)) -> ActionFacts:
    coverage = {"first": date(2020, 1, 1), "last": date(2020, 12, 31), "symbols": symbols, "source": "made"}
    return ActionFacts.model_validate(
        {"coverage": coverage, "actions": [{"rows": rows, "source": "made", "confidence": "L"}]}
    )


def candles(*days: date, price: int = 100_000, volume: int = 90) -> CandleArrays:
    starts = np.array([midnight_ms(day) for day in days], dtype=np.int64)
    flat = np.full(starts.size, price, dtype=np.int64)
    return CandleArrays(starts, flat, flat + 5, flat - 5, flat, np.full(starts.size, volume, dtype=np.int64))


def test_each_day_gets_the_actions_that_follow_it():
    """Fault 107: what history is."""
    days = (date(2020, 3, 2), date(2020, 3, 3), date(2020, 5, 5), date(2020, 7, 7))

    ours = adjusted(candles(*days), [BONUS, SPLIT, RIGHTS])

    assert ours.close.tolist() == [6_333, 9_500, 95_000, 100_000]
    assert ours.volume.tolist() == [1_350, 900, 90, 90]


def test_an_unknown_volume_stays_unknown():
    assert adjusted(candles(date(2020, 1, 1), volume=UNKNOWN), [BONUS]).volume.tolist() == [UNKNOWN]


def test_without_actions_nothing_changes():
    for ours, theirs in zip(adjusted(candles(date(2020, 1, 1)), []), candles(date(2020, 1, 1)), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@given(
    st.lists(st.integers(1, 10**8), min_size=4, max_size=4), st.fractions(Fraction(1, 100), Fraction(99, 100))
)
def test_rounding_is_within_half_a_paisa_and_keeps_high_and_low(prices, factor):
    low, *middle, high = sorted(prices)
    row = [
        np.array([number], dtype=np.int64)
        for number in (midnight_ms(date(2020, 1, 1)), middle[0], high, low, middle[1], 1)
    ]
    action = BONUS.model_copy(update={"factor": factor})

    ours = adjusted(CandleArrays(*row), [action])

    assert ours.low <= min(ours.open, ours.close) <= max(ours.open, ours.close) <= ours.high
    assert all(
        abs(int(mine[0]) - int(own[0]) * factor) <= Fraction(1, 2)
        for mine, own in zip(ours[1:5], row[1:5], strict=True)
    )


def test_what_is_not_covered_is_refused():
    actions = CorporateActions(facts(BONUS.model_dump() | {"factor": "2/3"}))

    assert len(actions.between("ACME", date(2020, 1, 1), date(2020, 12, 31))) == 1
    assert actions.between("ACME", date(2020, 3, 3), date(2020, 12, 31)) == ()
    for symbol, first, last in (
        ("BETA", date(2020, 1, 1), date(2020, 12, 31)),
        ("ACME", date(2019, 12, 31), date(2020, 12, 31)),
        ("ACME", date(2020, 1, 1), date(2021, 1, 1)),
    ):
        with pytest.raises(UncoveredDateError, match=r"corporate_actions\.toml"):
            actions.between(symbol, first, last)


def test_rights_are_no_splits():
    rows = [row.model_dump() | {"factor": str(row.factor)} for row in (SPLIT, RIGHTS)]

    assert CorporateActions(facts(*rows)).splits_of("ACME") == (date(2020, 5, 5),)


def test_two_actions_of_a_day_are_refused():
    row = BONUS.model_dump() | {"factor": "2/3"}
    with pytest.raises(ValueError, match="two actions on 2020-03-03"):
        CorporateActions(facts(row, row))


@pytest.mark.parametrize("factor", ["1", "0", "-1/2", "half", "1/0", 0.5])
def test_a_factor_that_is_none_is_refused(factor):
    with pytest.raises((ValidationError, ZeroDivisionError)):
        facts(BONUS.model_dump() | {"factor": factor})
