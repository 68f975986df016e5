"""Situations that chance alone sets up too rarely: a halt and then a restart, one odd price in calm.

Each has few faults, so that what the oracle allows in trouble is not allowed here.
"""

from dataclasses import replace
from types import MappingProxyType

from tests.simulation.catalogue import Fault

STAGED_MINUTES = 6
_SECONDS = STAGED_MINUTES * 60
_BEFORE_LAST_ENTRY_MINUTE = 14 * 60 + 41
_ANSWERS = {
    "answer_lost": 0,
    "answer_cut": 0,
    "request_lost": 0,
    "error_5xx_placed": 503,
    "error_4xx_placed": 400,
    "garbage_placed": 1,
    "locked_placed": 0,
}
_READS = {
    "hidden_orders": 15,
    "book_incomplete": 0,
    "book_empty": 0,
    "trades_empty": 0,
    "positions_empty": 0,
    "push_muted": 0,
    "dead_token": 0,
}
"""Kinds of faults with their values."""


def _knobs(random, **fields):
    """A busy market, and a daemon that is allowed a lot."""
    busy = {
        "pace": random.choice((0.6, 0.9)),
        "volatility": random.choice((0.0003, 0.0006)),
        "provisional_s": 10,
        "signal_chance": 1.0,
        "atr_least": 0.0003,
        "atr_most": random.choice((0.001, 0.002)),
        "max_daily_loss": 0.3,
        "latency_ms": random.choice((2, 15, 60)),
        "commit_ms": random.choice((0, 1, 5)),
        "resume_every_s": random.choice((0, 30)),
    }
    return busy | fields


def _always(kind, symbols, *, value=0.0, chance=1.0, for_s=_SECONDS):
    return [
        Fault(kind=kind, at_s=0.0, for_s=for_s, chance=chance, value=value, symbol=symbol)
        for symbol in symbols
    ]


def _now_and_then(random, kind, symbols, times, **fields):
    """The same fault at times that lie apart."""
    first_s, apart_s = random.uniform(20, 60), (_SECONDS - 90) / times
    return [
        Fault(kind=kind, at_s=round(first_s + number * apart_s, 3), symbol=random.choice(symbols), **fields)
        for number in range(times)
    ]


def all_is_well(random, _symbols):
    return _knobs(random), []


def stops_are_cancelled(random, symbols):
    """Row 77: twice in a share, and no more: a third time is for a person."""
    cancels = [one for symbol in symbols for one in _now_and_then(random, "user_cancels", (symbol,), 2)]
    return _knobs(random), cancels


def entries_fill_slowly(random, symbols):
    """Rows 45, 52, 60: of two shares one does, and now and then what its stop is asked for arrives late."""
    late = _late_requests(symbols[0]) if len(symbols) > 1 else []
    return _knobs(random), [*_always("thin", symbols[:1]), *late]


def _late_requests(symbol):
    """So late that a stop's growth is not seen, asked for again, not seen, and then arrives."""
    return [
        Fault(kind="request_slow", at_s=float(at_s), for_s=12.0, value=20, symbol=symbol)
        for at_s in range(30, _SECONDS - 40, 40)
    ]


def cancelled_orders_fill(random, symbols):
    """Row 56."""
    faults = _always("thin", symbols) + _always("late_fill", symbols[:1], chance=0.5, for_s=180)
    return _knobs(random, resume_every_s=30, max_trades=6), faults


def a_halt_and_a_restart(random, symbols):
    return _and_a_kill(random, symbols, "operator_pause")


def panic_and_a_restart(random, symbols):
    return _and_a_kill(random, symbols, "operator_panic")


def _and_a_kill(random, symbols, kind):
    asked_s = round(random.uniform(60, 150), 3)
    killed_s = round(asked_s + random.uniform(1, 30), 3)
    faults = [Fault(kind=kind, at_s=asked_s, symbol=symbols[0]), _kill(killed_s, symbols)]
    return _knobs(random, resume_every_s=0), faults


def _kill(at_s, symbols):
    return Fault(kind="kill", at_s=at_s, symbol=symbols[0])


def panic_alone(random, symbols):
    """Others may hold something, too: panic closes it."""
    opened = [Fault(kind="user_opens", at_s=40.0, value=random.choice((-1, 1)), symbol=symbols[0])]
    panic = Fault(kind="operator_panic", at_s=round(random.uniform(60, 150), 3), symbol=symbols[0])
    return _knobs(random, resume_every_s=0), [*random.choice(([], opened)), panic]


def odd_prices(random, symbols):
    """So rarely that one seldom confirms another."""
    value = random.choice((10, 0.1, 0, -1))
    return _knobs(random), _always("tick_odd", symbols, value=value, chance=0.03)


def a_day_of_losses(random, symbols):
    return _losing(random, symbols)


def losses_and_a_restart(random, symbols):
    knobs, gaps = _losing(random, symbols)
    return knobs, [*gaps, _kill(round(random.uniform(100, 250), 3), symbols)]


def _losing(random, symbols):
    gaps = [
        one
        for symbol in symbols
        for one in _now_and_then(random, "gap", (symbol,), 4, value=random.choice((-0.04, 0.04)))
    ]
    return _knobs(random, max_daily_loss=0.002, atr_most=0.004, resume_every_s=30), gaps


def a_start_without_positions(random, symbols):
    """Rows 85, 104: prices and funds come in, the first complete read does not."""
    killed_s = round(random.uniform(60, 200), 3)
    began_s = random.choice((0.0, killed_s))
    for_s = round(random.uniform(40, 100), 3)
    blind = Fault(kind="positions_fail", at_s=began_s, for_s=for_s, value=503, symbol=symbols[0])
    return _knobs(random), [blind, *([_kill(killed_s, symbols)] if began_s else [])]


