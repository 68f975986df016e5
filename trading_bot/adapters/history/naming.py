"""Which instrument a file is about: an instruments file says so, or a sensible one is made.

A made instrument key has the shape of a real one but is derived from the name alone (SHA-256 in base 36), so
that the same name always gets the same key; it is not the company's ISIN.
"""

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from trading_bot.domain.errors import HistoryError
from trading_bot.domain.instrument import Instrument, InstrumentKind, OptionRight, Segment
from trading_bot.domain.money import paise
from trading_bot.domain.symbol_search import ticker_parts

INSTRUMENTS_FILE = "instruments.csv"

_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TOKEN_DIGITS = 1_000_000
_INDEX_NAMES = {
    "NIFTY": "Nifty 50",
    "NIFTY50": "Nifty 50",
    "BANKNIFTY": "Nifty Bank",
    "NIFTYBANK": "Nifty Bank",
    "FINNIFTY": "Nifty Fin Service",
    "NIFTYFINSERV": "Nifty Fin Service",
    "MIDCPNIFTY": "NIFTY MID SELECT",
    "NIFTYNXT50": "Nifty Next 50",
    "INDIAVIX": "India VIX",
}
_SHORT_WORDS = frozenset({"IT", "FMCG", "PSE", "CPSE", "MNC", "IPO", "EV"})
_YEAR_DIGITS = 4
_INTERVALS = frozenset(
    {"1s", "tick", "ticks", "1m", "1min", "minute", "5min", "15min", "30min", "60min", "day", "daily"}
)
_KNOWN_COLUMNS = (
    "name",
    "symbol",
    "instrument_key",
    "tick_size_paise",
    "lot_size",
    "freeze_quantity",
    "closing_auction_eligible",
    "expiry",
    "strike",
    "right",
    "underlying_key",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedInstrument:
    """What is known about a name before its prices are seen."""

    instrument: Instrument
    has_own_tick: bool
    """Whether the instruments file gave the tick size."""


def symbol_of(stem: str) -> str:
    """The instrument in a file name: `RELIANCE_2011_2019`, `2022_nifty_1s` without years and interval."""
    words = [word for word in stem.split("_") if word.lower() not in _INTERVALS and not _is_year(word)]
    return "_".join(words or [stem]).upper()


def _is_year(word: str) -> bool:
    return (
        word[:_YEAR_DIGITS].isdigit()
        and word[_YEAR_DIGITS:] in ("", "H1", "H2")
        and len(word) >= _YEAR_DIGITS
    )


def made_isin(symbol: str) -> str:
    """A made-up identifier shaped like an ISIN: `INE` and nine characters that the name determines."""
    number = int.from_bytes(hashlib.sha256(symbol.encode()).digest()[:8])
    digits = []
    for _ in range(9):
        number, digit = divmod(number, len(_BASE36))
        digits.append(_BASE36[digit])
    return "INE" + "".join(digits)


def made_instrument(symbol: str) -> Instrument:
    """An index where the name is that of one, else a share with a made key; `ACME.BO` is one of BSE."""
    token = str(int.from_bytes(hashlib.sha256(symbol.encode()).digest()[8:16]) % _TOKEN_DIGITS)
    plain = symbol.replace("_", "").replace(" ", "").replace("-", "")
    if plain == "SENSEX":
        return _index(Segment.BSE_INDEX, symbol, "SENSEX", token)
    if plain in _INDEX_NAMES:
        return _index(Segment.NSE_INDEX, symbol, _INDEX_NAMES[plain], token)
    if plain.startswith("NIFTY") and plain[5:].isalnum():
        rest = plain[5:]
        return _index(
            Segment.NSE_INDEX, symbol, f"Nifty {rest if rest in _SHORT_WORDS else rest.capitalize()}", token
        )
    share, exchange = ticker_parts(symbol)
    isin, segment = made_isin(share), exchange or Segment.NSE_EQ
    return Instrument(
        key=f"{segment}|{isin}",
        symbol=share,
        name=share,
        segment=segment,
        kind=InstrumentKind.EQUITY,
        isin=isin,
        exchange_token=token,
    )


def _index(segment: Segment, symbol: str, name: str, token: str) -> Instrument:
    return Instrument(
        key=f"{segment}|{name}",
        symbol=symbol,
        name=name,
        segment=segment,
        kind=InstrumentKind.INDEX,
        exchange_token=token,
    )


def read_instruments(path: Path) -> Mapping[str, NamedInstrument]:
    """Read an instruments file; empty where there is none.

    Columns: `name` (of the file, or in its symbol column) and any of `symbol`, `instrument_key`,
    `tick_size_paise`,
    `lot_size`, `freeze_quantity`, `closing_auction_eligible` (yes or no), `expiry` (YYYY-MM-DD), `strike`
    (rupees), `right` (CE or PE), `underlying_key`. Raises HistoryError that names line and column.
    """
    if not path.is_file():
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, skipinitialspace=True)
            _refuse_unknown_columns(path, list(reader.fieldnames or ()))
            return {row["name"].strip().upper(): _named(path, reader.line_num, row) for row in reader}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise HistoryError(f"{path}: not readable as CSV ({error}); save it as CSV in UTF-8") from error


