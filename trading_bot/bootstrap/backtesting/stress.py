"""Stressed copies of a folder: a scenario laid over its candles, to be played like any other folder."""

import json
import tomllib
from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from shutil import copyfile, rmtree

import numpy as np
import pandas as pd
from pydantic import ValidationError

from trading_bot.adapters.history import PriceHistory, open_warm_up
from trading_bot.adapters.history.origin import PROVENANCE_FILE, universe_of
from trading_bot.backtest.stress.lay import laid_over
from trading_bot.backtest.stress.scenario import Days, Scenario
from trading_bot.domain.candles.arrays import UNKNOWN, CandleArrays
from trading_bot.domain.errors import SettingsError
from trading_bot.domain.money import PAISE_PER_RUPEE

STRESS_FOLDER = Path(__file__).resolve().parents[3] / "config" / "stress"
"""The scenarios that come with the project."""
_INSTRUMENTS = "instruments.csv"
_EARLIEST = date(1900, 1, 1)


def scenario_names(folder: Path = STRESS_FOLDER) -> tuple[str, ...]:
    """Every scenario that there is."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


def load_scenario(name: str, folder: Path = STRESS_FOLDER) -> Scenario:
    """Read a scenario by its name. Raises SettingsError for one that is not there, or does not fit."""
    path, names = folder / f"{name}.toml", scenario_names(folder)
    if name not in names:
        close = get_close_matches(name, names)
        hint = f"did you mean {' or '.join(close)}?" if close else f"there are: {', '.join(names)}"
        raise SettingsError(f"--stress {name}: no such scenario in {folder}; {hint}")
    try:
        return Scenario.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: broken TOML: {error}") from error
    except ValidationError as error:
        wrong = error.errors()[0]
        key = ".".join(map(str, wrong["loc"]))
        raise SettingsError(f"{path}: {key}: {wrong['msg']}; it is {wrong['input']!r}") from error


def stressed_folder(
    folder: PriceHistory, symbols: Sequence[str], days: Sequence[date], scenario: Scenario, into: Path
) -> Path:
    """Write what some symbols would have been on days to be played, the days before as they were.

    A folder that is there already is replaced.
    """
    chosen = days[-1:] if scenario.days is Days.LAST else days
    warm_up = open_warm_up(folder)
    if into.exists():
        rmtree(into)
    into.mkdir(parents=True)
    for symbol in symbols:
        tick_size = folder.instrument(symbol, days[-1]).tick_size
        candles = warm_up.candles(symbol, _EARLIEST, days[-1])
        write_candles(into / f"{symbol}.parquet", laid_over(candles, scenario, chosen, tick_size))
    _state_origin(folder, symbols[0], into)
    if (folder.path / _INSTRUMENTS).is_file():
        copyfile(folder.path / _INSTRUMENTS, into / _INSTRUMENTS)
    return into


def _state_origin(folder: PriceHistory, symbol: str, into: Path) -> None:
    """Say in the copy what it is, so that nobody takes it for the market, wherever it is played from."""
    origin = folder.origin(symbol)
    stated = {
        "source": origin.source,
        "adjustment": origin.adjustment.value,
        "universe": universe_of(folder.path).value,
        "note": origin.note,
        "stress": into.name,
    }
    # JSON's strings are TOML's
    lines = (f"{key} = {json.dumps(value)}\n" for key, value in stated.items())
    (into / PROVENANCE_FILE).write_text("".join(lines), encoding="utf-8")


def write_candles(path: Path, candles: CandleArrays) -> None:
    """Write candles as a file of a folder of history."""
    names = ("open", "high", "low", "close")
    columns: dict[str, object] = {
        "ts": pd.to_datetime(candles.start_ms, unit="ms", utc=True).tz_convert("Asia/Kolkata")
    }
    columns |= {name: prices / PAISE_PER_RUPEE for name, prices in zip(names, candles[1:5], strict=True)}
    columns["volume"] = np.where(candles.volume == UNKNOWN, np.nan, candles.volume)
    pd.DataFrame(columns).to_parquet(path, index=False)
