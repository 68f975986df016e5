"""What only the command line says: the data of one run, the simulator's place, one question about charges."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

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
    token: str | None = None
    config_file: Path | None = None
    """Settings that a child simulator is told to use; one that runs by itself has them already."""
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
class BacktestOptions:
    """What is tested, on what."""

    data: Path
    """Folder of candles or ticks."""
    symbols: tuple[str, ...] = ()
    """Names of the folder; all of it when empty."""
    first: date | None = None
    last: date | None = None
    fidelity: Fidelity = Fidelity.CANDLE
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityOptions:
    """Which day is compared with itself."""

    data: Path | None = None
    """Folder of candles or ticks; without it only the recorded inputs of a journal are replayed."""
    on: date | None = None
    """The day; without it the last one of the journal, or of the folder."""
    symbols: tuple[str, ...] = ()
    seed: int = 1
    journal: Path | None = None
    """A day that was traded already, instead of one that is played now."""
    config_file: Path | None = None


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
