"""Shadows as trials: what was tried makes the best of it less surprising, whoever tried it."""

from collections.abc import Sequence
from typing import Any

from trading_bot.backtest.shadows.compare import Compared
from trading_bot.backtest.shadows.day import ComparedDay
from trading_bot.backtest.sweeps.trials import SHADOW, append_lines, plain_returns, recorded, trials_from
from trading_bot.bootstrap.fingerprints import Fingerprints, fingerprints
from trading_bot.bootstrap.places import trials_path
from trading_bot.domain.ist import datetime_of
from trading_bot.research.arrays import is_flat
from trading_bot.research.deflated_sharpe import Trials
from trading_bot.settings.tree import Settings

_FEW = 2


def record_shadow(settings: Settings, shadow: Settings, compared: Compared, record: str, at_ms: int) -> None:
    """Add a line of all days of a shadow; the lines of its later evenings are the same trial."""
    if compared.days:
        append_lines(trials_path(settings), [_line(fingerprints(shadow), compared, record, at_ms)])


def trials_of(settings: Settings, shadow: Settings, days: Sequence[ComparedDay]) -> Trials | None:
    """Everything on record of the shadow's strategies on any of its shares; None without days."""
    if not days:
        return None
    names = [one.name for one in fingerprints(shadow).strategies]
    found, _ = recorded(trials_path(settings), {*names, "+".join(names)}, _symbols(days))
    return trials_from(found.values(), len(days)) if found else None


def _line(prints: Fingerprints, compared: Compared, record: str, at_ms: int) -> dict[str, Any]:
    days, returns = compared.days, compared.returns
    is_ratio = returns.size >= _FEW and not is_flat(returns)
    return {
        "at": datetime_of(at_ms).isoformat(timespec="seconds"),
        "kind": SHADOW,
        "data": record,
        "folder": record,
        "symbols": _symbols(days),
        "strategy": "+".join(one.name for one in prints.strategies),
        "set": {
            "strategies": {one.name: dict(one.changed) for one in prints.strategies},
            "code": [one.code_hash for one in prints.strategies],
            "risk": dict(prints.risk_changed),
        },
        "asked": {"folder": record, "first": None, "last": None},
        "policy": {"path": SHADOW},
        "trades": compared.shadow.trades,
        "equity": str(compared.cash + compared.shadow.net),
        "sharpe": compared.sharpe if is_ratio else None,
        "days": len(days),
        "first": f"{days[0].on}",
        "last": f"{days[-1].on}",
        "returns": plain_returns(returns),
    }


def _symbols(days: Sequence[ComparedDay]) -> list[str]:
    return sorted({symbol for day in days for symbol in day.symbols})
