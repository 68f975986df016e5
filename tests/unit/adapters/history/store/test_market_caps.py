"""What companies are worth: one figure a day, the newest that was known on a day."""

from datetime import date

import pytest
from sqlalchemy import text

from trading_bot.adapters.history.store import open_store, read_store
from trading_bot.adapters.history.store.market_caps import (
    MarketCap,
    keep_market_cap,
    known_market_caps,
    largest,
)
from trading_bot.domain.errors import HistoryError

FIRST, LATER = date(2026, 11, 26), date(2026, 11, 27)


def cap(symbol, rupees, as_of=FIRST):
    return MarketCap(symbol, as_of, rupees, "yahoo", 5)


@pytest.fixture
def store(tmp_path):
    opened = open_store(tmp_path / "history.db")
    yield opened
    opened.close()


def test_the_newest_figure_of_each_symbol_is_known_the_largest_first(store):
    for one in (cap("ACME", 10), cap("BETA", 30), cap("ACME", 20, LATER)):
        keep_market_cap(store, one)

    assert known_market_caps(store) == (cap("BETA", 30), cap("ACME", 20, LATER))
    assert known_market_caps(store, FIRST) == (cap("BETA", 30), cap("ACME", 10))
    assert known_market_caps(store, date(2026, 1, 1)) == ()


def test_a_figure_of_the_same_day_replaces_the_one_before(store):
    keep_market_cap(store, cap("ACME", 10))
    keep_market_cap(store, cap("ACME", 11))

    assert known_market_caps(store) == (cap("ACME", 11),)


def test_two_sources_of_one_day_are_one_share_by_the_figure_that_came_last(store):
    """A share that is there twice would take the place of another among the largest."""
    for one in (cap("ACME", 12)._replace(source="another", fetched_at_ms=9), cap("ACME", 11), cap("BETA", 1)):
        keep_market_cap(store, one)

    found = known_market_caps(store)

    assert [(one.symbol, one.rupees) for one in found] == [("ACME", 12), ("BETA", 1)]
    assert [one.symbol for one in largest(found, ("ACME", "BETA"), 2)] == ["ACME", "BETA"]


def test_trillions_of_rupees_are_kept_whole(store):
    keep_market_cap(store, cap("ACME", 19_283_746_556_473))

    assert known_market_caps(store)[0].rupees == 19_283_746_556_473


def test_what_is_unknown_is_never_a_zero(store):
    with pytest.raises(HistoryError, match="CHECK"):
        keep_market_cap(store, cap("ACME", 0))
    assert known_market_caps(store) == ()


def test_a_store_from_before_there_were_figures_knows_none(store):
    with store.transaction() as connection:
        connection.execute(text("DROP TABLE market_caps"))

    assert known_market_caps(read_store(store.path)) == ()
    again = open_store(store.path)
    keep_market_cap(again, cap("ACME", 10))
    assert known_market_caps(again) == (cap("ACME", 10),)
    again.close()


def test_the_largest_are_among_those_that_are_wanted():
    caps = (cap("BETA", 30), cap("ACME", 20), cap("GAMMA", 10))

    assert largest(caps, ("ACME", "GAMMA", "DELTA"), 2) == caps[1:]
    assert largest(caps, ("BETA", "ACME"), 1) == caps[:1]
