"""A comparison as JSON: money as decimal strings, times as epoch milliseconds."""

import json
from typing import Any

from trading_bot.backtest.parity.result import Cell, ParityResult, figures_of
from trading_bot.domain.money import rupees


def parity_json(result: ParityResult) -> str:
    """Return the document."""
    return json.dumps(_document(result), indent=2, default=str) + "\n"


def _document(result: ParityResult) -> dict[str, Any]:
    comparison = result.comparison
    return {
        "on": result.on,
        "data": result.data,
        "seed": result.seed,
        "is_proven": result.is_proven,
        "sides": [figures_of(side)._asdict() for side in result.sides],
        "signals_alike": None if comparison is None else comparison.signals_alike,
        "candle_signals_alike": result.candle_signals_alike,
        "causes": {} if comparison is None else dict(sorted(comparison.causes.items())),
        "differences": [
            {
                "at_ms": found.at_ms,
                "symbol": result.symbol_of(found.instrument_key),
                "what": found.what,
                "cause": found.cause,
                "is_explained": found.cause.is_explained,
                "text": found.text,
            }
            for found in (() if comparison is None else comparison.differences)
        ],
        "trades": [
            {
                "symbol": row.symbol,
                "strategy": row.key.strategy,
                "candle_start_ms": row.key.candle_start_ms,
                "direction": row.direction,
                "sides": {side.name: _cell(cell) for side, cell in zip(result.sides, row.cells, strict=True)},
            }
            for row in result.trade_rows()
        ],
        "inputs": [check._asdict() for check in result.inputs],
    }


def _cell(cell: Cell | None) -> dict[str, Any] | None:
    if cell is None:
        return None
    return cell._asdict() | {
        name: None if amount is None else rupees(amount)
        for name, amount in (("entry_price", cell.entry_price), ("exit_price", cell.exit_price))
    }
