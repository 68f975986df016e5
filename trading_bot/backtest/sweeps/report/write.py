"""The files of a sweep."""

import csv
import json
from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path

from trading_bot.backtest.sweeps.report.heat_map import heat_map_png
from trading_bot.backtest.sweeps.result import SweepResult
from trading_bot.domain.ist import datetime_of
from trading_bot.domain.money import rupees

_FIGURES = ("net", "trades", "held", "flow", "fees", "equity", "drawdown", "sharpe", "path")


def write_sweep(result: SweepResult, reports: Path, run_id: str) -> Path:
    """Write the report into a folder of its own and return the folder."""
    folder = reports / run_id
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sweep.csv").write_text(_csv(_set_rows(result)), encoding="utf-8")
    (folder / "fills.csv").write_text(_csv(_fill_rows(result)), encoding="utf-8")
    (folder / "sweep.json").write_text(json.dumps(_summary(result), indent=2) + "\n", encoding="utf-8")
    picture = heat_map_png(result)
    if picture is not None:
        (folder / "heat_map.png").write_bytes(picture)
    return folder


def _csv(rows: Iterable[Sequence[object]]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _set_rows(result: SweepResult) -> Iterable[Sequence[object]]:
    """Every set in the order of the plan; money in rupees to the last digit."""
    yield ("rank", *result.parameters, *_FIGURES)
    ranks = {number: rank for rank, number in enumerate(result.ranked, start=1)}
    for number, (values, one) in enumerate(zip(result.plan.sets, result.figures, strict=True)):
        sharpe = "" if one.sharpe is None else repr(one.sharpe)
        money = (one.flow, one.fees, one.equity)
        figures = (result.net(number), one.trades, one.held, *money, repr(one.drawdown), sharpe, one.path)
        yield (ranks[number], *values.values(), *figures)


def _fill_rows(result: SweepResult) -> Iterable[Sequence[object]]:
    """Every fill of the best set, share after share."""
    yield ("time", "symbol", "side", "units", "price")
    market = result.market
    for share, rows in zip(market.shares, result.best_fills, strict=True):
        times = market.candles(share).start_ms
        for at, units, price in rows.tolist():
            side = "BUY" if units > 0 else "SELL"
            moment = datetime_of(int(times[at])).isoformat(timespec="seconds")
            yield moment, market.instruments[share].symbol, side, abs(units), rupees(price)


def _summary(result: SweepResult) -> dict[str, object]:
    market, policy = result.market, result.plan.policy
    return {
        "data": result.data,
        "data_hash": market.digest,
        "symbols": [one.symbol for one in market.instruments],
        "candles": market.bars,
        "first": datetime_of(int(market.times[0])).isoformat(),
        "last": datetime_of(int(market.times[-1])).isoformat(),
        "strategy": result.plan.strategy,
        "policy": policy.risk.model_dump(mode="json")
        | {"name": "next open", "cash": str(policy.cash), "fee": str(policy.fee)},
        "sets": len(result.figures),
        "impossible_sets": result.refused.sets,
        "by_engine": dict(result.by_engine),
        "best": result.plan.sets[result.ranked[0]],
        "seconds": round(result.seconds, 3),
        "played_before": result.earlier,
    }