def _refuse_unknown_columns(path: Path, names: list[str]) -> None:
    for name in names:
        if name not in _KNOWN_COLUMNS:
            near = get_close_matches(name, _KNOWN_COLUMNS, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else f"; known are {', '.join(_KNOWN_COLUMNS)}"
            raise HistoryError(f"{path}: line 1: unknown column '{name}'{hint}")
    if "name" not in names:
        raise HistoryError(f"{path}: line 1: column 'name' is missing; it says which file each line is about")


def _named(path: Path, line: int, row: Mapping[str, str | None]) -> NamedInstrument:
    cells = {name: text.strip() for name, text in row.items() if text and text.strip()}
    column = "name"
    try:
        made = made_instrument(cells.get("symbol", cells["name"]).upper())
        column = "instrument_key"
        with_key = _with_key(made, cells["instrument_key"]) if column in cells else made
        column = "right"
        right = OptionRight(cells["right"]) if column in cells else None
        column = "strike"
        strike = paise(cells["strike"]) if column in cells else None
        column = "expiry"
        expiry = date.fromisoformat(cells["expiry"]) if column in cells else None
        column = "tick_size_paise, lot_size or freeze_quantity"
        instrument = replace(
            with_key,
            kind=_kind(with_key.segment, right),
            tick_size=_positive(cells.get("tick_size_paise", "5")),
            lot_size=_positive(cells.get("lot_size", "1")),
            freeze_quantity=_positive(cells["freeze_quantity"]) if "freeze_quantity" in cells else None,
            closing_auction_eligible=_yes(cells.get("closing_auction_eligible", "no")),
            expiry_on=expiry,
            strike=strike,
            right=right,
            underlying_key=cells.get("underlying_key"),
        )
    except (ValueError, KeyError, ArithmeticError) as error:
        raise HistoryError(
            f"{path}: line {line}, column '{column}': {error}; see the columns' forms"
        ) from error
    return NamedInstrument(instrument=instrument, has_own_tick="tick_size_paise" in cells)


def _with_key(made: Instrument, key: str) -> Instrument:
    segment_name, _, rest = key.partition("|")
    if segment_name not in Segment.__members__ or not rest:
        raise ValueError(f"'{key}' is not SEGMENT|name with one of {', '.join(Segment.__members__)}")
    isin = rest if Segment(segment_name).is_cash else None
    return replace(made, key=key, segment=Segment(segment_name), isin=isin)


def _kind(segment: Segment, right: OptionRight | None) -> InstrumentKind:
    if segment.is_index:
        return InstrumentKind.INDEX
    if segment.is_cash:
        return InstrumentKind.EQUITY
    return InstrumentKind.FUTURE if right is None else InstrumentKind.OPTION


def _positive(text: str) -> int:
    if int(text) <= 0:
        raise ValueError(f"{text} is not above 0")
    return int(text)


def _yes(text: str) -> bool:
    if text.lower() not in ("yes", "no", "true", "false", "1", "0"):
        raise ValueError(f"closing_auction_eligible is '{text}', not yes or no")
    return text.lower() in ("yes", "true", "1")
