"""The kinds of faults that a schedule is drawn from, each with its number in the catalogue of faults."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from types import MappingProxyType


def _nothing(_random):
    return 0.0


def _one_of(*values):
    return lambda random: random.choice(values)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How a kind of fault is drawn."""

    rows: tuple[int, ...]
    """Numbers in the catalogue."""
    is_instant: bool = False
    is_market: bool = False
    """Whether it is part of the market itself, and not of what is told about it."""
    is_write: bool = False
    """Whether it strikes requests that change something."""
    is_later: bool = False
    """Whether it was added after seeds had found things: it is drawn apart, and leaves their courses."""
    is_staged: bool = False
    """Whether only situations have it, and swarms do not."""
    has_chance: bool = True
    shortest_s: float = 4.0
    longest_s: float = 300.0
    value: Callable[[Random], float] = _nothing


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault of the catalogue: what, from when, for how long, how often, how much, and where."""

    kind: str
    at_s: float
    for_s: float = 0.0
    chance: float = 1.0
    value: float = 0.0
    symbol: str = ""

    @property
    def until_s(self):
        return self.at_s + self.for_s


def _write(**fields):
    return Kind(is_write=True, **fields)


def _instant(*rows, value=_nothing, is_later=False):
    return Kind(rows=rows, is_instant=True, has_chance=False, value=value, is_later=is_later)


def _steady(*rows, longest_s=120.0, value=_nothing, is_market=False):
    return Kind(rows=rows, has_chance=False, longest_s=longest_s, value=value, is_market=is_market)


KINDS = MappingProxyType(
    {
        # --- writes
        "answer_lost": _write(rows=(34,)),
        "request_lost": _write(rows=(35,)),
        "request_slow": _write(rows=(45,), value=_one_of(0.5, 3, 9, 20)),
        "answer_late": _write(rows=(45,), value=_one_of(0.5, 3, 6, 12, 20)),
        "error_5xx_placed": _write(rows=(37,), value=_one_of(500, 502, 503, 504)),
        "error_5xx_lost": _write(rows=(37,), value=_one_of(500, 502, 503, 504)),
        "error_4xx_placed": _write(rows=(38,), value=_one_of(400, 404, 422)),
        "garbage_placed": _write(rows=(39,), value=_one_of(0, 1, 2, 3)),
        "answer_cut": _write(rows=(41,)),
        "too_many": _write(rows=(42, 43)),
        "locked_placed": _write(rows=(44,)),
        "locked_lost": _write(rows=(44,)),
        # --- reads
        "hidden_orders": Kind(rows=(36,), value=_one_of(3, 15, 60, 600)),
        "book_incomplete": Kind(rows=(51,)),
        "book_stale": _steady(51, value=_one_of(2, 10, 40)),
        "book_empty": Kind(rows=(29, 51)),
        "trades_empty": Kind(rows=(29,)),
        "positions_empty": Kind(rows=(29,)),
        "positions_stale": _steady(51),
        "all_stale": replace(_steady(51, value=_one_of(2, 10, 40)), is_later=True),
        "page_hidden": replace(_steady(51), is_staged=True),
        "read_5xx": Kind(rows=(104, 106), value=_one_of(500, 502, 503)),
        "read_lost": Kind(rows=(104, 106)),
        "read_garbage": Kind(rows=(39,)),
        "read_too_many": Kind(rows=(42,)),
        "positions_fail": Kind(rows=(104,), is_staged=True, value=_one_of(500, 502, 503)),
        "dead_token": _steady(28, longest_s=90),
        # --- order stream
        "push_muted": _steady(57, longest_s=300),
        "push_lost": Kind(rows=(57,), longest_s=300),
        "push_doubled": Kind(rows=(54,), longest_s=300),
        "push_late": Kind(rows=(55,), longest_s=300, value=_one_of(0.2, 2, 20)),
        "push_cut": _instant(57),
        # --- market data
        "feed_lost": _steady(1, 102, longest_s=60),
        "feed_silent": _steady(2, longest_s=90),
        "feed_mute": _steady(1, 4, longest_s=120),
        "frame_torn": Kind(rows=(9,)),
        "tick_doubled": Kind(rows=(6,), longest_s=300),
        "tick_late": Kind(rows=(5,), longest_s=300, value=_one_of(0.5, 3)),
        "tick_odd": Kind(rows=(7,), longest_s=300, value=_one_of(10, 0.1, 0, -1)),
        # --- the market and the broker
        "gap": Kind(
            rows=(61,),
            is_instant=True,
            is_market=True,
            has_chance=False,
            value=_one_of(-0.04, -0.02, 0.02, 0.04),
        ),
        "one_sided": _steady(66, value=_one_of(-1, 1), is_market=True),
        "thin": _steady(52, 60, longest_s=300, is_market=True),
        "market_halt": Kind(rows=(24,), has_chance=False, is_staged=True, value=_one_of(0, 0.5, 2, -1)),
        "reject": Kind(rows=(40, 63, 65, 66, 73), value=_one_of(0, 1, 2, 3)),
        "trade_annulled": _instant(62, is_later=True),
        "late_fill": Kind(rows=(56,), longest_s=300),
        "square_off": _instant(78),
        "user_opens": _instant(75, value=_one_of(-1, 1)),
        "user_closes": _instant(76, value=_one_of(0.4, 1)),
        "user_overcloses": _instant(76, value=_one_of(1.5, 2)),
        "user_cancels": _instant(77),
        # --- the process
        "kill": _instant(83, 84, 85, 100, value=_one_of(0, 1, 2, 3, 5, 8, 13)),
        "kill_again": _instant(87, value=_one_of(0, 1, 2, 3, 5, 8, 13)),
        "journal_slow": _steady(89, longest_s=60, value=_one_of(0.2, 2, 6)),
        "journal_fails": _instant(90),
        "journal_falls_back": _instant(89, 90, value=_one_of(0, 2), is_later=True),
        "strategy_raises": _steady(114, longest_s=30),
        "signal_storm": _steady(114, 49, longest_s=60),
        "operator_pause": _instant(99),
        "operator_flatten": _instant(99),
        "operator_panic": _instant(86),
    }
)
