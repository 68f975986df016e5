"""What a command gets besides its arguments."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from trading_bot.report.alert_answers import AlertAnswers
from trading_bot.report.check_line import CheckLine
from trading_bot.report.day.trade_table import TradeRow
from trading_bot.report.instrument_list import InstrumentAnswer
from trading_bot.settings.load import LoadedSettings, Places, load_settings
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


class Backend(Protocol):
    """What commands ask the composition root to do. Every verb may raise UserFacingError."""

    def run(self, settings: Settings, options: RunOptions) -> int:
        """Run the daemon to its end and return the exit code."""
        ...

    def panic_exit(self, settings: Settings, options: RunOptions, write: Callable[[str], None]) -> int:
        """Cancel everything, flatten, latch; tell each step; return the exit code."""
        ...

    def resume(self, settings: Settings) -> str:
        """Release the halts that a person has to release, and say which."""
        ...

    def pause(self, settings: Settings) -> str:
        """Have the running daemon enter nothing new, and say so."""
        ...

    def flatten(self, settings: Settings, write: Callable[[str], None]) -> int:
        """Have the running daemon enter nothing new and close its positions; return the exit code."""
        ...

    def status(self, settings: Settings) -> Mapping[str, Any]:
        """Return the status document of the running daemon, else of its database."""
        ...

    def watch(self, settings: Settings) -> int:
        """Show the running daemon on this terminal until the user quits; return the exit code."""
        ...

    def trades(self, settings: Settings, on: date | None) -> Sequence[TradeRow]:
        """Return the closed trades of one day, None for the newest session."""
        ...

    def trade_log(self, settings: Settings, on: date | None) -> str:
        """Return every fill of one day as CSV, None for the newest session."""
        ...

    def why(self, settings: Settings, question: WhyQuestion, *, as_json: bool) -> str:
        """Return why an instrument was traded at a moment, or not."""
        ...

    def metrics(self, settings: Settings, days: int, *, as_json: bool) -> str:
        """Return the operating figures of so many newest sessions."""

    def test_alerts(self, settings: Settings, text: str, level: str, channel: int | None) -> AlertAnswers:
        """Send one message to each channel of alerts, or to one."""
        ...

    def login(
        self, settings: Settings, way: LoginWay, write: Callable[[str], None], *, has_terminal: bool
    ) -> None:
        """Obtain and store the token of the day."""
        ...

    def instruments(self, settings: Settings, simulator_url: str | None) -> InstrumentAnswer:
        """Return today's instruments, from the stored list where it is fresh, or a simulator's."""
        ...

    def simulator(self, settings: Settings, options: SimulatorOptions, write: Callable[[str], None]) -> int:
        """Serve until the session is over and return the exit code."""
        ...

    def backtest(self, settings: Settings, options: BacktestOptions, write: Callable[[str], None]) -> int:
        """Test on history, write the report and return the exit code."""
        ...

    def promote(self, settings: Settings, options: PromoteOptions, write: Callable[[str], None]) -> int:
        """Judge strategies, write the verdict, and return 0 when they pass, else 1."""
        ...

    def sweep(self, settings: Settings, options: SweepOptions, write: Callable[[str], None]) -> int:
        """Play every set of numbers, record and report them, and return the exit code."""
        ...

    def walk_forward(
        self, settings: Settings, options: WalkForwardOptions, write: Callable[[str], None]
    ) -> int:
        """Choose on some days, play on the next, record and report, and return the exit code."""
        ...

    def shadow(
        self, settings: Settings, options: ShadowOptions, write: Callable[[str], None], *, as_json: bool
    ) -> int:
        """Play other settings on days that were traded, report, and return the exit code."""
        ...

    def parity(self, settings: Settings, options: ParityOptions, write: Callable[[str], None]) -> int:
        """Compare a day over the wire with its backtest, write the report and return the exit code."""
        ...

    def charges(self, question: ChargesQuestion, *, as_json: bool) -> str:
        """Return the contract note, line by line."""
        ...

    def rules(self, on: date, *, as_json: bool) -> str:
        """Return the market rules in force on a day."""
        ...

    def download(
        self, settings: Settings, options: DownloadOptions, write: Callable[[str], None], *, with_bars: bool
    ) -> int:
        """Download candles of the past into the store; return the exit code."""
        ...

    def download_market_caps(
        self, settings: Settings, tickers: Sequence[str], write: Callable[[str], None]
    ) -> int:
        """Ask what companies are worth, keep it in the store; return the exit code."""
        ...

    def market_caps(self, settings: Settings, on: date | None, *, as_json: bool) -> str:
        """Return what companies are worth, by the store, as of a day or now."""
        ...

    def candles(self, settings: Settings, question: CandleQuestion, *, as_json: bool) -> str:
        """Return candles of one instrument in the interval that is asked for."""
        ...

    def history_check(self, question: HistoryQuestion, *, as_json: bool) -> tuple[str, bool]:
        """Return the quality report of folders of history, and whether all of them are sound."""
        ...

    def stored_history(self, settings: Settings, *, as_json: bool) -> str:
        """Return every series of the store of candles."""
        ...

    def import_history(
        self, settings: Settings, options: ImportOptions, write: Callable[[str], None]
    ) -> None:
        """Take a folder's series into the store of candles."""
        ...

    def prune_history(self, settings: Settings, keep_days: int, symbols: Sequence[str]) -> str:
        """Drop old candles from the store, and say how many there were."""
        ...

    def backup(
        self, settings: Settings, to: Path | None, keep: int | None, write: Callable[[str], None]
    ) -> None:
        """Copy the journals of all modes, check the copies, and drop older ones beyond `keep`."""
        ...

    def restore(self, settings: Settings, copy: Path) -> str:
        """Make a copy the journal of the mode in effect again, and say so."""
        ...

    def check_lines(self, settings: Settings, today: date, *, is_offline: bool) -> Sequence[CheckLine]:
        """Return the check lines that need adapters: account, login, feed, calendar, running daemon.

        Offline those that need a network are told as not looked at.
        """
        ...

    def launch_lines(self, settings: Settings) -> Sequence[CheckLine]:
        """Return the lines of the checklist before the first live day."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The world as a command sees it."""

    places: Places
    backend: Backend
    write: Callable[[str], None]
    """Writes one block of lines to standard output."""
    warn: Callable[[str], None]
    """Writes one block of lines to standard error."""
    ask: Callable[[str], str] | None
    """Asks a question on the terminal; None where nobody sits at one."""
    in_colour: bool
    """Whether standard output is a terminal."""
    now_ms: Callable[[], int]

    def load(self, *, is_lenient: bool = False) -> LoadedSettings:
        """Load the settings and tell the warnings. Raises SettingsError."""
        loaded = load_settings(self.places, is_lenient=is_lenient)
        for warning in loaded.warnings:
            self.warn(f"warning: {warning}")
        return loaded
