"""Signals, which have to be identical, and what became of each."""

from collections.abc import Callable, Iterable, Iterator

from trading_bot.backtest.parity.differences import Cause, Difference
from trading_bot.backtest.parity.played import Key, PlayedDay, in_order, time_text
from trading_bot.domain.ist import MS_PER_MINUTE
from trading_bot.report.day.record import SignalRecord
from trading_bot.report.wording import price

SymbolOf = Callable[[str], str]
_TRADED = "traded"
_OF_THE_SIDE = frozenset(
    {
        "not_reconciled",
        "books_unread",
        "funds_unknown",
        "feed_down",
        "stale_data",
        "clock_offset",
        "suspect_data",
        "history_not_adjusted",
    }
)
"""Denials that speak of the feed or the account and not of what was traded before."""
_OF_THE_CANDLE = frozenset(
    {"not_tradable", "outside_entry_hours", "direction_off", "option_writing", "day_closed"}
)
"""Denials that depend on the signal alone."""


def signal_differences(one: PlayedDay, other: PlayedDay) -> Iterator[Difference]:
    """Every signal that is not on both sides, or not the same."""
    for key in in_order(one.signals, other.signals):
        ours, theirs = one.signals.get(key), other.signals.get(key)
        if ours is None or theirs is None:
            side, there = (other, theirs) if ours is None else (one, ours)
            assert there is not None
            yield _signal(key, there, f"only {side.where}: {_said(there)}")
        elif _essence(ours) != _essence(theirs):
            yield _signal(key, ours, f"{_said(ours)} {one.where}, {_said(theirs)} {other.where}")


def alike(one: PlayedDay, other: PlayedDay) -> int:
    """How many signals are the same on both sides."""
    both = one.signals.keys() & other.signals.keys()
    return sum(1 for key in both if _essence(one.signals[key]) == _essence(other.signals[key]))


def _signal(key: Key, signal: SignalRecord, text: str) -> Difference:
    candle = time_text(key.candle_start_ms, MS_PER_MINUTE)
    return Difference(
        at_ms=signal.at_ms,
        instrument_key=key.instrument_key,
        what="signal",
        cause=Cause.SIGNAL,
        text=f"{key.strategy}, candle of {candle}: {text}",
    )


def _essence(signal: SignalRecord) -> tuple[object, ...]:
    said = signal.evaluation
    wish = said.signal
    return said.score, wish and (wish.direction, wish.reference_price, wish.atr_paise)


def _said(signal: SignalRecord) -> str:
    said = signal.evaluation
    wish = (
        "no wish"
        if said.signal is None
        else f"{said.signal.direction} at {price(said.signal.reference_price)}"
    )
    return f"{wish}, score {said.score:.12g}, raised at {time_text(signal.at_ms)}"


# --- what became of them ----------------------------------------------------------------------------------


def outcome_differences(
    one: PlayedDay, other: PlayedDay, parted: Iterable[Difference], symbol_of: SymbolOf
) -> Iterator[Difference]:
    """Signals of both sides that were traded on one only, or denied for another reason."""
    known = list(parted)
    for key, ours in one.signals.items():
        theirs = other.signals.get(key)
        if theirs is None or _outcome(ours) == _outcome(theirs):
            continue
        cause, why = _why(one, other, key, known, symbol_of)
        if _TRADED in {_outcome(ours), _outcome(theirs)} and cause is Cause.FOLLOWS:
            cause = Cause.NOT_TRADED
        became = f"{_outcome(ours)} {one.where}, {_outcome(theirs)} {other.where}"
        yield Difference(
            at_ms=min(ours.at_ms, theirs.at_ms),
            instrument_key=key.instrument_key,
            what="denial",
            cause=cause,
            text=f"{became}: {why}",
        )


def _outcome(signal: SignalRecord) -> str:
    if signal.denied is not None:
        return signal.denied.reason
    return _TRADED if signal.trade_id is not None else "not judged"


def _why(
    one: PlayedDay, other: PlayedDay, key: Key, known: list[Difference], symbol_of: SymbolOf
) -> tuple[Cause, str]:
    ours, theirs = one.signals[key], other.signals[key]
    reasons = {_outcome(ours), _outcome(theirs)}
    if reasons & _OF_THE_CANDLE:
        return Cause.UNEXPLAINED, "this depends on the signal alone, which is the same"
    for side, signal in ((one, ours), (other, theirs)):
        if _outcome(signal) in _OF_THE_SIDE:
            return _of_the_side(side, signal)
    earlier = _earlier_in_line(one, other, key, symbol_of)
    if earlier:
        return Cause.LATENCY, earlier
    held = _held(one, other, key, symbol_of)
    if held:
        return Cause.FOLLOWS, held
    before = [found for found in known if found.at_ms < max(ours.at_ms, theirs.at_ms)]
    if not before:
        return Cause.UNEXPLAINED, "nothing differed before"
    alike = [found for found in before if found.instrument_key == key.instrument_key]
    root = (alike or before)[-1]
    where = f"{symbol_of(root.instrument_key)}, {root.what} at {time_text(root.at_ms)}"
    return Cause.FOLLOWS, f"follows from an earlier difference ({where})"


def _of_the_side(side: PlayedDay, signal: SignalRecord) -> tuple[Cause, str]:
    """A denial for the feed's sake is explained by what the journal of that side says of the feed."""
    assert signal.denied is not None
    told = [
        notice.text for notice in side.record.notices if abs(notice.at_ms - signal.at_ms) <= MS_PER_MINUTE
    ]
    text = f"{signal.denied.detail or signal.denied.reason} {side.where}"
    return (Cause.FOLLOWS, f"{text} ({told[-1]})") if told else (Cause.UNEXPLAINED, text)


def _earlier_in_line(one: PlayedDay, other: PlayedDay, key: Key, symbol_of: SymbolOf) -> str:
    """Signals of the same moment that were judged before this one on one side and after it on the other."""
    traded_on = {side.name: set(side.trades) for side in (one, other)}
    for side, opposite in ((one, other), (other, one)):
        line, opposite_line = side.positions_in_line, opposite.positions_in_line
        for before in side.signals:
            if before not in opposite_line or before not in traded_on[side.name]:
                continue
            if line[before] < line[key] and opposite_line[before] > opposite_line[key]:
                times = f"{time_text(side.signals[before].at_ms)} and {time_text(side.signals[key].at_ms)}"
                return f"{symbol_of(before.instrument_key)} was judged first {side.where} ({times})"
    return ""


def _held(one: PlayedDay, other: PlayedDay, key: Key, symbol_of: SymbolOf) -> str:
    """Trades that were under way on one side only."""
    held = {side.name: side.held_at(key) for side in (one, other)}
    texts = []
    for side, opposite in ((one, other), (other, one)):
        alone = held[side.name] - held[opposite.name]
        if alone:
            names = ", ".join(sorted(symbol_of(found.instrument_key) for found in alone))
            texts.append(f"only the {side.name} held {names} then")
    return ", ".join(texts)
