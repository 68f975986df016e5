from decimal import Decimal
from random import Random

from trading_bot.simulator.venue.hops import Agenda, Hop, SeededDelays
from trading_bot.simulator.venue.settings import VenueSettings


def test_deeds_are_done_in_due_order_and_equals_in_order_of_entry():
    agenda = Agenda(0)
    done = []
    for due_ms, name in ((20, "c"), (10, "a"), (20, "d"), (15, "b")):
        agenda.add(due_ms, lambda name=name: done.append((agenda.now_ms, name)))

    agenda.run_until(20)

    assert done == [(10, "a"), (15, "b"), (20, "c"), (20, "d")]


def test_a_deed_may_enter_another_that_is_due_at_once():
    agenda = Agenda(0)
    done = []
    agenda.add(5, lambda: agenda.add(7, lambda: done.append(agenda.now_ms)))

    agenda.run_until(10)

    assert done == [7]
    assert agenda.now_ms == 10


def test_time_never_goes_back():
    agenda = Agenda(100)

    agenda.run_until(50)

    assert agenda.now_ms == 100


def test_the_next_due_time_is_known():
    agenda = Agenda(0)
    before = agenda.next_due_ms
    agenda.add(9, lambda: None)

    assert (before, agenda.next_due_ms) == (None, 9)


def test_delays_stay_within_their_jitter_and_repeat_with_their_seed():
    settings = VenueSettings(exchange_delay_ms=100, delay_jitter=Decimal("0.2"))
    first, second = (
        [delays.delay_ms(Hop.EXCHANGE) for _ in range(200)]
        for delays in (SeededDelays(settings, Random(3)), SeededDelays(settings, Random(3)))
    )

    assert first == second
    assert (min(first), max(first)) == (80, 120)
