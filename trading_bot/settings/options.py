"""What only the command line says: the data of one run, a sweep's sets, one question about charges."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from trading_bot.backtest.sweeps.grid import Axis
from trading_bot.backtest.sweeps.policy import CASH, FEE, QUANTITY
from trading_bot.backtest.walk_forward.sampler import Pruner, Sampler
from trading_bot.domain.candles.interval import DAY, Interval
from trading_bot.domain.instrument import InstrumentKind, Product, Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What a replay replays; None leaves the choice to the program."""

    config_file: Path | None = None
    """Settings instead of config/local.toml, for a child simulator as well."""
    simulator_url: str | None = None
    """Attach to a simulator that already runs; the session's clock is the simulator's."""
    data: Path | None = None
    session_on: date | None = None
    speed: float | None = None
    """Session seconds per wall second; 0 is as fast as possible."""
    seed: int | None = None


class LoginWay(StrEnum):
    """How the token of the day is obtained."""

    BROWSER = "browser"
    """The browser's way back is caught, or pasted."""
    PASTE = "paste"
    PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorOptions:
    """How the simulator runs as a program of its own."""

    port: int
    """TCP port on loopback; 0 lets the system choose."""
    data: Path | None = None
    session_on: date | None = None
    speed: float | None = None
    seed: int | None = None
    symbols: Sequence[str] = ()
    breaker_at: time | None = None
    """When the market-wide breaker halts trading; None: not on this day."""
    token: str | None = None
    notifier_url: str | None = None
    """Where the token of an approval on the phone is sent."""
    config_file: Path | None = None
    """Settings that a child simulator is told to use; one that runs by itself has them already."""
    with_volatility: bool = False
    """Whether a generated market lists India VIX as well."""
    exit_at_close: bool = False
    until_stdin_ends: bool = False
    """Whether the program ends with whoever holds the other end of its standard input."""


