import pytest

from trading_bot.domain import events as ev
from trading_bot.domain.order import Side
from trading_bot.report.day.notices import notice_of

CASES = [
    (
        ev.HaltRaised(at_ms=1, scope=ev.HaltScope.INSTRUMENT, subject="K", reason="r"),
        ("halt", "instrument K: r"),
    ),
    (
        ev.HaltCleared(at_ms=1, scope=ev.HaltScope.ENTRIES, subject="", reason="r"),
        ("halt cleared", "entries: r"),
    ),
    (
        ev.PanicLatched(at_ms=1, asked_by="owner"),
        ("panic", "asked for by owner: everything is cancelled and flattened"),
    ),
    (ev.PanicReleased(at_ms=1, asked_by="owner"), ("panic released", "by owner")),
    (ev.IncidentRecorded(at_ms=1, kind="feed_gap", detail="14 s"), ("incident", "feed gap: 14 s")),
    (ev.StopFailed(at_ms=1, trade_id=3, tag="t", reason="gone"), ("stop failed", "trade 3: gone")),
    (
        ev.ForeignOrderSeen(
            at_ms=1, order_id="7", instrument_key="K", side=Side.BUY, quantity=5, tag=None, placed_by=""
        ),
        ("foreign order", "7: BUY 5 of K, placed by unknown"),
    ),
    (
        ev.DifferenceFound(at_ms=1, instrument_key="K", our_quantity=5, broker_quantity=0),
        ("difference", "K: our position 5, the broker's 0"),
    ),
    (
        ev.DifferenceSettled(at_ms=1, instrument_key="K"),
        ("difference settled", "K: broker and book agree again"),
    ),
    (
        ev.DifferenceSettled(at_ms=1, instrument_key="K", written_off=7),
        ("difference settled", "K: trade 7 of an earlier day is written off"),
    ),
]


@pytest.mark.parametrize(("event", "said"), CASES)
def test_what_a_person_should_know_is_put_into_words(event, said):
    assert notice_of(event) == (1, *said)


def test_the_ordinary_course_of_trading_is_no_notice():
    assert notice_of(ev.CancelIntended(at_ms=1, tag="t")) is None
