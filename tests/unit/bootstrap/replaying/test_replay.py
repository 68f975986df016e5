from decimal import Decimal

import pytest

from trading_bot.bootstrap.day.reporting import Reported
from trading_bot.bootstrap.replaying.replay import require_explained
from trading_bot.domain.errors import UserFacingError

NET = Decimal("-208.86")


def test_a_session_without_problems_ends_well():
    require_explained(Reported("", "", ()), NET)


def test_a_session_with_a_problem_fails_and_says_which():
    with pytest.raises(UserFacingError, match=r"position open at the end: \+35 SBIN"):
        require_explained(Reported("", "", ("position open at the end: +35 SBIN",)), NET)


def test_a_result_that_no_ledger_confirms_fails():
    with pytest.raises(UserFacingError, match="ledger could not be read"):
        require_explained(Reported("", "", ()), None)