def others_close(random, symbols):
    """Rows 76, 78."""
    kind = random.choice(("user_closes", "user_overcloses", "square_off"))
    value = {"user_closes": random.choice((0.4, 1)), "user_overcloses": 1.5}.get(kind, 0.0)
    knobs, closes = _knobs(random), _now_and_then(random, kind, symbols, 3, value=value)
    return knobs, [*closes, *(_while_a_stop_waits(closes) if value == 0.4 else ())]


def _while_a_stop_waits(closes):
    """Just before, the stop is cancelled, and the one that takes its place waits for the disk."""
    before = (("user_cancels", 1, 0.0, 0.0), ("journal_slow", 3, 5.0, 2))
    return [
        replace(one, kind=kind, at_s=one.at_s - early_s, for_s=for_s, value=value)
        for one in closes
        for kind, early_s, for_s, value in before
    ]


def books_lag(random, symbols):
    """Rows 51, 77: an old copy of the book, while stops of several slices grow for those that are gone."""
    cancels = _now_and_then(random, "user_cancels", symbols, 3)
    stale = [
        replace(one, kind="book_stale", at_s=round(one.at_s + random.uniform(-1, 8), 3), for_s=60.0, value=40)
        for one in cancels
    ]
    calm = {"volatility": 0.0002, "atr_least": 0.002, "atr_most": 0.004}
    return _knobs(random, slices=3, capital=2_000_000, **calm), [*stale, *cancels]


def the_stream_lags(random, symbols):
    kind = random.choice(("push_late", "push_doubled"))
    faults = _always(kind, symbols[:1], value=random.choice((2, 20)), chance=0.7)
    return _knobs(random, volatility=0.0006, atr_least=0.0002, atr_most=0.0005), faults


def answers_go_wrong(random, symbols):
    """Rows 34 to 44: each kind in its turn."""
    knobs = _knobs(random, volatility=0.0006, atr_least=0.0002, atr_most=0.0005)
    return knobs, _in_turn(random, _ANSWERS, symbols, chance=0.4)


def reads_go_wrong(random, symbols):
    """Rows 28, 29, 36, 51, 57: each kind in its turn."""
    return _knobs(random), _in_turn(random, _READS, symbols)


def _in_turn(random, values, symbols, chance=1.0):
    kinds = random.sample(sorted(values), len(values))
    length_s = _SECONDS / len(kinds)
    return [
        Fault(
            kind=kind,
            at_s=round(number * length_s, 3),
            for_s=round(length_s * 0.7, 3),
            chance=chance,
            value=values[kind],
            symbol=symbols[0],
        )
        for number, kind in enumerate(kinds)
    ]


def a_page_is_missing(random, symbols):
    """Rows 34, 51, 57: for a while the newest orders are not listed, and some answers are lost."""
    hidden = _now_and_then(random, "page_hidden", symbols, 2, for_s=60.0)
    around = [replace(one, kind="push_muted", at_s=one.at_s - 1, for_s=62.0) for one in hidden]
    lost = _always("answer_lost", symbols[:1], chance=0.5)
    return _knobs(random, slices=3), [*hidden, *around, *lost]


def everything_lags(random, symbols):
    """Row 51: orders, trades and positions of one old copy."""
    lags = _now_and_then(random, "all_stale", symbols, 3, for_s=60.0, value=random.choice((2, 10, 40)))
    return _knobs(random), lags


def the_process_dies(random, symbols):
    """Rows 83 to 87: anywhere, several times."""
    kills = _now_and_then(random, "kill", symbols, 4)
    return _knobs(random), [replace(one, value=random.choice((0, 1, 2, 3, 5, 8))) for one in kills]


def the_market_halts(random, symbols):
    """Row 24: all that rests is cancelled; the exchange's words come late, or that of the reopening never.

    The process may die in it: then the newest word comes with the next connection.
    """
    halted = Fault(
        kind="market_halt",
        at_s=round(random.uniform(60, 120), 3),
        for_s=180.0,
        value=random.choice((0, 0.5, 2, -1)),
        symbol=symbols[0],
    )
    calm = {"atr_least": 0.002, "atr_most": 0.004, "volatility": 0.0002}
    knobs = _knobs(random, slices=random.choice((0, 3)), **calm)
    dies_s = halted.at_s + round(random.uniform(1, 170), 3)
    return knobs, [halted, *([_kill(dies_s, symbols)] if random.random() < _DIES_IN_IT else [])]


def the_close(random, _symbols):
    """Positions that neither stop nor target ends are held into the time to be flat."""
    wide = {"atr_least": 0.01, "atr_most": 0.02, "volatility": 0.0002, "pace": 0.3, "provisional_s": 0}
    return _knobs(random, start_minute=_BEFORE_LAST_ENTRY_MINUTE, minutes=26, **wide), []


SITUATIONS = (
    all_is_well,
    stops_are_cancelled,
    entries_fill_slowly,
    cancelled_orders_fill,
    a_halt_and_a_restart,
    panic_and_a_restart,
    panic_alone,
    odd_prices,
    a_day_of_losses,
    losses_and_a_restart,
    a_start_without_positions,
    others_close,
    books_lag,
    the_stream_lags,
    answers_go_wrong,
    reads_go_wrong,
    a_page_is_missing,
    everything_lags,
    the_process_dies,
    the_close,
)
_DIES_IN_IT = 0.4
_LATER = MappingProxyType({all_is_well: the_market_halts})
"""What came later takes its turns in every second round only: so the other seeds keep their courses."""


def situation_of(number):
    """The situation whose turn it is."""
    around, turn = divmod(number, len(SITUATIONS))
    situation = SITUATIONS[turn]
    return _LATER.get(situation, situation) if around % 2 else situation
