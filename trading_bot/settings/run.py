"""Settings of the run as a whole."""

from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from pydantic import Field

from trading_bot.domain.section import BasisPoints, Section
from trading_bot.risk.ramp.settings import RampSettings


class Mode(StrEnum):
    """Which clock, feed, broker and journal stand behind the engine."""

    LIVE = "live"
    PAPER = "paper"
    ALERTS = "alerts"
    REPLAY = "replay"


class RunSettings(Section):
    """What runs, on what, and where its files go."""

    mode: Mode | None = None
    """live, paper, alerts or replay; without it, paper where there are credentials, else replay."""
    live_trading: bool = False
    """The second half of the opt-in to real orders: mode live needs LIVE_TRADING=yes as well."""
    symbols: tuple[str, ...] = ()
    """What to trade, for example ["RELIANCE.NS", "TCS"]; when empty, all that the data has
    (replay) or default_symbol."""
    default_symbol: str = Field(default="RELIANCE.NS", min_length=1, max_length=64)
    """What is traded when no symbols are named."""
    reference_indices: tuple[str, ...] = ("NSE_INDEX|Nifty 50",)
    """Indices that are watched beside the symbols and never traded: they tick every second, so the feed
    does not seem dead while the symbols are quiet. Keys or symbols; none: []."""
    strategies: tuple[str, ...] = Field(default=("confluence",), min_length=1)
    """Strategies that run together: names of entry points, or module:Class."""
    slippage_bps: BasisPoints = Decimal("0.5")
    """Basis points (hundredths of a percent) that simulated fills are worse than the market."""
    exit_after_close: bool = False
    """Whether the daemon ends after the session's report instead of idling until the next session."""
    warm_up_from_store: bool = False
    """Whether indicators open on the minutes that `download --source upstox --interval 1m` has stored, as
    far as the broker's newest day agrees with them; the broker is asked for the rest."""
    days_folder: Path | None = None
    """Daily candles for strategies that look at whole days, of the store (data/history.db#1d) or of a folder
    (data/raw): used for the days before those that the data or the broker have themselves."""
    data_dir: Path = Path("data")
    """Folder of journals, reports and the token."""

    @property
    def history_store(self) -> Path:
        """The store of downloaded and imported candles."""
        return self.data_dir / "history.db"

    @property
    def chosen_symbols(self) -> tuple[str, ...]:
        """What is traded on the real market."""
        return self.symbols or (self.default_symbol,)


class LiveSettings(Section):
    """What mode live demands before it begins."""

    require_promotion: bool = False
    """Whether mode live refuses to start while an enabled strategy has no promotion that holds
    (`python main.py promote`); without it, it only warns."""
    ramp: RampSettings = RampSettings()
