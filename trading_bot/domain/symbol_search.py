"""Finds the instrument that a person means by a name, a ticker with a suffix, or an instrument key."""

import difflib
from collections.abc import Iterable, Sequence

from trading_bot.domain.errors import UnknownInstrumentError
from trading_bot.domain.instrument import Instrument, InstrumentKind, Segment

_SUFFIXES = {".NS": Segment.NSE_EQ, ".BO": Segment.BSE_EQ, ".NSE": Segment.NSE_EQ, ".BSE": Segment.BSE_EQ}
_SUGGESTIONS = 5
_SEGMENT_RANK = {segment: rank for rank, segment in enumerate(Segment)}


def symbol_of_ticker(ticker: str) -> str:
    """The symbol of a ticker such as RELIANCE.NS; those of other exchanges keep their suffix."""
    symbol, segment = ticker_parts(ticker)
    return symbol if segment in (None, Segment.NSE_EQ) else ticker.strip().upper()


def ticker_parts(text: str) -> tuple[str, Segment | None]:
    """The symbol of a ticker, and the segment that its suffix names; None where it has none."""
    symbol = text.strip().upper()
    for suffix, segment in _SUFFIXES.items():
        if symbol.endswith(suffix):
            return symbol.removesuffix(suffix), segment
    return symbol, None


def find_instrument(text: str, instruments: Sequence[Instrument]) -> Instrument:
    """The one instrument that is meant: an instrument key, a symbol, or a ticker such as RELIANCE.NS.

    A bare symbol means the NSE share, then the BSE share, then derivatives and indices. Raises
    UnknownInstrumentError with the most alike symbols.
    """
    symbol, segment = ticker_parts(text)
    named = [
        row
        for row in instruments
        if text.strip() == row.key
        or (row.symbol.upper() == symbol and (segment is None or row.segment is segment))
    ]
    if named:
        return min(named, key=_rank)
    suggestions = suggested_symbols(symbol, instruments)
    hint = (
        f"did you mean {', '.join(suggestions)}?" if suggestions else "`instruments PART` searches the list"
    )
    raise UnknownInstrumentError(f"no instrument goes by {text!r} among {len(instruments)}: {hint}")


def matching_instruments(text: str, instruments: Iterable[Instrument]) -> tuple[Instrument, ...]:
    """Every instrument whose key, symbol or name contains the text: exact symbols first, then beginnings."""
    symbol, segment = ticker_parts(text)
    found = [
        row
        for row in instruments
        if (segment is None or row.segment is segment)
        and (symbol in row.symbol.upper() or symbol in row.name.upper() or text.strip() in row.key)
    ]
    return tuple(sorted(found, key=lambda row: (_closeness(symbol, row), *_rank(row))))


def suggested_symbols(symbol: str, instruments: Iterable[Instrument]) -> tuple[str, ...]:
    """Symbols that look alike, most alike first."""
    symbols = {row.symbol.upper(): row.symbol for row in instruments}
    close = difflib.get_close_matches(symbol, symbols, n=_SUGGESTIONS, cutoff=0.6)
    return tuple(symbols[match] for match in close)


def _rank(row: Instrument) -> tuple[bool, int, str]:
    return (row.kind is not InstrumentKind.EQUITY, _SEGMENT_RANK[row.segment], row.symbol)


def _closeness(symbol: str, row: Instrument) -> int:
    if row.symbol.upper() == symbol:
        return 0
    return 1 if row.symbol.upper().startswith(symbol) else 2
