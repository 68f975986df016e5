"""The summary of a backtest, for other programs: money in rupees as decimal strings, ratios as fractions.

What is not defined is null. docs/backtest-report.md lists the keys; they stay as they are.
"""

import json
from collections.abc import Iterable
from decimal import Decimal

from trading_bot.backtest.honesty.document import findings_document
from trading_bot.backtest.honesty.findings import Findings
from trading_bot.backtest.report.cautions import cautions_of
from trading_bot.backtest.report.figures import Figures
from trading_bot.backtest.report.groups import TradeGroup
from trading_bot.backtest.report.holding import Holding
from trading_bot.domain.money import round_to_paisa
from trading_bot.report.wording import iso_time
from trading_bot.research.drawdown import Drawdown
from trading_bot.research.performance import CurveFigures


def summary(figures: Figures, run_id: str, findings: Findings | None = None) -> dict[str, object]:
    """Return the content of `summary.json`."""
    return {
        "run_id": run_id,
        "mode": "backtest",
        **_run(figures),
        **_amounts(figures),
        **_curve(figures.curve),
        "max_drawdown": _drawdown(figures, figures.curve.max_drawdown),
        "longest_drawdown": _drawdown(figures, figures.curve.longest_drawdown),
        **_ratios(figures.together),
        "exposure": figures.exposure,
        "turnover": figures.performance.turnover,
        "monthly": [
            {"year": one.year, "month": one.month, "return": one.total_return}
            for one in figures.performance.months
        ],
        "by_symbol": _groups(figures.by_symbol),
        "by_hour": _groups(figures.by_hour),
        "by_exit_reason": _groups(figures.by_reason),
        "buy_and_hold": _holding(figures.holding),
        **_doubts(figures),
        "honesty": None if findings is None else findings_document(findings),
    }


def summary_text(figures: Figures, run_id: str, findings: Findings | None = None) -> str:
    """The summary as JSON text."""
    content = summary(figures, run_id, findings)
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _run(figures: Figures) -> dict[str, object]:
    result = figures.result
    return {
        "data": result.data,
        "fidelity": result.fidelity,
        "symbols": list(result.symbols),
        "first_day": result.days[0].isoformat(),
        "last_day": result.days[-1].isoformat(),
        "days": len(result.days),
        "left_out": [
            {"reason": one.reason, "days": one.days, "first": f"{one.first}", "last": f"{one.last}"}
            for one in result.left_out
        ],
        "bars": result.bars,
        "signals": result.signals,
        "denials": dict(result.denials),
    }


def _amounts(figures: Figures) -> dict[str, object]:
    result, together = figures.result, figures.together
    return {
        "trades": together.trades,
        "open_trades": together.open_trades,
        "opening_cash": _amount(result.cash),
        "final_equity": _amount(figures.final_equity),
        "gross_pnl": _amount(together.gross),
        "charges": {kind: _amount(amount) for kind, amount in result.charges.items()},
        "charges_total": _amount(together.charges),
        "net_pnl": _amount(together.net),
    }


def _curve(curve: CurveFigures) -> dict[str, object]:
    return {
        "total_return": curve.total_return,
        "cagr": curve.cagr,
        "volatility": curve.volatility,
        "sharpe": curve.sharpe,
        "sortino": curve.sortino,
        "calmar": curve.calmar,
    }


def _drawdown(figures: Figures, fall: Drawdown | None) -> dict[str, object] | None:
    if fall is None:
        return None
    return {
        "depth": fall.depth,
        "amount": _amount(figures.fallen(fall)),
        "start": iso_time(fall.started_ms),
        "bottom": iso_time(fall.bottom_ms),
        "end": None if fall.ended_ms is None else iso_time(fall.ended_ms),
        "days": fall.days,
    }


def _ratios(group: TradeGroup) -> dict[str, object]:
    expectancy = group.expectancy
    return {
        "win_rate": group.closed.win_rate,
        "profit_factor": group.closed.profit_factor,
        "expectancy": None if expectancy is None else _amount(expectancy),
        "average_duration_s": group.closed.duration_s_mean,
    }


def _groups(groups: Iterable[TradeGroup]) -> dict[str, object]:
    return {
        group.name: {
            "trades": group.trades,
            "open_trades": group.open_trades,
            "gross_pnl": _amount(group.gross),
            "charges": _amount(group.charges),
            "net_pnl": _amount(group.net),
            **_ratios(group),
        }
        for group in groups
    }


def _holding(holding: Holding | None) -> dict[str, object] | None:
    if holding is None:
        return None
    against, theirs = holding.against, holding.against.holding
    return {
        **_curve(theirs),
        "max_drawdown": None if theirs.max_drawdown is None else theirs.max_drawdown.depth,
        "excess_return": against.excess_return,
        "correlation": against.correlation,
        "beta": against.beta,
        "alpha": against.alpha,
    }


def _doubts(figures: Figures) -> dict[str, object]:
    result = figures.result
    return {
        "problems": list(result.problems),
        "cautions": list(cautions_of(figures)),
        "alerts": dict(result.alerts),
        "charge_notices": dict(result.notices),
        "assumptions": dict(result.assumptions),
    }


def _amount(amount: Decimal) -> str:
    """Rupees with two decimals; every amount is whole paise."""
    return str(round_to_paisa(amount))
