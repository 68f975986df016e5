import json
from decimal import Decimal

import pytest

from tests.fakes.engine_driver import EngineDriver
from tests.fakes.scripted_day import dead_entry, long_winner, short_loser
from tests.fakes.why_facts import evaluation, story, surroundings, why_facts
from trading_bot.domain.gate import Gate
from trading_bot.domain.money import rupees
from trading_bot.domain.signal import Direction
from trading_bot.report.why import document_of, explain, text_of

START_MS = 1_795_061_700_000


@pytest.fixture(scope="module")
def day():
    driver = EngineDriver()
    for step in (long_winner, short_loser, dead_entry):
        step(driver)
    return story(driver)


def answer(told, place=None, **changes):
    kept = [
        evaluation(signal.evaluation.candle_start_ms, at_ms=signal.at_ms, direction=Direction.LONG)
        for signal in (told.signals if place is None else told.signals[place : place + 1])
    ]
    return explain(why_facts(*reversed(kept), told=told, **changes))


def test_a_taken_trade_is_told_from_gates_to_result(day):
    text = text_of(answer(day, 0))

    assert text.startswith("RELIANCE on 19 November 2026 (mode replay): traded\n")
    for part in (
        "the newest message about it was 0.4 s old",
        "FAILED  score  -0.33",
        "trade 1: long 35",
        "entry buy LIMIT 35",
        "stop moved 1 times",
        "closed: its target was reached",
        "before charges",
    ):
        assert part in text, part


def test_a_denial_is_told_with_its_numbers(day):
    text = text_of(answer(day, 1))

    assert "signal denied: a trade in it was open or pending already: trade 1 of scripted" in text
    assert "What would have changed the answer:\n    no open trade in it" in text


def test_turning_points_are_one_line_each_in_the_order_of_time(day):
    kinds = [point.kind for point in answer(day).points if point.kind != "incident"]

    assert kinds == [
        "signal", "entry", "denial", "exit", "signal", "entry", "exit", "signal", "not_filled",
    ]  # fmt: skip
    assert "\n  10:00:00 scripted: long signal, score +0.80; trade 1 is planned\n" in text_of(answer(day))


def test_an_earlier_evaluation_than_asked_for_is_said(day):
    kept = evaluation(START_MS)
    asked_ms = kept.at_ms + 7 * 60_000
    asked_ms += 59_999 - asked_ms % 60_000

    text = text_of(explain(why_facts(kept, asked_ms=asked_ms)))

    assert "at 10:07 (mode replay)" in text
    assert "evaluated at 10:00:00, the nearest before" in text
    assert "the nearest before" not in text_of(explain(why_facts(kept, asked_ms=kept.at_ms)))
    assert "at 10:00:00 (mode replay)" in text_of(explain(why_facts(kept, asked_ms=kept.at_ms)))


def test_what_is_not_on_record_is_said_so():
    text = text_of(explain(why_facts(evaluation(START_MS, at_ms=None, data_age_ms=None))))

    assert "how old the data was is not on record" in text
    assert "The day's turning points: none" in text


def test_a_strategy_without_gates_is_said_so():
    kept = evaluation(START_MS, Gate("a", True, None, "skipped: no volume"))

    assert "passed  a  nothing  skipped: no volume" in text_of(explain(why_facts(kept)))
    bare = explain(
        why_facts(kept.__class__(**{name: getattr(kept, name) for name in kept.__slots__} | {"gates": ()}))
    )
    assert "the strategy names no gates" in text_of(bare)


def test_reasons_for_silence_come_first():
    text = text_of(explain(why_facts(asked_ms=START_MS, around=surroundings())))

    assert ": not evaluated\nNo evaluation at that moment:\n  nothing ran on this day" in text
    assert "\nNo evaluation:\n" in text_of(explain(why_facts(around=surroundings())))


def test_an_open_trade_of_another_evaluation_is_shown(day):
    first = day.trades[0]
    found = answer(day, 1, asked_ms=first.trade.planned_at_ms + 10_000)

    assert "open at that moment:\n  10:00:00 trade 1" in text_of(found)
    assert document_of(found)["open_trade"]["trade_id"] == 1


def test_a_trade_that_still_runs_has_no_end():
    driver = EngineDriver()
    driver.enter()
    text, document = (of(answer(story(driver))) for of in (text_of, document_of))

    assert "    open\n" in text
    assert document["evaluations"][0]["trade"]["closed_at"] is None
    assert document["evaluations"][0]["trade"]["exit_words"] is None


def test_an_entry_that_waits_is_told():
    driver = EngineDriver()
    driver.signal(Direction.LONG)

    assert "nothing filled yet" in text_of(answer(story(driver)))


def test_the_document_is_plain_json_with_money_as_strings(day):
    document = json.loads(json.dumps(document_of(answer(day, 0))))
    (evaluated,) = document["evaluations"]

    assert (document["verdict"], document["on"], document["asked_at"]) == ("traded", "2026-11-19", None)
    assert evaluated["gates"][0] == {
        "name": "score",
        "passed": False,
        "measured": -0.33,
        "needed": ">= 0.6 or <= -0.6",
        "detail": "RSI 49.4 short",
        "threshold": -0.6,
        "distance": 0.27,
        "unit": None,
    }
    assert Decimal(evaluated["trade"]["gross_pnl"]) == rupees(day.trades[0].closed.gross_pnl)
    assert evaluated["trade"]["exit_reason"] == "target"
    assert [order["purpose"] for order in evaluated["trade"]["orders"]] == ["entry", "stop"]


def test_the_document_names_the_rule_of_a_denial(day):
    (evaluated,) = document_of(answer(day, 1))["evaluations"]

    assert evaluated["denied"]["reason"] == "position_exists"
    assert evaluated["denied"]["setting"] is None
    assert evaluated["trade"] is None
