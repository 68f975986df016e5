"""What the commands can ask of the program, in every mode."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.bootstrap.answers.check_lines import check_lines
from trading_bot.bootstrap.answers.closed_trades import closed_trades, trade_log
from trading_bot.bootstrap.answers.instrument_list import listed_instruments
from trading_bot.bootstrap.answers.login import log_in
from trading_bot.bootstrap.answers.one_shot import wall_now_ms
from trading_bot.bootstrap.answers.operator_verbs import current_status, release
from trading_bot.bootstrap.modes import run_daemon, run_panic
from trading_bot.bootstrap.replaying.simulator_program import serve_simulator
from trading_bot.report.check_line import CheckLine
from trading_bot.report.contract_note import charge_orders, note_as_dict, render_note
from trading_bot.report.instrument_list import InstrumentAnswer
from trading_bot.report.rules_page import render_rules, rules_on
from trading_bot.report.trade_table import TradeRow
from trading_bot.settings.options import ChargesQuestion, RunOptions, SimulatorOptions
from trading_bot.settings.tree import Settings


class Program:
    """What the commands can ask for."""

    def run(self, settings: Settings, options: RunOptions) -> int:
        """Run the daemon to its end and return the exit code."""
        return run_daemon(settings, options)

    def panic_exit(self, settings: Settings, options: RunOptions, write: Callable[[str], None]) -> int:
        """Cancel everything, flatten, latch; return the exit code."""
        return run_panic(settings, options, write)

    def resume(self, settings: Settings) -> str:
        """Release the halts that a person has to release, and say which."""
        return release(settings, now_ms=wall_now_ms())

    def status(self, settings: Settings) -> Mapping[str, Any]:
        """Return the status document of the running daemon, else of its database."""
        return current_status(settings)

    def trades(self, settings: Settings, on: date | None) -> Sequence[TradeRow]:
        """Return the closed trades of one day."""
        return closed_trades(settings, on)

    def trade_log(self, settings: Settings, on: date | None) -> str:
        """Return every fill of one day as CSV."""
        return trade_log(settings, on)

    def login(
        self, settings: Settings, ask: Callable[[str], str] | None, write: Callable[[str], None]
    ) -> None:
        """Obtain and store the token of the day."""
        log_in(settings, ask, write, now_ms=wall_now_ms)

    def instruments(self, settings: Settings, simulator_url: str | None) -> InstrumentAnswer:
        """Return today's instruments, or a simulator's."""
        return listed_instruments(settings, simulator_url, wall_now_ms())

    def simulator(self, settings: Settings, options: SimulatorOptions, write: Callable[[str], None]) -> int:
        """Serve until the session is over."""
        return serve_simulator(options, settings.simulator, write)

    def charges(self, question: ChargesQuestion, *, as_json: bool) -> str:
        """Return the contract note, line by line."""
        note = charge_orders(
            load_market_rules().charges,
            question.on,
            segment=question.segment,
            kind=question.kind,
            product=question.product,
            buys=question.buys,
            sells=question.sells,
        )
        return json.dumps(note_as_dict(note), indent=2) if as_json else render_note(note)

    def rules(self, on: date, *, as_json: bool) -> str:
        """Return the market rules in force on a day."""
        page = rules_on(load_market_rules(), on)
        return json.dumps(page, indent=2, default=str) if as_json else render_rules(page)

    def check_lines(self, settings: Settings, today: date) -> Sequence[CheckLine]:
        """Return the check lines that need adapters."""
        return check_lines(settings, today, now_ms=wall_now_ms())