class Fidelity(StrEnum):
    """How closely a backtest follows the market."""

    CANDLE = "candle"
    """Whole candles, and the worst order of their prices while something is held."""
    TICK = "tick"
    """Recorded ticks, or ticks made up inside recorded candles, through every worker of the daemon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions:
    """How thoroughly a backtest is checked."""

    is_quick: bool = False
    """Whether everything that plays days again is left out."""
    permutations: int = 19
    """Permuted markets at most."""
    cuts: int = 5
    """Moments after which the future is changed; 0: at every signal."""
    days: int = 10
    """Days that are begun with other warm-ups; 0: all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestOptions:
    """What is tested, on what."""

    data: Path
    """Folder of candles or ticks, or a store of candles."""
    symbols: tuple[str, ...] = ()
    """Names there; all of it when empty."""
    largest: int | None = None
    """Of these only so many, by market capitalisation."""
    first: date | None = None
    last: date | None = None
    fidelity: Fidelity = Fidelity.CANDLE
    seed: int = 1
    accept_defects: bool = False
    """Whether data that are not sound are taken all the same."""
    stress: str | None = None
    """The scenario of config/stress that is laid over the data."""
    checks: CheckOptions = CheckOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoteOptions:
    """What is to be promoted: a backtest that is run for it, or one that is over."""

    backtest: BacktestOptions | None = None
    report: Path | None = None
    """The folder of a report."""
    out: Path | None = None
    """Where the promotion is written, instead of the usual folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadOptions:
    """What is downloaded, and where it goes beside the store."""

    source: str
    """Yahoo or Upstox, in small letters."""
    symbols: tuple[str, ...] = ()
    """What to download; ten large companies when empty."""
    interval: Interval = DAY
    first_on: date | None = None
    """First day; without it, of days all there is from 2000, of minutes a year."""
    last_on: date | None = None
    """Last day; yesterday, without it."""
    csv_folder: Path | None = None
    """Write each series as CSV here as well."""
    keep_days: int | None = None
    """Drop candles that are older than this afterwards."""
    anew: bool = False
    """Drop what is stored of these series first."""
    or_yahoo: bool = False
    """Take from Yahoo what Upstox fails to give; days only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandleQuestion:
    """Which candles of one instrument are to be shown."""

    symbol: str
    data: Path | None = None
    """Folder or store; without it the own store."""
    interval: str | None = None
    """1m to 5h, 1d, week or month; None: as they are."""
    first_on: date | None = None
    last_on: date | None = None
    csv: Path | None = None
    """Write all of them here instead of showing the last ones."""
    rows: int = 20
    """So many of the last ones are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """Which folder's series are taken into the store, and how."""

    folder: Path
    symbols: tuple[str, ...] = ()
    """Which instruments; all when empty."""
    adjust: bool = False
    """Take splits and bonuses out of prices as traded."""
    accept_defects: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryQuestion:
    """Which folders of history, or stores, are to be checked, and against which others."""

    folders: tuple[Path, ...]
    against: tuple[Path, ...] = ()
    symbols: tuple[str, ...] = ()
    """Which instruments; all when empty."""
    first_on: date | None = None
    last_on: date | None = None
    with_notes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityOptions:
    """Which day is compared with itself."""

    data: Path | None = None
    """Folder of candles or ticks, or a store; without it only a journal's recorded inputs are replayed."""
    on: date | None = None
    """The day; without it the last one of the journal, or of the folder."""
    symbols: tuple[str, ...] = ()
    seed: int = 1
    journal: Path | None = None
    """A day that was traded already, instead of one that is played now."""
    config_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowOptions:
    """Which shadows are played, on which days."""

    names: tuple[str, ...] = ()
    """All that are configured, when empty."""
    first: date | None = None
    """The newest recorded day alone, without it."""
    last: date | None = None
    data: Path | None = None
    """Folder of candles or ticks, instead of what the daemon recorded."""
    symbols: tuple[str, ...] = ()
    """Names of the folder; all of it when empty."""
    seed: int = 1
    is_anew: bool = False
    """Whether days that are kept are played once more."""
    accept_defects: bool = False
    """Whether a folder that is not sound is taken all the same."""
    file: str = ""
    """Where the shadows are written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargesQuestion:
    """One instrument's trades of one day, of which the contract note is wanted."""

    segment: Segment
    product: Product
    kind: InstrumentKind
    on: date
    buys: tuple[str, ...]
    """Executed orders, each written as QTY@PRICE."""
    sells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedOptions:
    """Which sets of numbers are played, on what, under which policy."""

    data: Path
    """Folder of 1-minute candles, or a store."""
    strategy: str
    axes: tuple[Axis, ...]
    symbols: tuple[str, ...] = ()
    """Names there; all of it when empty."""
    largest: int | None = None
    """Of these only so many, by market capitalisation."""
    first: date | None = None
    last: date | None = None
    accept_defects: bool = False
    """Whether data that are not sound are taken all the same."""
    cash: Decimal = CASH
    fee: Decimal = FEE
    quantity: int = QUANTITY


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepOptions(PlayedOptions):
    """All of them, on all days."""

    jobs: int | None = None
    """Processes; None: one for each core."""
    scheduler: str | None = None
    """The address of a Dask scheduler whose workers play instead."""
    top: int = 20
    """Sets that the terminal shows."""
    is_anew: bool = False
    """Whether sets are played once more that an interrupted run has played."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkForwardOptions(PlayedOptions):
    """Chosen on some days, played on others."""

    train: int | None = None
    """Trading days; with `test`, for walking forward."""
    test: int | None = None
    folds: int | None = None
    """Parts of a purged cross-validation, instead."""
    embargo: float = 0.0
    """The share of the days that is left out after the test of a fold."""
    gap: int = 0
    """Days between the two that neither sees."""
    anchored: bool = False
    sampler: Sampler = Sampler.TPE
    pruner: Pruner = Pruner.NONE
    trials: int = 100
    """Sets of each window."""
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyQuestion:
    """What `why` is asked."""

    symbol: str
    on: date | None = None
    """None for the newest session."""
    until: time | None = None
    """The moment that is meant; None for the newest."""
    is_whole_minute: bool = False
    """Whether `until` names a minute, whose end is meant."""
