"""What the commands can ask of the program, in every mode.

Each verb imports what it needs when it is asked for: all of them together take two seconds of processor time,
and panic must not wait for pandas.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trading_bot.bootstrap.answers.one_shot import wall_now_ms
from trading_bot.settings.options import (
    BacktestOptions,
    CandleQuestion,
    ChargesQuestion,
    DownloadOptions,
    HistoryQuestion,
    ImportOptions,
    LoginWay,
    ParityOptions,
    PromoteOptions,
    RunOptions,
    ShadowOptions,
    SimulatorOptions,
    SweepOptions,
    WalkForwardOptions,
    WhyQuestion,
)
from trading_bot.settings.tree import Settings

if TYPE_CHECKING:
    from trading_bot.report.alert_answers import AlertAnswers
    from trading_bot.report.check_line import CheckLine
    from trading_bot.report.day.trade_table import TradeRow
    from trading_bot.report.instrument_list import InstrumentAnswer


class Program:
    """What the commands can ask for."""

    def run(self, settings: Settings, options: RunOptions) -> int:
        """Run the daemon to its end and return the exit code."""
        from trading_bot.bootstrap.modes import run_daemon

        return run_daemon(settings, options)

    def panic_exit(self, settings: Settings, options: RunOptions, write: Callable[[str], None]) -> int:
        """Cancel everything, flatten, latch, through the daemon where one answers; return the exit code."""
        from trading_bot.bootstrap.answers.daemon.panic_wish import panic_database, panic_through_daemon

        attached = options.simulator_url is not None
        database = panic_database(settings, attached=attached, now_ms=wall_now_ms())
        told = None if database is None else panic_through_daemon(database, write)
        code = told
        if code is None:
            from trading_bot.bootstrap.modes import run_panic

            code = run_panic(settings, options, write)
        if code == 0:
            from trading_bot.bootstrap.stamps import stamp_panic

            stamp_panic(settings, wall_now_ms(), has_reached=told is not None or attached)
        return code

    def resume(self, settings: Settings) -> str:
        """Release the halts that a person has to release, and say which."""
        from trading_bot.bootstrap.answers.daemon.operator_verbs import release

        return release(settings, now_ms=wall_now_ms())

    def pause(self, settings: Settings) -> str:
        """Have the running daemon enter nothing new; say so."""
        from trading_bot.bootstrap.answers.daemon.operator_verbs import pause_entries

        return pause_entries(settings)

    def flatten(self, settings: Settings, write: Callable[[str], None]) -> int:
        """Have the running daemon enter nothing new and close its positions; return the exit code."""
        from trading_bot.bootstrap.answers.daemon.operator_verbs import close_all

        return close_all(settings, write)

    def status(self, settings: Settings) -> Mapping[str, Any]:
        """Return the status document of the running daemon, else of its database."""
        from trading_bot.bootstrap.answers.daemon.operator_verbs import current_status

        return current_status(settings)

    def watch(self, settings: Settings) -> int:
        """Show the running daemon on this terminal until the user quits."""
        from trading_bot.bootstrap.answers.daemon.watching import watch_status

        return watch_status(settings)

    def trades(self, settings: Settings, on: date | None) -> Sequence["TradeRow"]:
        """Return the closed trades of one day."""
        from trading_bot.bootstrap.answers.closed_trades import closed_trades

        return closed_trades(settings, on)

    def trade_log(self, settings: Settings, on: date | None) -> str:
        """Return every fill of one day as CSV."""
        from trading_bot.bootstrap.answers.closed_trades import trade_log

        return trade_log(settings, on)

    def why(self, settings: Settings, question: WhyQuestion, *, as_json: bool) -> str:
        """Return why an instrument was traded at a moment, or not."""
        from trading_bot.bootstrap.answers.why import explained
        from trading_bot.report.why import document_of, text_of

        found = explained(settings, question)
        return json.dumps(document_of(found), indent=2) if as_json else text_of(found)

    def metrics(self, settings: Settings, days: int, *, as_json: bool) -> str:
        """Return the operating figures of so many newest sessions."""
        from trading_bot.bootstrap.answers.metrics import session_metrics
        from trading_bot.report.metrics.text import metrics_document, metrics_text

        found = session_metrics(settings, days)
        return json.dumps(metrics_document(found), indent=2) if as_json else metrics_text(found)

    def test_alerts(self, settings: Settings, text: str, level: str, channel: int | None) -> "AlertAnswers":
        """Send one message to each channel of alerts, or to one."""
        from trading_bot.bootstrap.answers.alert_test import sent_to_channels

        return sent_to_channels(settings, text, level, channel)

    def login(
        self, settings: Settings, way: LoginWay, write: Callable[[str], None], *, has_terminal: bool
    ) -> None:
        """Obtain and store the token of the day."""
        from trading_bot.bootstrap.login.ways import log_in

        log_in(settings, way, write, has_terminal=has_terminal)

    def instruments(self, settings: Settings, simulator_url: str | None) -> "InstrumentAnswer":
        """Return today's instruments, or a simulator's."""
        from trading_bot.bootstrap.answers.instrument_list import listed_instruments

        return listed_instruments(settings, simulator_url, wall_now_ms())

    def simulator(self, settings: Settings, options: SimulatorOptions, write: Callable[[str], None]) -> int:
        """Serve until the session is over."""
        from trading_bot.bootstrap.replaying.simulator_program import serve_simulator

        return serve_simulator(options, settings.simulator, write)

    def backtest(self, settings: Settings, options: BacktestOptions, write: Callable[[str], None]) -> int:
        """Test on history, write the report and return the exit code."""
        from trading_bot.bootstrap.backtesting.run import run_backtest
        from trading_bot.terminal.progress import shown_progress

        return run_backtest(settings, options, write, shown_progress, wall_now_ms())

    def promote(self, settings: Settings, options: PromoteOptions, write: Callable[[str], None]) -> int:
        """Judge strategies, write the verdict, and return 0 when they pass, else 1."""
        from trading_bot.bootstrap.promotions.promote import run_promote
        from trading_bot.terminal.progress import shown_progress

        return run_promote(settings, options, write, shown_progress, wall_now_ms())

    def sweep(self, settings: Settings, options: SweepOptions, write: Callable[[str], None]) -> int:
        """Play every set of numbers, record and report them, and return the exit code."""
        from trading_bot.bootstrap.backtesting.sweep import run_sweep
        from trading_bot.terminal.progress import shown_progress

        return run_sweep(settings, options, write, shown_progress, wall_now_ms())

    def walk_forward(
        self, settings: Settings, options: WalkForwardOptions, write: Callable[[str], None]
    ) -> int:
        """Choose on some days, play on the next, record and report, and return the exit code."""
        from trading_bot.bootstrap.backtesting.walk_forward import run_walk_forward
        from trading_bot.terminal.progress import shown_progress

        return run_walk_forward(settings, options, write, shown_progress, wall_now_ms())

    def parity(self, settings: Settings, options: ParityOptions, write: Callable[[str], None]) -> int:
        """Compare a day over the wire with its backtest, write the report and return the exit code."""
        from trading_bot.bootstrap.parity.run import run_parity

        return run_parity(settings, options, write, wall_now_ms())

    def shadow(
        self, settings: Settings, options: ShadowOptions, write: Callable[[str], None], *, as_json: bool
    ) -> int:
        """Play other settings on days that were traded, report, and return the exit code."""
        from trading_bot.bootstrap.shadows.run import run_shadow
        from trading_bot.terminal.progress import shown_progress

        return run_shadow(settings, options, write, shown_progress, wall_now_ms(), as_json=as_json)

    def charges(self, question: ChargesQuestion, *, as_json: bool) -> str:
        """Return the contract note, line by line."""
        from trading_bot.adapters.market_rules import load_market_rules
        from trading_bot.report.contract_note import (
            charge_orders,
            note_as_dict,
            render_note,
            with_closed_day,
        )

        rules = load_market_rules()
        note = charge_orders(
            rules.charges,
            question.on,
            segment=question.segment,
            kind=question.kind,
            product=question.product,
            buys=question.buys,
            sells=question.sells,
        )
        note = with_closed_day(note, rules.calendar)
        return json.dumps(note_as_dict(note), indent=2) if as_json else render_note(note)

    def rules(self, on: date, *, as_json: bool) -> str:
        """Return the market rules in force on a day."""
        from trading_bot.adapters.market_rules import load_market_rules
        from trading_bot.report.rules_page import render_rules, rules_on

        page = rules_on(load_market_rules(), on)
        return json.dumps(page, indent=2, default=str) if as_json else render_rules(page)

    def download(
        self, settings: Settings, options: DownloadOptions, write: Callable[[str], None], *, with_bars: bool
    ) -> int:
        """Download candles of the past into the store; return the exit code."""
        from trading_bot.bootstrap.answers.history.download import download_history

        return download_history(settings, options, write, with_bars=with_bars, now_ms=wall_now_ms())

    def download_market_caps(
        self, settings: Settings, tickers: Sequence[str], write: Callable[[str], None]
    ) -> int:
        """Ask what companies are worth, and keep it in the store."""
        from trading_bot.bootstrap.answers.history.market_caps import refresh_market_caps

        return refresh_market_caps(settings, tickers, write, wall_now_ms())

    def market_caps(self, settings: Settings, on: date | None, *, as_json: bool) -> str:
        """Return what companies are worth, by the store."""
        from trading_bot.bootstrap.answers.history.market_caps import market_cap_list

        return market_cap_list(settings, on, as_json=as_json)

    def candles(self, settings: Settings, question: CandleQuestion, *, as_json: bool) -> str:
        """Return candles of one instrument."""
        from trading_bot.bootstrap.answers.history.candles import shown_candles

        return shown_candles(settings, question, as_json=as_json)

    def history_check(self, question: HistoryQuestion, *, as_json: bool) -> tuple[str, bool]:
        """Return the quality report of folders of history, and whether all of them are sound."""
        from trading_bot.bootstrap.answers.history.soundness import quality_report

        return quality_report(question, as_json=as_json)

    def stored_history(self, settings: Settings, *, as_json: bool) -> str:
        """Return every series of the store of candles."""
        from trading_bot.bootstrap.answers.history.stored_history import stored_series

        return stored_series(settings, as_json=as_json)

    def import_history(
        self, settings: Settings, options: ImportOptions, write: Callable[[str], None]
    ) -> None:
        """Take a folder's series into the store of candles."""
        from trading_bot.bootstrap.answers.history.stored_history import import_folder

        import_folder(settings, options, write, wall_now_ms())

    def prune_history(self, settings: Settings, keep_days: int, symbols: Sequence[str]) -> str:
        """Drop old candles from the store, and say how many there were."""
        from trading_bot.bootstrap.answers.history.stored_history import prune_store

        return prune_store(settings, keep_days, symbols, wall_now_ms())

    def backup(
        self, settings: Settings, to: Path | None, keep: int | None, write: Callable[[str], None]
    ) -> None:
        """Copy the journals of all modes, check the copies, and drop older ones beyond `keep`."""
        from trading_bot.bootstrap.answers.backups import back_up_journals

        back_up_journals(settings, to, keep, write, wall_now_ms())

    def restore(self, settings: Settings, copy: Path) -> str:
        """Make a copy the journal of the mode in effect again, and say so."""
        from trading_bot.bootstrap.answers.backups import restore_journal

        return restore_journal(settings, copy, wall_now_ms())

    def check_lines(self, settings: Settings, today: date, *, is_offline: bool) -> Sequence["CheckLine"]:
        """Return the check lines that need adapters."""
        from trading_bot.bootstrap.checks.lines import check_lines
        from trading_bot.terminal.waiting import shown_waiting

        with shown_waiting("asking the broker") as progress:
            return check_lines(settings, today, is_offline=is_offline, progress=progress)

    def launch_lines(self, settings: Settings) -> Sequence["CheckLine"]:
        """Return the lines of the checklist before the first live day."""
        from trading_bot.bootstrap.checks.launch import launch_lines

        return launch_lines(settings, now_ms=wall_now_ms())
