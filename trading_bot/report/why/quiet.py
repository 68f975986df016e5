"""Why there is no evaluation at a moment: from the hours, the journal, and the minutes that were kept."""

from collections.abc import Iterator

from trading_bot.domain.ist import MS_PER_MINUTE
from trading_bot.report.day.record import Notice
from trading_bot.report.why.facts import Surroundings, WhyFacts
from trading_bot.report.wording import clock_time

_SILENT_MS = 5 * MS_PER_MINUTE
_TELLING = ("halt", "panic", "incident")
_RECENT_MS = 15 * MS_PER_MINUTE


def quiet_reasons(facts: WhyFacts, around: Surroundings) -> tuple[str, ...]:
    """Every reason that the facts show, the most telling first; never empty."""
    found = tuple(_reasons(facts, around))
    return found or ("nothing on record says why",)


def _reasons(facts: WhyFacts, around: Surroundings) -> Iterator[str]:
    story = facts.story
    if around.hours is None:
        yield f"no trading on this day: {around.closed_because or 'it is no trading day'}"
    if story.first_ms is None:
        yield "nothing ran on this day: the journal holds no row of it"
        return
    if around.is_index:
        yield "it is an index: it is watched, and no strategy evaluates it"
    if facts.asked_ms is not None:
        yield from _of_hours(facts, around, facts.asked_ms)
        yield from _of_process(facts, facts.asked_ms)
    yield from _of_data(facts, around)
    yield from _of_notices(facts)


def _of_hours(facts: WhyFacts, around: Surroundings, asked_ms: int) -> Iterator[str]:
    hours = around.hours
    if hours is None:
        return
    if asked_ms < hours.open_ms:
        yield f"trading had not begun: it opens at {clock_time(hours.open_ms)}"
    elif asked_ms >= hours.close_ms:
        yield f"trading was over: it closes at {clock_time(hours.close_ms)}"
    elif not facts.evaluations or asked_ms < min(kept.at_ms or 0 for kept in facts.evaluations):
        first = min((kept.at_ms for kept in facts.evaluations if kept.at_ms), default=None)
        if first is not None:
            yield f"its first candle of the day was evaluated at {clock_time(first)}"


def _of_process(facts: WhyFacts, asked_ms: int) -> Iterator[str]:
    story = facts.story
    if story.first_ms is not None and asked_ms < story.first_ms:
        yield f"the program had not started: it began the day at {clock_time(story.first_ms)}"
    restarted = [
        at_ms for at_ms in story.starts_ms if asked_ms - _RECENT_MS <= at_ms <= asked_ms + _RECENT_MS
    ]
    for at_ms in restarted:
        if story.starts_ms.index(at_ms):
            yield f"the program was started anew at {clock_time(at_ms)}"
    if story.closing is not None and asked_ms > story.closing.at_ms:
        yield f"the day was closed at {clock_time(story.closing.at_ms)}"


def _of_data(facts: WhyFacts, around: Surroundings) -> Iterator[str]:
    """Minutes that were kept tell a silent feed from a share that nobody traded, and both from warming up."""
    at_ms = facts.asked_ms if facts.asked_ms is not None else facts.story.last_ms
    if at_ms is None or around.is_index or not _is_open(around, at_ms):
        return
    if around.any_minute_ms is None or at_ms - around.any_minute_ms > _SILENT_MS:
        since = "" if around.any_minute_ms is None else f" after {clock_time(around.any_minute_ms)}"
        yield f"no candle of any instrument is kept{since}: the feed was silent, or nothing ran"
        return
    if around.own_minute_ms is None:
        yield "no trade in it was seen on this day: it is not among the symbols, or nobody traded it"
    elif at_ms - around.own_minute_ms > _SILENT_MS:
        yield f"no trade in it was seen after {clock_time(around.own_minute_ms)}"
    elif not facts.evaluations:
        yield _of_warm_up(around)


def _of_warm_up(around: Surroundings) -> str:
    if around.others_evaluated_ms is None:
        return "nothing was evaluated yet: no candle of a strategy's length was over, or all were warming up"
    return "others were evaluated and it was not: it had too little history, and is only watched"


def _of_notices(facts: WhyFacts) -> Iterator[str]:
    for notice in _in_force(facts):
        yield f"{clock_time(notice.at_ms)} {notice.kind}: {notice.text}"


def _in_force(facts: WhyFacts) -> list[Notice]:
    """Halts and incidents up to the moment, without what was cleared again before."""
    at_ms = facts.asked_ms if facts.asked_ms is not None else facts.story.last_ms or 0
    told: list[Notice] = []
    for notice in facts.story.notices:
        if notice.at_ms > at_ms:
            break
        if notice.kind == "halt cleared":
            told = [one for one in told if one.text.partition(",")[0] != notice.text]
        elif notice.kind == "panic released":
            told = [one for one in told if one.kind != "panic"]
        elif notice.kind in _TELLING:
            told.append(notice)
    return [one for one in told if one.kind != "incident" or at_ms - one.at_ms <= _RECENT_MS]


def _is_open(around: Surroundings, at_ms: int) -> bool:
    hours = around.hours
    return hours is not None and hours.open_ms + _SILENT_MS <= at_ms < hours.close_ms + _SILENT_MS
