"""What waits for a channel: counted, summed up, overtaken, and never dropped."""

from hypothesis import given
from hypothesis import strategies as st

from trading_bot.adapters.alerts.held import Held, Rate
from trading_bot.adapters.alerts.settings import AlertLevel

INFO, WARNING, CRITICAL = AlertLevel
T = 1_000_000
WINDOW_MS, REFILL_MS = 300_000, 6_000


def held(burst: int = 4) -> Held:
    return Held(Rate(burst=burst, refill_ms=REFILL_MS), WINDOW_MS)


def sent(of: Held, now_ms: int = T) -> list[str]:
    """Everything that is due now, as taken letters."""
    texts = []
    while (letter := of.letter(now_ms)) is not None:
        texts.append(letter.text)
        of.taken(letter)
    return texts


def test_messages_come_one_by_one_while_there_is_room():
    of = held()
    for n in range(3):
        of.offer(CRITICAL, "kind", f"text {n}", T)

    assert sent(of) == ["text 0", "text 1", "text 2"]
    assert of.is_empty


def test_a_flood_becomes_a_burst_and_one_summary():
    of = held()
    for n in range(1_000):
        of.offer(CRITICAL, "order not taken", f"order {n} refused", T)
        if n < 4:
            sent(of)

    (summary,) = sent(of, T + REFILL_MS)
    assert summary.startswith("996 critical messages at once\n- order 995 refused")
    assert summary.endswith("- order 999 refused\n  and 991 more of: order not taken")
    assert of.is_empty


def test_what_waits_takes_no_more_room_the_more_comes():
    """V22."""
    of = held()
    for n in range(50_000):
        of.offer(AlertLevel.WARNING, f"kind {n % 500}", f"text {n}", T)

    kept = sum(len(kind.texts) for kinds in of._kinds.values() for kind in kinds.values())
    assert kept <= 61 * 10
    assert len(of._watched) <= 300
    assert of.all_in_one().count == 50_000
    assert len(of.all_in_one().text) <= 3_500


def test_a_part_of_the_burst_is_kept_for_critical_messages():
    of = held(burst=4)
    for n in range(4):
        of.offer(INFO, f"kind {n}", f"text {n}", T)
        sent(of)

    assert of.letter(T) is None
    of.offer(CRITICAL, "stop", "stop gone", T)
    assert sent(of) == ["stop gone"]


def test_a_critical_message_overtakes_what_waits():
    of = held()
    for n in range(3):
        of.offer(INFO, f"kind {n}", f"text {n}", T)
    of.offer(CRITICAL, "stop", "stop gone", T)

    assert sent(of)[0] == "stop gone"


def test_the_next_message_is_due_when_there_is_room_again():
    of = held(burst=1)
    of.offer(CRITICAL, "kind", "one", T)
    sent(of)
    of.offer(CRITICAL, "kind", "two", T)

    due_ms = of.due_ms(T)

    assert T + REFILL_MS <= due_ms <= T + REFILL_MS + 1
    assert sent(of, due_ms) == ["two"]


def test_nothing_is_due_where_nothing_waits():
    of = held()
    of.offer(INFO, "kind", "one", T)
    sent(of)

    assert of.due_ms(T) is None


def test_the_same_text_again_is_counted_and_told_with_the_count():
    of = held()
    for second in (0, 10, 20):
        of.offer(WARNING, "kind", "the feed is lost", T + second * 1_000)
    assert sent(of, T + 20_000) == ["the feed is lost"]

    assert of.due_ms(T + 20_000) == T + WINDOW_MS
    assert sent(of, T + WINDOW_MS) == ["2 more times within 300 s: the feed is lost"]
    assert of.is_empty


def test_the_same_text_at_a_higher_level_is_news():
    of = held()
    of.offer(WARNING, "kind", "the feed is late", T)
    sent(of)
    of.offer(CRITICAL, "kind", "the feed is late", T)

    assert of.letter(T).level is CRITICAL


def test_a_text_is_news_again_after_a_window_without_it():
    of = held()
    of.offer(WARNING, "kind", "the feed is lost", T)
    sent(of)
    of.offer(WARNING, "kind", "the feed is lost", T + WINDOW_MS)

    assert sent(of, T + WINDOW_MS) == ["the feed is lost"]


def test_repeats_go_on_being_counted_over_windows():
    of = held(burst=50)
    for minute in range(30):
        of.offer(WARNING, "kind", "same", T + minute * 60_000)
        told = sent(of, T + minute * 60_000)
        assert len(told) <= 1
    last = sent(of, T + 60 * 60_000)

    assert last == ["4 more times within 300 s: same"]


def test_a_letter_that_was_not_taken_is_made_anew_with_what_came_since():
    of = held(burst=1)
    of.offer(WARNING, "kind", "one", T)
    first = of.letter(T)
    of.offer(CRITICAL, "kind", "two", T)

    second = of.letter(T)

    assert (first.text, second.text) == ("one", "two")
    of.taken(second)
    assert sent(of, T + REFILL_MS) == ["one"]


def test_what_came_while_a_summary_was_sent_waits_for_the_next_one():
    of = held(burst=1)
    for n in range(5):
        of.offer(WARNING, "kind", f"text {n}", T)
    letter = of.letter(T)
    of.offer(WARNING, "kind", "late", T)

    of.taken(letter)

    assert letter.count == 5
    assert sent(of, T + REFILL_MS) == ["late"]


def test_what_a_repetition_stood_for_is_counted_once():
    of = held(burst=50)
    for _ in range(4):
        of.offer(WARNING, "kind", "same", T)
    sent(of)
    first = of.letter(T + WINDOW_MS)
    of.offer(WARNING, "kind", "meanwhile", T + WINDOW_MS)
    of.taken(first)
    for n in range(20):
        of.offer(WARNING, "kind", f"text {n}", T + WINDOW_MS)

    letter = of.letter(T + WINDOW_MS)

    assert (first.count, letter.count) == (3, 21)


def test_the_last_letter_tells_everything_the_most_urgent_first():
    of = held()
    of.offer(INFO, "a", "small", T)
    of.offer(CRITICAL, "b", "large", T)
    of.offer(CRITICAL, "b", "large", T)

    letter = of.all_in_one()

    assert letter.level is CRITICAL
    assert letter.text.index("large") < letter.text.index("1 more times: large") < letter.text.index("small")
    of.forget()
    assert of.is_empty


def test_a_text_without_end_is_cut():
    of = held()
    of.offer(INFO, "kind", "x" * 5_000, T)

    (text,) = sent(of)

    assert len(text) == 1_000


@given(
    st.lists(
        st.tuples(
            st.sampled_from(AlertLevel),
            st.sampled_from("ab"),
            st.sampled_from("pqrs"),
            st.integers(0, 90_000),
        ),
        max_size=60,
    ),
    st.integers(1, 6),
    st.booleans(),
)
def test_every_message_is_told_once_in_some_letter(offers, burst, is_drained):
    of, now_ms, told = held(burst), T, 0
    for level, kind, text, pause_ms in offers:
        now_ms += pause_ms
        of.offer(level, kind, text, now_ms)
        if is_drained and (letter := of.letter(now_ms)) is not None:
            of.taken(letter)
            told += letter.count
    while (due_ms := of.due_ms(now_ms)) is not None:
        now_ms = max(now_ms, due_ms)
        if (letter := of.letter(now_ms)) is not None:
            of.taken(letter)
            told += letter.count

    assert (told, of.is_empty) == (len(offers), True)
