"""Figures for Prometheus, in a registry of its own, made when they are scraped."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.responses import Response

from trading_bot.engine.latency import LatencyTally
from trading_bot.engine.snapshot import Snapshot, SymbolView
from trading_bot.web.figures import Figures
from trading_bot.web.parts import Parts
from trading_bot.web.views import RUNNING, WAITING, StrategyView, Watched

_PREFIX = "trading_bot_"
Key = TypeVar("Key", bound=tuple[str, ...])


def metrics_routes(parts: Parts) -> APIRouter:
    """The one path that Prometheus reads."""
    router = APIRouter(include_in_schema=False)

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(metrics_text(parts.stage.watched), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return router


def metrics_text(watched: Watched) -> bytes:
    """All figures of this moment in Prometheus' own form."""
    registry = CollectorRegistry()
    registry.register(_Moment(watched))
    return generate_latest(registry)


@dataclass(frozen=True, slots=True, eq=False)
class _Moment(Collector):
    """What is known now."""

    watched: Watched

    def collect(self) -> Iterable[Metric]:
        """Every family of figures."""
        watched = self.watched
        head, figures = watched.head(), watched.figures()
        yield from _of_day(head, figures)
        yield from _of_positions(watched.held(), head)
        yield from _of_health(head, figures)
        yield from _of_strategies(watched.strategies(), figures)
        yield from _of_orders(figures)
        yield from _of_durations(figures)

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked of it before it is scraped."""
        return ()


def _of_day(head: Snapshot, figures: Figures) -> Iterator[Metric]:
    day = head.day
    yield _gauge("day_net_rupees", "Net result of the day, open positions included", float(day.net))
    yield _gauge("day_gross_rupees", "Result of the day before charges", float(day.gross))
    yield _gauge("day_charges_rupees", "Charges of the day's fills", float(day.charges))
    if figures.drawdown is not None:
        told = "Below the highest net result since the process started"
        yield _gauge("day_drawdown_rupees", told, float(figures.drawdown))
    yield _gauge("open_risk_rupees", "What open positions lose at their stops", float(day.open_risk))
    if day.loss_limit is not None:
        yield _gauge("day_loss_limit_rupees", "Loss at which the day halts", float(day.loss_limit))
    yield _gauge("day_trades", "Closed trades of the day", day.trades)
    yield _gauge("day_winning_trades", "Those of them that gained", day.winning_trades)


def _of_positions(held: Sequence[SymbolView], head: Snapshot) -> Iterator[Metric]:
    yield _gauge("positions", "Instruments that are held", len(held))
    yield _gauge(
        "unprotected_seconds",
        "Longest time that something held now has had no confirmed stop",
        max((view.unprotected_s or 0.0 for view in held), default=0.0),
    )
    yield _gauge(
        "positions_unknown",
        "Instruments that are held, and of which nobody knows whether a stop is confirmed",
        sum(view.unprotected_s is None for view in held),
    )
    yield _gauge(
        "longest_unprotected_seconds", "The same, the longest of the day", head.day.longest_unprotected_s
    )


def _of_health(head: Snapshot, figures: Figures) -> Iterator[Metric]:
    if head.feed_age_s is not None:
        yield _gauge("feed_age_seconds", "Since the last message of the feed", head.feed_age_s)
    if head.loop_lag_ms is not None:
        yield _gauge("loop_lag_seconds", "How late the event loop is", head.loop_lag_ms / 1_000)
    yield _gauge("halts", "Reasons for which nothing new is entered", len(head.halts))
    yield _labelled_gauge(
        "rate_budget_used",
        "Calls of each window",
        "window_s",
        {str(one.window_s): one.used for one in head.budgets},
    )
    yield _labelled_gauge(
        "rate_budget_limit",
        "Calls that each window allows",
        "window_s",
        {str(one.window_s): one.limit for one in head.budgets},
    )
    yield _labelled_gauge(
        "worker_up",
        "Whether a worker does what it should",
        "worker",
        {one.name: int(one.is_well) for one in head.workers},
    )
    yield _counter(
        "worker_failures", "Failures of workers", ("worker",), {(k,): v for k, v in figures.failures.items()}
    )


def _of_strategies(strategies: Iterable[StrategyView], figures: Figures) -> Iterator[Metric]:
    views = tuple(strategies)
    evaluations = {(one.name,): one.evaluations_seen for one in views}
    yield _counter("evaluations", "Candles that were evaluated", ("strategy",), evaluations)
    yield _counter("signals", "Signals raised", ("strategy",), {(k,): v for k, v in figures.signals.items()})
    yield _counter("denials", "Signals that were not traded", ("strategy", "reason"), figures.denials)
    for name, told, values in (
        (
            "strategy_up",
            "Whether its entries are allowed",
            {one.name: int(one.state in (RUNNING, WAITING)) for one in views},
        ),
        ("strategy_trades", "Closed trades of the day", {one.name: one.trades for one in views}),
        (
            "strategy_winning_trades",
            "Those of them that gained",
            {one.name: one.winning_trades for one in views},
        ),
        ("strategy_open_trades", "Open trades", {one.name: one.open for one in views}),
        (
            "strategy_gross_rupees",
            "Result of the day's closed trades before charges",
            {one.name: float(one.gross) for one in views},
        ),
    ):
        yield _labelled_gauge(name, told, "strategy", values)


def _of_orders(figures: Figures) -> Iterator[Metric]:
    yield _counter("ticks", "Ticks taken", (), {(): figures.ticks})
    yield _counter("candles", "Minutes closed", (), {(): figures.candles})
    yield _counter("fills", "Fills of our orders", (), {(): figures.fills})
    yield _counter("orders", "Orders intended", ("purpose",), {(k,): v for k, v in figures.orders.items()})
    yield _counter(
        "order_steps", "Steps of orders", ("status",), {(k,): v for k, v in figures.outcomes.items()}
    )
    yield _gauge("orders_in_doubt", "Orders whose answer was lost and is looked for", figures.in_doubt)


def _of_durations(figures: Figures) -> Iterator[Metric]:
    latencies = figures.latencies
    yield _histogram(
        "tick_to_decision_seconds", "From a frame's arrival until it was decided", "", {"": latencies.frames}
    )
    yield _histogram(
        "candle_to_evaluation_seconds",
        "From the close of candles until strategies had spoken",
        "",
        {"": latencies.evaluations},
    )
    yield _histogram(
        "signal_to_ack_seconds",
        "From a signal to the acknowledgement of its entry",
        "strategy",
        figures.signal_to_ack,
    )
    yield _histogram("api_latency_seconds", "Answers of the broker's API", "call", figures.broker_calls)


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(_PREFIX + name, told, value=value)


def _labelled_gauge(name: str, told: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(_PREFIX + name, told, labels=(label,))
    for key, value in values.items():
        family.add_metric((key,), value)
    return family


def _counter(name: str, told: str, labels: tuple[str, ...], values: Mapping[Key, int]) -> Metric:
    family = CounterMetricFamily(_PREFIX + name, told, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family


def _histogram(name: str, told: str, label: str, tallies: Mapping[str, LatencyTally]) -> Metric:
    family = HistogramMetricFamily(_PREFIX + name, told, labels=(label,) if label else ())
    for key, tally in tallies.items():
        buckets = [(f"{end_s:g}", below) for end_s, below in tally.cumulative()]
        family.add_metric((key,) if label else (), [*buckets, ("+Inf", tally.count)], tally.total_s)
    return family
