"""What passes by the engine on its way to the journal and the recorder: kept for the dashboard, bounded."""

import json
from collections import Counter, deque
from collections.abc import Callable, Sequence
from itertools import count
from time import perf_counter_ns
from typing import Any, NamedTuple

from trading_bot.domain.market_data import Candle
from trading_bot.domain.signal import Answer
from trading_bot.engine.engine import MarketSink, RowSink
from trading_bot.engine.latency import LatencyTally
from trading_bot.engine.ports import JournalRow

_MOST_ANSWERS = 5_000
_MOST_OUTCOMES = 2_000
_ACKNOWLEDGED = frozenset({"acknowledged", "open", "trigger_pending", "filled"})

Spoken = tuple[str, str, int]
"""Which evaluation: strategy, instrument key, start of the candle."""


class Outcome(NamedTuple):
    """What became of a signal."""

    word: str
    detail: str = ""


class DayTap:
    """One day's evaluations, minutes and counts; nothing here decides, and nothing waits."""

    def __init__(self, now_ns: Callable[[], int] = perf_counter_ns) -> None:
        self._now_ns = now_ns
        self._numbers = count(1)
        self.answers: deque[tuple[int, Answer]] = deque(maxlen=_MOST_ANSWERS)
        """Numbered as they came."""
        self.answers_by_strategy: Counter[str] = Counter()
        self.minutes: dict[str, list[Candle]] = {}
        """Closed minutes of the day by instrument key."""
        self.outcomes: dict[Spoken, Outcome] = {}
        self.candles = self.fills = 0
        self.signals: Counter[str] = Counter()
        self.denials: Counter[tuple[str, str]] = Counter()
        self.orders: Counter[str] = Counter()
        self.steps: Counter[str] = Counter()
        self.signal_to_ack: dict[str, LatencyTally] = {}
        self._newest: Spoken | None = None
        self._raised_ns = 0
        self._by_trade: dict[int, tuple[str, int]] = {}
        self._by_tag: dict[str, tuple[str, int]] = {}
        self._take: dict[str, Callable[[dict[str, Any]], None]] = {
            "signal_raised": self._signal_raised,
            "entry_denied": self._entry_denied,
            "trade_planned": self._trade_planned,
            "order_intended": self._order_intended,
            "order_advanced": self._order_advanced,
            "order_filled": self._order_filled,
        }

    def market_sink(self, following: MarketSink) -> MarketSink:
        """Take what goes to the recorder, and hand it on."""

        def take(candles: tuple[tuple[str, Candle], ...], traces: tuple[Answer, ...]) -> None:
            following(candles, traces)
            self.take_market(candles, traces)

        return take

    def row_sink(self, following: RowSink) -> RowSink:
        """Take what goes to the log, and hand it on."""

        def take(rows: tuple[JournalRow, ...]) -> None:
            following(rows)
            self.take_rows(rows)

        return take

    def take_market(self, candles: Sequence[tuple[str, Candle]], traces: Sequence[Answer]) -> None:
        """Keep minutes and evaluations."""
        self.candles += len(candles)
        for key, candle in candles:
            self.minutes.setdefault(key, []).append(candle)
        for answer in traces:
            self.answers.append((next(self._numbers), answer))
            self.answers_by_strategy[answer.strategy] += 1

    def take_rows(self, rows: Sequence[JournalRow]) -> None:
        """Count what is journaled."""
        for row in rows:
            take = self._take.get(row.kind)
            if take is not None:
                take(json.loads(row.payload))

    def _signal_raised(self, event: dict[str, Any]) -> None:
        spoken = event["evaluation"]
        self.signals[spoken["strategy"]] += 1
        self._raised_ns = self._now_ns()
        self._newest = (spoken["strategy"], spoken["instrument_key"], spoken["candle_start_ms"])
        self._note(self._newest, Outcome("signal"))

    def _entry_denied(self, event: dict[str, Any]) -> None:
        self.denials[event["strategy"], event["reason"]] += 1
        spoken = (event["strategy"], event["instrument_key"], event["candle_start_ms"])
        self._note(spoken, Outcome("denied", f"{event['reason']}: {event['detail']}"))

    def _trade_planned(self, event: dict[str, Any]) -> None:
        """A plan follows its signal at once."""
        trade = event["trade"]
        newest = self._newest
        if newest is not None and newest[:2] == (trade["strategy"], trade["instrument_key"]):
            self._note(newest, Outcome("traded", f"trade {trade['trade_id']}"))
            self._by_trade[trade["trade_id"]] = (trade["strategy"], self._raised_ns)

    def _order_intended(self, event: dict[str, Any]) -> None:
        request = event["request"]
        self.orders[request["purpose"]] += 1
        started = self._by_trade.pop(event["trade_id"], None)
        if started is not None:
            self._by_tag[request["tag"]] = started

    def _order_advanced(self, event: dict[str, Any]) -> None:
        status = event["status"]
        self.steps[status] += 1
        if status == "sent":
            return
        started = self._by_tag.pop(event["tag"], None)
        if started is not None and status in _ACKNOWLEDGED:
            strategy, raised_ns = started
            self.signal_to_ack.setdefault(strategy, LatencyTally()).add(self._now_ns() - raised_ns)

    def _order_filled(self, _event: dict[str, Any]) -> None:
        self.fills += 1

    def _note(self, spoken: Spoken, outcome: Outcome) -> None:
        self.outcomes[spoken] = outcome
        if len(self.outcomes) > _MOST_OUTCOMES:
            del self.outcomes[next(iter(self.outcomes))]
