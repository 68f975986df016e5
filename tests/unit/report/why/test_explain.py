import pytest

from tests.fakes.engine_driver import PRICE, EngineDriver
from tests.fakes.scripted_day import dead_entry, long_winner, short_loser
from tests.fakes.why_facts import FAILED, PASSED, QUARTER_MS, evaluation, story, surroundings, why_facts
from trading_bot.domain.gate import Gate
from trading_bot.domain.signal import Direction
from trading_bot.engine.ports import Refused
from trading_bot.report.day.record import Notice
from trading_bot.report.why import explain, is_quiet
from trading_bot.report.why.explanation import Verdict
from trading_bot.report.why.facts import Story
from trading_bot.report.why.story import story_of
from trading_bot.risk.settings import LimitSettings, RiskSettings

START_MS = 1_795_061_700_000
LATER = [(0, False), (QUARTER_MS, False), (QUARTER_MS + 120_000, True)]


def driven(*steps):
    driver = EngineDriver()
    for step in steps:
        step(driver)
    return story(driver)


def of_signal(told, place=0, *gates):
    """The evaluation of the story's signal."""
    signal = told.signals[place]
    return evaluation(signal.evaluation.candle_start_ms, *gates, at_ms=signal.at_ms, direction=Direction.LONG)


def view_of(told, *gates, place=0):
    (view,) = explain(why_facts(of_signal(told, place, *gates), told=told)).views
    return view


def refused(driver):
    driver.drain()
    driver.signal(Direction.LONG)
    (entry,) = driver.places()
    driver.answer(entry.request.tag, Refused(code="UDAPI1", message="no margin"))


def test_no_signal_names_every_failed_gate_with_its_distance():
    (view,) = explain(why_facts(evaluation(START_MS))).views

    assert view.verdict is Verdict.NO_SIGNAL
    assert view.changes == ("score: >= 0.6 or <= -0.6 (0.27 too high)",)


def test_a_failed_gate_without_a_number_names_its_condition():
    gate = Gate("trigger", passed=False, measured=None, needed="a trigger for long within 3 candles")
    (view,) = explain(why_facts(evaluation(START_MS, gate))).views

    assert view.changes == ("trigger: a trigger for long within 3 candles",)


def test_a_denied_signal_names_the_rule_that_bound():
    told = driven(long_winner)
    view = view_of(told, PASSED, place=1)

    assert view.verdict is Verdict.DENIED
    assert view.changes == ("no open trade in it (trade 1 of scripted is open or pending)",)


def test_a_denial_by_a_limit_names_its_numbers_and_its_setting():
    limits = LimitSettings(max_trades_per_symbol_per_day=1)
    driver = EngineDriver(risk=RiskSettings(limits=limits))
    short_loser(driver)
    driver.later(60)
    driver.price(PRICE)
    driver.signal(Direction.LONG)

    assert view_of(story(driver), PASSED, place=1).changes == (
        "fewer trades in it before (1 of 1; the limit is risk.limits.max_trades_per_symbol_per_day)",
    )


def test_a_taken_trade_names_the_gate_that_was_closest_to_failing():
    close = Gate("volume", passed=True, measured=0.51, needed=">= 0.5 of the mean of 20")
    view = view_of(driven(long_winner), Gate("ready", True, 900, ">= 220 candles"), close)

    assert view.verdict is Verdict.TRADED
    assert view.changes == (
        "volume failing: it had 0.01 of the mean of 20 to spare (>= 0.5 of the mean of 20)",
    )
    assert view.trade.record.closed.exit_reason == "target"


def test_a_taken_trade_without_measured_gates_says_nothing_of_them():
    assert view_of(driven(long_winner), Gate("direction", True, "long", "one of: long")).changes == ()


def test_a_refused_entry_says_what_the_broker_said():
    view = view_of(driven(refused), PASSED)

    assert view.verdict is Verdict.REFUSED
    assert view.changes == ("an entry that is taken and filled (it was refused: UDAPI1 no margin)",)


