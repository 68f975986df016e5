"""What surfaces are shown of positions: nothing that is held is left out, and nothing unknown looks safe."""

from types import SimpleNamespace

import pytest

from tests.fakes.engine_driver import DAY, KEY, EngineDriver
from trading_bot.engine.observe import NoticeBoard, held_of, resting_snapshot, snapshot_of, symbols_of
from trading_bot.engine.snapshot import RunHeader, SymbolView
from trading_bot.engine.supervisor import Supervisor, SupervisorSettings
from trading_bot.report.status import positions_text, status_document

HEADER = RunHeader(mode="paper", session_on=DAY, now_ms=0, phase="closed", data="none")


@pytest.fixture
def holding() -> EngineDriver:
    """A position with its stop resting at the broker."""
    driver = EngineDriver()
    driver.start()
    driver.enter()
    return driver


def row_of(driver: EngineDriver) -> SymbolView:
    (row,) = [one for one in symbols_of(driver.core.state, driver.core.state.market) if one.quantity]
    return row


def shown(driver: EngineDriver):
    """The snapshot of a day around the driver's state."""
    day = SimpleNamespace(
        engine=SimpleNamespace(state=driver.core.state),
        gate=SimpleNamespace(use=lambda _now_ms: ()),
        supervisor=Supervisor(SupervisorSettings(), print),
        lag=SimpleNamespace(lag_s=0.0),
    )
    return snapshot_of(day, HEADER, NoticeBoard(), 0.0)


def resting(driver: EngineDriver, **changes):
    idle = Supervisor(SupervisorSettings(), print)
    return resting_snapshot(driver.core.state, idle, HEADER, NoticeBoard(), 0.0, **changes)


def test_a_position_behind_its_resting_stop_is_protected(holding):
    row = row_of(holding)

    assert row.quantity > 0
    assert row.unprotected_s == 0.0


def test_a_position_outside_of_the_hours_is_not_shown_as_protected_without_a_stop(holding):
    """V4, V16: after the close nobody counts the seconds."""
    holding.book.tags_by_trade_id.clear()
    holding.core.state.now_ms = holding.series.hours.continuous[-1][1] + 1

    assert row_of(holding).unprotected_s is None


def test_what_lost_its_stop_is_unprotected_before_the_guard_has_looked(holding):
    """V4: from the fill on, not from the next second on."""
    holding.book.tags_by_trade_id.clear()

    assert 0 < row_of(holding).unprotected_s <= 1


def test_what_is_held_without_a_trade_of_ours_is_not_known_to_be_safe(holding):
    holding.book.trades.clear()
    holding.book.trade_id_by_instrument.clear()

    assert row_of(holding).unprotected_s is None


def test_what_is_held_and_not_listed_any_more_is_shown(holding):
    """V5: the list of today lacks it; the account does not."""
    quantity = row_of(holding).quantity
    del holding.core.state.market.series[KEY]

    (row,) = [one for one in shown(holding).symbols if one.quantity]

    assert (row.symbol, row.quantity, row.unprotected_s) == (KEY, quantity, None)
    assert (row.last_price, row.unrealised, row.foreign_quantity) == (None, None, None)


def test_what_is_held_between_sessions_is_shown_by_its_name(holding):
    """V5: nobody watches it, and it is there."""
    del holding.core.state.market.series[KEY]

    snapshot = resting(holding, symbol_of={KEY: "RELIANCE"}.get)

    assert [(row.symbol, row.unprotected_s) for row in snapshot.symbols] == [("RELIANCE", None)]
    assert {order.symbol for order in snapshot.orders} == {"RELIANCE"}
    text = positions_text(status_document(snapshot))
    assert "RELIANCE +" in text
    assert "NOT CONFIRMED" in text


def test_a_book_without_a_position_rests_without_rows():
    driver = EngineDriver()
    driver.start()

    assert (held_of(driver.core.state), resting(driver).symbols) == ((), ())


@pytest.mark.parametrize("score", [float("nan"), float("inf"), float("-inf")])
def test_a_score_that_is_no_number_is_not_known_and_leans_nowhere(holding, score):
    """Fault 114: a strategy of the user's own may compute one."""
    holding.series.score = score

    row = row_of(holding)

    assert (row.score, row.trend) == (None, None)
