"""The calls that a span takes: never longer than the broker allows, and no day twice or left out."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_bot.adapters.upstox.rest.history import UpstoxCandles
from trading_bot.domain.candles.interval import interval_of

DAY = st.dates(date(1999, 1, 1), date(2026, 12, 31))


@given(
    st.tuples(DAY, DAY), st.sampled_from([("1m", 28), ("15m", 28), ("16m", 89), ("5h", 89), ("1d", 3_651)])
)
def test_pages_follow_each_other_within_the_allowed_length(days, allowed):
    text, longest = allowed
    first, last = min(days), max(days)

    pages = UpstoxCandles(None, None).pages(interval_of(text), (first, last))

    begin = max(first, date(2000, 1, 1) if text == "1d" else date(2022, 1, 1))
    if begin > last:
        assert pages == ()
        return
    assert (pages[0][0], pages[-1][1]) == (begin, last)
    assert all((end - start).days < longest for start, end in pages)
    assert all(later[0] - earlier[1] == timedelta(days=1) for earlier, later in pairwise(pages))


@pytest.mark.parametrize(("text", "calls"), [("1m", 14), ("30m", 5), ("1d", 1)])
def test_a_year_takes_few_calls(text, calls):
    pages = UpstoxCandles(None, None).pages(interval_of(text), (date(2025, 1, 1), date(2025, 12, 31)))

    assert len(pages) == calls
