"""Contract notes: the published worked examples to the paisa, and days told apart by their dates."""

from datetime import date
from decimal import Decimal

import pytest

from tests.fakes.dealings import (
    APRIL_2026,
    DELIVERY,
    FEBRUARY_2026,
    FUTURE,
    INDEX_FUTURE,
    INDEX_OPTION,
    INTRADAY,
    MARCH_2026,
    NOW,
    OCTOBER_2024,
    OPTION,
    SENSEX_OPTION,
    SEPTEMBER_2024,
    SHARE,
    bought,
    note_of,
    sold,
)


@pytest.fixture
def schedule(market_rules):
    return market_rules.charges


def printed(note):
    """The lines of a note in the order brokerage, stt, exchange, ipft, sebi, stamp, dp, gst, total."""
    return " ".join(f"{amount:.2f}" for amount in (*note.lines.values(), note.total))


EXAMPLES = {
    "delivery, buy day": (
        (NOW, SHARE, DELIVERY, bought(100, 1450.50)),
        "20.00 145.00 4.45 0.00 0.15 22.00 0.00 4.43 196.03",
        "-145246.03",
    ),
    "delivery, sell day": (
        (NOW, SHARE, DELIVERY, sold(100, 1512.30)),
        "20.00 151.00 4.64 0.00 0.15 0.00 20.00 8.06 203.85",
        "151026.15",
    ),
    "intraday share": (
        (NOW, SHARE, INTRADAY, bought(200, 820), sold(200, 826.40)),
        "40.00 41.00 10.11 0.00 0.33 5.00 0.00 9.08 105.52",
        "1174.48",
    ),
    "index future": (
        (NOW, *INDEX_FUTURE),
        "40.00 1682.00 122.94 0.01 6.72 67.00 0.00 30.54 1949.21",
        "8450.79",
    ),
    "stock future, short": (
        (NOW, FUTURE, INTRADAY, sold(500, 1450), bought(500, 1442)),
        "40.00 363.00 26.46 0.00 1.45 14.00 0.00 12.22 457.13",
        "3542.87",
    ),
    "index option": (
        (NOW, *INDEX_OPTION),
        "40.00 38.00 16.86 0.00 0.05 1.00 0.00 10.24 106.15",
        "3550.10",
    ),
    "SENSEX option on BSE": (
        (NOW, SENSEX_OPTION, DELIVERY, bought(100, 210), sold(100, 248.40)),
        "40.00 37.00 14.90 0.00 0.05 1.00 0.00 9.89 102.84",
        "3737.16",
    ),
    "option bought to be exercised": (
        (NOW, OPTION, DELIVERY, bought(65, 90)),
        "20.00 0.00 2.08 0.00 0.01 0.00 0.00 3.98 26.07",
        "-5876.07",
    ),
}


@pytest.mark.parametrize(("dealt", "lines", "net"), EXAMPLES.values(), ids=EXAMPLES)
def test_worked_examples_agree_line_by_line(schedule, dealt, lines, net):
    note = note_of(schedule, *dealt)

    assert printed(note) == lines
    assert str(note.net) == net
    assert note.notices == ()


def test_a_delivery_round_trip_over_two_days_nets_what_its_two_notes_say(schedule):
    buy_day = note_of(schedule, NOW, SHARE, DELIVERY, bought(100, 1450.50))
    sell_day = note_of(schedule, date(2026, 11, 23), SHARE, DELIVERY, sold(100, 1512.30))

    assert buy_day.gross + sell_day.gross == Decimal("6180.00")
    assert buy_day.total + sell_day.total == Decimal("399.88")
    assert buy_day.net + sell_day.net == Decimal("5780.12")


@pytest.mark.parametrize(
    ("dealt", "on", "total"),
    [
        (INDEX_FUTURE, SEPTEMBER_2024, "692.18"),
        (INDEX_FUTURE, OCTOBER_2024, "940.21"),
        (INDEX_FUTURE, FEBRUARY_2026, "940.21"),
        (INDEX_FUTURE, MARCH_2026, "940.21"),
        (INDEX_FUTURE, APRIL_2026, "1949.21"),
        (INDEX_OPTION, SEPTEMBER_2024, "91.99"),
        (INDEX_OPTION, OCTOBER_2024, "94.17"),
        (INDEX_OPTION, FEBRUARY_2026, "94.17"),
        (INDEX_OPTION, MARCH_2026, "94.15"),
        (INDEX_OPTION, APRIL_2026, "106.15"),
    ],
)
def test_the_same_trade_costs_what_its_date_says(schedule, dealt, on, total):
    assert str(note_of(schedule, on, *dealt).total) == total
