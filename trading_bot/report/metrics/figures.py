"""The figures themselves: signals, trades, days; None wherever one is not defined."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from statistics import fmean, median

from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.money import ZERO
from trading_bot.report.metrics.gates import StrategyGates, gates_of
from trading_bot.report.metrics.sessions import Moves, SessionFacts, TradeOutcome, strategies_of

ALL = "all"
SHARPE_SESSIONS_MIN = 10
"""With fewer days a Sharpe ratio is noise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyMetrics:
    """The figures of one strategy, or of all."""

    strategy: str
    hours: float
    signals: int
    denials: dict[str, int]
    """By reason, the most frequent first."""
    trades: int
    wins: int
    mean_held_s: float | None
    gross: Decimal
    net: Decimal
    day_net: tuple[Decimal, ...]
    """Net result of each session, in its order; a session without trades counts as zero."""
    sharpe: float | None
    max_drawdown: Decimal
    sessions: int

    @property
    def signals_per_hour(self) -> float | None:
        """Signals for each hour of candles that were evaluated."""
        return self.signals / self.hours if self.hours else None

    @property
    def signals_per_day(self) -> float | None:
        """Signals for each session."""
        return self.signals / self.sessions if self.sessions else None

    @property
    def denied(self) -> int:
        """Signals that the risk rules denied."""
        return sum(self.denials.values())

    @property
    def win_rate(self) -> float | None:
        """Share of closed trades above zero after charges."""
        return self.wins / self.trades if self.trades else None

    @property
    def mean_day_net(self) -> Decimal | None:
        """Mean net result of a session."""
        return sum(self.day_net, ZERO) / len(self.day_net) if self.day_net else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How long orders of a kind waited for the broker's answer, in milliseconds of session time."""

    strategy: str
    what: str
    orders: int
    median_ms: float
    p95_ms: float
    most_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """Everything that `metrics` shows."""

    sessions: tuple[SessionFacts, ...]
    base_capital: Decimal
    strategies: tuple[StrategyMetrics, ...]
    """Each, then all together."""
    gates: tuple[StrategyGates, ...]
    waits: tuple[Waits, ...]
    moves: tuple[Moves, ...]


Ratio = Callable[[Sequence[float]], float | None]
"""A ratio of daily returns, None where it is not defined."""


def metrics_of(sessions: Sequence[SessionFacts], base_capital: Decimal, sharpe: Ratio) -> Metrics:
    """Return the figures of sessions in the order of time; `sharpe` is the annual Sharpe ratio."""
    ratio = partial(_day_ratio, base_capital=base_capital, sharpe=sharpe)
    names = strategies_of(sessions)
    each = tuple(_strategy(sessions, name, ratio) for name in names)
    return Metrics(
        sessions=tuple(sessions),
        base_capital=base_capital,
        strategies=(*each, _strategy(sessions, None, ratio)),
        gates=gates_of(count for session in sessions for count in session.gates),
        waits=_waits(sessions),
        moves=_moves(sessions),
    )


def _strategy(
    sessions: Sequence[SessionFacts], name: str | None, ratio: Callable[[Sequence[Decimal]], float | None]
) -> StrategyMetrics:
    trades = [[one for one in session.trades if name in (None, one.strategy)] for session in sessions]
    signals = [one for session in sessions for one in session.signals if name in (None, one[0])]
    ended = sorted((one for day in trades for one in day), key=lambda one: one.exited_ms)
    day_net = tuple(sum((one.net for one in day), ZERO) for day in trades)
    hours = [session.hours for session in sessions]
    return StrategyMetrics(
        strategy=name or ALL,
        hours=sum(max(day.values(), default=0) if name is None else day.get(name, 0) for day in hours),
        signals=len(signals),
        denials=dict(Counter(reason for _, reason in signals if reason is not None).most_common()),
        trades=len(ended),
        wins=sum(one.net > 0 for one in ended),
        mean_held_s=fmean(one.exited_ms - one.entered_ms for one in ended) / MS_PER_SECOND if ended else None,
        gross=sum((one.gross for one in ended), ZERO),
        net=sum((one.net for one in ended), ZERO),
        day_net=day_net,
        sharpe=ratio(day_net),
        max_drawdown=drawdown_of(ended),
        sessions=len(sessions),
    )


def drawdown_of(ended: Sequence[TradeOutcome]) -> Decimal:
    """Largest fall of the running net result from its highest point so far, from zero on, in rupees."""
    total = highest = deepest = ZERO
    for trade in ended:
        total += trade.net
        highest = max(highest, total)
        deepest = max(deepest, highest - total)
    return deepest


def _day_ratio(day_net: Sequence[Decimal], *, base_capital: Decimal, sharpe: Ratio) -> float | None:
    returns = [float(net / base_capital) for net in day_net]
    return sharpe(returns) if len(returns) >= SHARPE_SESSIONS_MIN else None


def _waits(sessions: Sequence[SessionFacts]) -> tuple[Waits, ...]:
    took: dict[tuple[str, str], list[int]] = {}
    for session in sessions:
        for one in session.acknowledgements:
            for strategy in (one.strategy, ALL):
                took.setdefault((strategy, one.what), []).append(one.took_ms)
    in_order = sorted(took, key=lambda key: (key[0] == ALL, key))
    return tuple(_waits_of(*key, sorted(took[key])) for key in in_order)


def _waits_of(strategy: str, what: str, ordered: Sequence[int]) -> Waits:
    return Waits(
        strategy=strategy,
        what=what,
        orders=len(ordered),
        median_ms=median(ordered),
        p95_ms=ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)],
        most_ms=ordered[-1],
    )


def _moves(sessions: Sequence[SessionFacts]) -> tuple[Moves, ...]:
    groups: dict[tuple[str, str], list[Moves]] = {}
    for session in sessions:
        for moves in session.moves:
            groups.setdefault((moves.strategy, moves.held_back_by), []).append(moves)
    return tuple(_added(group) for _, group in sorted(groups.items()))


def _added(group: Sequence[Moves]) -> Moves:
    known = sum(moves.known for moves in group)
    total_bps = sum(moves.known * moves.mean_bps for moves in group if moves.mean_bps is not None)
    return Moves(
        strategy=group[0].strategy,
        held_back_by=group[0].held_back_by,
        known=known,
        unknown=sum(moves.unknown for moves in group),
        against=sum(moves.against for moves in group),
        mean_bps=total_bps / known if known else None,
    )