def test_an_entry_that_never_filled_is_told_as_such():
    view = view_of(driven(dead_entry), PASSED)

    assert view.verdict is Verdict.NOT_FILLED
    assert view.changes == ("an entry that is taken and filled (it was cancelled)",)


def test_an_entry_on_its_way_is_pending():
    assert view_of(driven(lambda driver: driver.signal(Direction.LONG)), PASSED).verdict is Verdict.PENDING


def test_the_nearest_evaluation_at_or_before_the_moment_is_taken():
    kept = tuple(evaluation(START_MS + number * QUARTER_MS) for number in (2, 1, 0))

    found = explain(why_facts(*kept, asked_ms=kept[1].at_ms))

    assert [view.kept for view in found.views] == [kept[1]]


def test_each_strategy_has_its_own_nearest_one():
    slow = evaluation(START_MS, strategy="slow")
    fast = evaluation(START_MS + QUARTER_MS, strategy="fast")

    found = explain(why_facts(fast, slow))

    assert [view.kept.strategy for view in found.views] == ["fast", "slow"]


def test_without_a_moment_of_its_own_an_evaluation_counts_from_its_candles_end():
    kept = [evaluation(START_MS + number * QUARTER_MS, at_ms=None) for number in (1, 0)]

    found = explain(why_facts(*kept, asked_ms=START_MS + QUARTER_MS))

    assert [view.kept for view in found.views] == [kept[1]]


@pytest.mark.parametrize(
    ("later_ms", "expected"), [(0, False), (QUARTER_MS, False), (QUARTER_MS + 120_000, True)]
)
def test_a_moment_is_quiet_when_the_next_evaluation_was_due_before_it(later_ms, expected):
    kept = tuple(evaluation(START_MS + number * QUARTER_MS) for number in (1, 0))

    assert is_quiet(why_facts(*kept, asked_ms=kept[0].at_ms + later_ms)) is expected


def test_a_moment_before_all_evaluations_is_quiet_and_says_why():
    facts = why_facts(evaluation(START_MS), asked_ms=START_MS, around=surroundings())

    assert is_quiet(facts)
    assert explain(facts).verdict is Verdict.NOT_EVALUATED
    assert explain(facts).quiet


def test_a_quiet_moment_is_not_answered_with_an_earlier_verdict():
    told = driven(long_winner)
    kept = of_signal(told)
    facts = why_facts(kept, told=told, asked_ms=kept.at_ms + 7_200_000, around=surroundings())

    assert explain(facts).verdict is Verdict.NOT_EVALUATED
    assert [view.verdict for view in explain(facts).views] == [Verdict.TRADED]


def test_the_trade_that_was_open_at_the_moment_is_shown():
    told = driven(long_winner, short_loser)
    first, second = told.trades
    inside_ms = first.trade.planned_at_ms + 1_000

    found = explain(why_facts(evaluation(1, at_ms=1), told=told, asked_ms=inside_ms))

    assert found.open_trade.record == first
    assert explain(why_facts(told=told, asked_ms=second.trade.planned_at_ms)).open_trade.record == second
    assert explain(why_facts(told=told, asked_ms=told.last_ms + 1)).open_trade is None


def test_a_trade_that_a_view_tells_of_is_not_shown_twice():
    told = driven(long_winner)
    found = explain(why_facts(of_signal(told), told=told, asked_ms=told.signals[0].at_ms))

    assert found.open_trade is None


def test_the_furthest_verdict_stands_for_all():
    told = driven(long_winner)
    found = explain(why_facts(of_signal(told), evaluation(START_MS, FAILED, strategy="other"), told=told))

    assert found.verdict is Verdict.TRADED


def test_a_story_of_nothing_has_no_turning_points():
    assert explain(why_facts(evaluation(START_MS), told=story_of([], "X"))).points == ()


def test_a_halt_and_its_end_are_told_apart():
    told = Story(
        exits={},
        notices=(
            Notice(START_MS, "halt", "entries: paused"),
            Notice(START_MS + 1, "halt cleared", "entries: paused"),
        ),
    )

    points = explain(why_facts(evaluation(START_MS), told=told)).points

    assert [point.text for point in points] == ["halt: entries: paused", "halt cleared: entries: paused"]
