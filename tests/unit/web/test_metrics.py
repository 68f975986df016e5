"""The figures for Prometheus, and that the dashboard file for Grafana asks for none that does not exist."""

import json
import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.fakes.dashboard import READER, FakeDaemon
from trading_bot.engine.latency import Latencies, LatencyTally
from trading_bot.web.figures import Figures
from trading_bot.web.metrics import metrics_text

GRAFANA = Path(__file__).resolve().parents[3] / "deploy" / "grafana-dashboard.json"
_WORD = re.compile(r"\btrading_bot_\w+")


def tally(*durations_ns: int) -> LatencyTally:
    made = LatencyTally()
    for duration in durations_ns:
        made.add(duration)
    return made


class CountingDaemon(FakeDaemon):
    def figures(self) -> Figures:
        return Figures(
            ticks=1_000,
            candles=40,
            fills=6,
            signals=Counter(confluence=3),
            denials=Counter({("confluence", "max_concurrent_positions"): 2}),
            orders=Counter(entry=3, stop=3),
            outcomes=Counter(rejected=1),
            failures=Counter({"feed": 2}),
            in_doubt=1,
            drawdown=Decimal("120.50"),
            latencies=Latencies(frames=tally(50_000, 90_000), evaluations=tally(900_000)),
            signal_to_ack={"confluence": tally(3_000_000)},
            broker_calls={"place": tally(80_000_000), "orders": tally(40_000_000)},
        )


@pytest.fixture
def families():
    text = metrics_text(CountingDaemon()).decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


@pytest.mark.parametrize(
    ("name", "labels", "expected"),
    [
        ("trading_bot_ticks_total", {}, 1_000),
        ("trading_bot_fills_total", {}, 6),
        ("trading_bot_signals_total", {"strategy": "confluence"}, 3),
        ("trading_bot_denials_total", {"strategy": "confluence", "reason": "max_concurrent_positions"}, 2),
        ("trading_bot_orders_total", {"purpose": "stop"}, 3),
        ("trading_bot_order_steps_total", {"status": "rejected"}, 1),
        ("trading_bot_orders_in_doubt", {}, 1),
        ("trading_bot_worker_failures_total", {"worker": "feed"}, 2),
        ("trading_bot_worker_up", {"worker": "quotes"}, 0),
        ("trading_bot_day_drawdown_rupees", {}, 120.5),
        ("trading_bot_positions", {}, 3),
        ("trading_bot_unprotected_seconds", {}, 2.5),
        ("trading_bot_rate_budget_limit", {"window_s": "60"}, 250),
        ("trading_bot_strategy_up", {"strategy": "ema_cross"}, 1),
        ("trading_bot_strategy_gross_rupees", {"strategy": "ema_cross"}, -146.1),
        ("trading_bot_strategy_winning_trades", {"strategy": "confluence"}, 3),
        ("trading_bot_evaluations_total", {"strategy": "ema_cross"}, 900),
        ("trading_bot_tick_to_decision_seconds_count", {}, 2),
        ("trading_bot_signal_to_ack_seconds_sum", {"strategy": "confluence"}, 0.003),
        ("trading_bot_api_latency_seconds_count", {"call": "place"}, 1),
    ],
)
def test_each_figure_is_what_was_counted(families, name, labels, expected):
    family = re.sub(r"_(count|sum|bucket)$", "", name).removesuffix("_total")
    samples = families[family].samples
    found = [one.value for one in samples if one.name == name and labels.items() <= one.labels.items()]

    assert found == [expected]


def test_buckets_grow_and_end_with_all(families):
    buckets = [
        sample.value
        for sample in families["trading_bot_tick_to_decision_seconds"].samples
        if sample.name.endswith("_bucket")
    ]

    assert buckets == sorted(buckets)
    assert buckets[-1] == 2


async def test_prometheus_needs_a_token(bench):
    async with bench.client(None) as stranger, bench.client(READER) as scraper:
        assert (await stranger.get("/metrics")).status_code == 401
        answer = await scraper.get("/metrics")

    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert b"trading_bot_ticks_total" in answer.content


def test_every_query_of_the_grafana_dashboard_names_figures_that_exist(families):
    known = {sample.name for family in families.values() for sample in family.samples}
    dashboard = json.loads(GRAFANA.read_text())
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]

    assert len(queries) >= 20
    for query in queries:
        named = set(_WORD.findall(query))
        assert named, query
        assert named <= known, query


def test_the_grafana_dashboard_shows_every_figure(families):
    queries = json.dumps(json.loads(GRAFANA.read_text())["panels"])
    shown = {re.sub(r"_(count|sum|bucket|total)$", "", name) for name in _WORD.findall(queries)}

    assert set(families) - shown == set()


class UnsureDaemon(CountingDaemon):
    """Of one position it does not know whether a stop stands behind it."""

    def held(self):
        first, *others = super().held()
        return (replace(first, unprotected_s=None), *others)


def test_a_position_of_which_nothing_is_known_is_counted_and_is_no_zero():
    """V5, V16."""
    families = {
        one.name: one for one in text_string_to_metric_families(metrics_text(UnsureDaemon()).decode())
    }

    assert families["trading_bot_positions_unknown"].samples[0].value == 1
    assert families["trading_bot_unprotected_seconds"].samples[0].value == 2.5


class RestingDaemon(FakeDaemon):
    """Nobody looks at the day's result."""

    def figures(self) -> Figures:
        return Figures()


def test_what_nobody_looks_at_is_left_out_and_no_zero():
    text = metrics_text(RestingDaemon()).decode()

    assert "trading_bot_day_drawdown_rupees" not in text
