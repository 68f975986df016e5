"""What is watched: chosen symbols and held instruments."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes.engine_driver import DAY, KEY, PRICE, SHARE, EngineDriver
from trading_bot.bootstrap.market.universe import HeldKeys, chosen_universe, held_keys, traded_keys
from trading_bot.domain.errors import UnknownInstrumentError
from trading_bot.domain.instrument import InstrumentKind, Segment
from trading_bot.engine.decisions.operation.day_charges import charges_of

OTHER = replace(SHARE, key="NSE_EQ|INFY", symbol="INFY", name="Infosys")
INDEX = replace(
    SHARE,
    key="NSE_INDEX|Nifty 50",
    symbol="NIFTY",
    name="Nifty 50",
    segment=Segment.NSE_INDEX,
    kind=InstrumentKind.INDEX,
)
LISTED = (SHARE, OTHER)


def keys(universe) -> set[str]:
    return {instrument.key for instrument in universe.instruments}


def test_symbols_are_found_with_and_without_a_suffix():
    universe = chosen_universe(("RELIANCE.NS", "INFY"), LISTED, (), is_outdated=False)

    assert keys(universe) == {KEY, OTHER.key}
    assert universe.exit_only == frozenset()


def test_what_is_held_is_always_watched_but_entered_only_when_it_was_chosen():
    universe = chosen_universe(("INFY",), LISTED, {KEY}, is_outdated=False)

    assert keys(universe) == {KEY, OTHER.key}
    assert universe.exit_only == {KEY}


def test_what_was_traded_today_stays_known_though_nothing_of_it_is_open(market_rules):
    """V15, V17: its charges count, after a start with other symbols and in panic alike."""
    driver = EngineDriver()
    _, stop = driver.enter()
    driver.fill(stop, 35, PRICE)
    assert held_keys(driver.book) == frozenset()

    traded = traded_keys(driver.book, DAY)
    universe = chosen_universe(("INFY",), LISTED, (), is_outdated=False, traded=traded)

    assert keys(universe) == {KEY, OTHER.key}
    assert universe.exit_only == {KEY}
    listed = {one.key: one for one in universe.instruments}
    assert charges_of(driver.book, market_rules.charges, listed) > 0
    assert traded_keys(driver.book, DAY + timedelta(days=1)) == frozenset()


def test_an_outdated_list_serves_exits_only():
    universe = chosen_universe(("INFY",), LISTED, {KEY}, is_outdated=True)

    assert universe.exit_only == {KEY, OTHER.key}


@pytest.mark.parametrize("name", ["NSE_INDEX|Nifty 50", "nifty"])
def test_a_reference_index_is_watched_and_not_traded(name):
    """Fault 2: quiet shares alone do not make the feed seem dead."""
    universe = chosen_universe(("INFY",), (*LISTED, INDEX), (), is_outdated=False, indices=(name,))

    assert keys(universe) == {OTHER.key, INDEX.key}
    assert not INDEX.is_tradable


def test_an_index_that_is_not_listed_is_left_out():
    universe = chosen_universe(("INFY",), LISTED, (), is_outdated=False, indices=("NSE_INDEX|Nifty 50",))

    assert keys(universe) == {OTHER.key}


def test_a_share_is_no_reference_index():
    universe = chosen_universe(("INFY",), LISTED, (), is_outdated=False, indices=("RELIANCE",))

    assert keys(universe) == {OTHER.key}


def test_an_unknown_symbol_is_an_error():
    with pytest.raises(UnknownInstrumentError):
        chosen_universe(("RELIANCEE",), LISTED, (), is_outdated=False)


def test_an_unknown_symbol_does_not_keep_held_instruments_from_being_managed():
    universe = chosen_universe(("RELIANCEE",), LISTED, {KEY}, is_outdated=False)

    assert keys(universe) == {KEY}


def test_open_trades_are_held():
    driver = EngineDriver()
    assert held_keys(driver.book) == frozenset()

    driver.enter()

    assert held_keys(driver.book) == {KEY}


class OneEngine:
    """As much of an engine as is looked at."""

    def __init__(self, driver):
        self.state = driver.core.state


def test_what_is_held_is_known_at_each_connect_and_not_only_at_the_first():
    """Faults 15 and 102: a share that was entered in the day is subscribed first after a loss."""
    driver, held = EngineDriver(), HeldKeys()
    assert held() == ()
    held.follow(OneEngine(driver))
    assert held() == ()

    driver.enter()

    assert held() == (KEY,)


def test_a_share_whose_key_changed_is_entered_by_its_new_key_and_closed_by_its_old_one():
    """Fault 108, V4: the symbol maps to today's key; what is held keeps the key of the broker's position."""
    renamed = replace(SHARE, key="NSE_EQ|INE002A01026")
    old_row = replace(SHARE, symbol="RELIANCE-OLD")

    universe = chosen_universe(("RELIANCE",), (renamed, old_row), {KEY}, is_outdated=False)

    assert keys(universe) == {renamed.key, KEY}
    assert universe.exit_only == {KEY}
