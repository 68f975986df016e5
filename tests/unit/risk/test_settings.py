from datetime import time

import pytest
from pydantic import ValidationError

from trading_bot.risk.settings import ClassWindow, EntrySettings, RiskSettings, WindowSettings


def test_the_earlier_of_both_entry_limits_holds():
    windows = WindowSettings(no_new_entry_after=time(14, 50))

    assert windows.last_entry(windows.auction_shares) == time(14, 45)
    assert windows.last_entry(windows.shares) == time(14, 50)


def test_without_a_general_limit_the_class_decides():
    windows = WindowSettings()

    assert windows.last_entry(windows.derivatives) == windows.derivatives.no_entry_after


@pytest.mark.parametrize(
    ("no_entry_after", "flat_by"),
    [("15:00", "15:00"), ("15:05", "15:00"), ("09:00", "15:00"), ("15:00", "15:31")],
)
def test_a_window_must_be_in_order_and_inside_the_session(no_entry_after, flat_by):
    with pytest.raises(ValidationError, match="must come before"):
        ClassWindow(no_entry_after=no_entry_after, flat_by=flat_by)


@pytest.mark.parametrize("order_type", ["SL", "SL-M"])
def test_an_entry_is_not_a_stop_order(order_type):
    with pytest.raises(ValidationError, match="LIMIT or MARKET"):
        EntrySettings(order_type=order_type)


def test_auction_shares_are_flat_before_their_auction_by_default():
    assert RiskSettings().windows.auction_shares == ClassWindow(
        no_entry_after=time(14, 45), flat_by=time(15, 5)
    )
