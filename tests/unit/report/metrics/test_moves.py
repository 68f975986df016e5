import pytest

from trading_bot.report.metrics.moves import HeldBack, moves_of
from trading_bot.report.metrics.sessions import Moves

AT_MS = 1_795_061_700_000
MINUTE_MS = 60_000


def closes(**by_minute):
    kept = {AT_MS - MINUTE_MS: 10_000, AT_MS + 29 * MINUTE_MS: 10_050} | by_minute.get("more", {})
    return lambda key, at_ms: kept.get(at_ms) if key == "A" else None


def held(sign, *, key="A", by="gate: score"):
    return HeldBack("s", key, by, sign, AT_MS)


def test_a_rise_of_half_a_percent_by_hand():
    """From 100.00 before the moment to 100.50 half an hour on: 50 for a long, against a short."""
    assert moves_of([held(1)], closes()) == (Moves("s", "gate: score", 1, 0, 0, pytest.approx(50)),)
    assert moves_of([held(-1)], closes()) == (Moves("s", "gate: score", 1, 0, 1, pytest.approx(-50)),)


def test_what_no_candle_tells_is_unknown_and_not_nothing():
    assert moves_of([held(1, key="B")], closes()) == (Moves("s", "gate: score", 0, 1, 0, None),)


def test_each_cause_is_told_apart():
    found = moves_of([held(1), held(-1, by="denial: panic"), held(1)], closes())

    assert [(moves.held_back_by, moves.known) for moves in found] == [
        ("denial: panic", 1),
        ("gate: score", 2),
    ]


def test_a_price_that_stood_still_was_no_gain():
    still = closes(more={AT_MS + 29 * MINUTE_MS: 10_000})

    assert moves_of([held(1)], still)[0].against == 1
