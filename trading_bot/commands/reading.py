"""Commands that read and show: settings, status, trades, instruments, charges, rules."""

import json
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from trading_bot.commands.context import Context
from trading_bot.domain.errors import SettingsError, UnknownInstrumentError, UserFacingError
from trading_bot.domain.instrument import Instrument, InstrumentKind, Product, Segment
from trading_bot.domain.money import rupees
from trading_bot.domain.symbol_search import matching_instruments, suggested_symbols
from trading_bot.report.day.trade_table import trades_json, trades_text
from trading_bot.report.status import status_text
from trading_bot.settings.options import ChargesQuestion
from trading_bot.settings.show import settings_json, settings_text
from trading_bot.settings.tree import Settings

TRADE_LOG = Path("trade_log.csv")
"""The trade log's usual name, in the logs folder."""
_STANDARD_OUTPUT = Path("-")
_ROWS_SHOWN = 50


def run_config_show(arguments: Namespace, context: Context) -> int:
    """Show every effective setting and where it comes from."""
    loaded = context.load()
    context.write(settings_json(loaded) if arguments.json else settings_text(loaded))
    return 0


def run_status(arguments: Namespace, context: Context) -> int:
    """Show what the daemon does, or what its database says while it is down.

    A halt is shown and changes no exit code: the question was answered. `check` exits 4 for it.
    """
    if arguments.watch:
        if arguments.json:
            raise SettingsError("--watch and --json: a screen is no document; leave one of them out")
        return context.backend.watch(context.load().settings)
    document = context.backend.status(context.load().settings)
    context.write(json.dumps(document, indent=2) if arguments.json else status_text(document))
    return 0


def run_trades(arguments: Namespace, context: Context) -> int:
    """Show the closed trades of one day."""
    settings = context.load().settings
    if arguments.csv is not None:
        return _write_trade_log(arguments, context, settings)
    rows = context.backend.trades(settings, arguments.on)
    context.write(trades_json(rows) if arguments.json else trades_text(rows))
    return 0


def _write_trade_log(arguments: Namespace, context: Context, settings: Settings) -> int:
    text = context.backend.trade_log(settings, arguments.on)
    if arguments.csv == _STANDARD_OUTPUT:
        context.write(text.rstrip("\n"))
        return 0
    path = settings.logs.folder / TRADE_LOG if arguments.csv == TRADE_LOG else arguments.csv
    path = context.places.folder / path
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserFacingError(f"--csv {path} cannot be written: {error.strerror}") from error
    context.write(f"{path} written: {text.count(chr(10)) - 1} fills")
    return 0


def run_login(arguments: Namespace, context: Context) -> int:
    """Obtain the token of the day."""
    has_terminal = context.ask is not None
    context.backend.login(context.load().settings, arguments.way, context.write, has_terminal=has_terminal)
    return 0


def run_instruments(arguments: Namespace, context: Context) -> int:
    """Search the broker's instruments. Raises UnknownInstrumentError, with suggestions."""
    answer = context.backend.instruments(context.load().settings, arguments.simulator)
    if answer.outdated_since is not None:
        context.warn(
            f"warning: today's list could not be read; this one is of {answer.outdated_since}: "
            "lots, ticks and keys may have changed"
        )
    instruments = answer.instruments
    found = matching_instruments(arguments.symbol, instruments)
    if not found:
        suggestions = suggested_symbols(arguments.symbol.upper(), instruments)
        hint = f": did you mean {', '.join(suggestions)}?" if suggestions else ""
        raise UnknownInstrumentError(
            f"nothing among {len(instruments)} instruments matches {arguments.symbol!r}{hint}"
        )
    context.write(instruments_json(found) if arguments.json else instruments_text(found))
    return 0


def run_charges(arguments: Namespace, context: Context) -> int:
    """Show the contract note of one instrument's day."""
    question = ChargesQuestion(
        segment=Segment(arguments.segment),
        product=Product(arguments.product),
        kind=InstrumentKind(arguments.kind),
        on=arguments.on,
        buys=tuple(arguments.buy),
        sells=tuple(arguments.sell),
    )
    context.write(context.backend.charges(question, as_json=arguments.json))
    return 0


def run_rules_show(arguments: Namespace, context: Context) -> int:
    """Show the market rules in force on a day."""
    context.write(context.backend.rules(arguments.on, as_json=arguments.json))
    return 0


def instruments_text(found: Sequence[Instrument]) -> str:
    """One line for each instrument, the best match first."""
    rows = [_instrument_cells(row) for row in found[:_ROWS_SHOWN]]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    more = len(found) - len(rows)
    return "\n".join([*lines, *([f"{more} more: narrow the search"] if more else [])])


def instruments_json(found: Sequence[Instrument]) -> str:
    """A list of objects; prices as decimal strings in rupees."""
    return json.dumps([_instrument_document(row) for row in found], indent=2)


def _instrument_cells(row: Instrument) -> tuple[str, ...]:
    freeze = f"freeze {row.freeze_quantity}" if row.freeze_quantity else ""
    expiry = f"expires {row.expiry_on}" if row.expiry_on else ""
    return (
        row.symbol,
        row.key,
        row.kind.value,
        f"lot {row.lot_size}",
        f"tick {rupees(row.tick_size)}",
        freeze,
        expiry,
        row.name,
    )


def _instrument_document(row: Instrument) -> dict[str, object]:
    return {
        "symbol": row.symbol,
        "key": row.key,
        "name": row.name,
        "segment": row.segment.value,
        "kind": row.kind.value,
        "lot_size": row.lot_size,
        "tick_size": str(rupees(row.tick_size)),
        "freeze_quantity": row.freeze_quantity,
        "isin": row.isin,
        "closing_auction_eligible": row.closing_auction_eligible,
        "expiry_on": row.expiry_on.isoformat() if row.expiry_on else None,
        "strike": str(rupees(row.strike)) if row.strike is not None else None,
        "right": row.right.value if row.right else None,
        "underlying_key": row.underlying_key,
    }
