"""Finding an instrument by whatever its user calls it: symbol, key, or a ticker such as RELIANCE.NS."""

from collections.abc import Iterable
from difflib import get_close_matches

from trading_bot.domain.errors import UnknownInstrumentError
from trading_bot.domain.instrument import Instrument, Segment

_TICKER_SEGMENTS = {".NS": Segment.NSE_EQ, ".BO": Segment.BSE_EQ}
_PREFIX_SEGMENTS = {"NSE:": Segment.NSE_EQ, "BSE:": Segment.BSE_EQ}
_INDEX_NAMES = {
    "NIFTY": "NSE_INDEX|Nifty 50",
    "NIFTY50": "NSE_INDEX|Nifty 50",
    "^NSEI": "NSE_INDEX|Nifty 50",
    "BANKNIFTY": "NSE_INDEX|Nifty Bank",
    "^NSEBANK": "NSE_INDEX|Nifty Bank",
    "FINNIFTY": "NSE_INDEX|Nifty Fin Service",
    "INDIAVIX": "NSE_INDEX|India VIX",
    "^INDIAVIX": "NSE_INDEX|India VIX",
    "SENSEX": "BSE_INDEX|SENSEX",
    "^BSESN": "BSE_INDEX|SENSEX",
}
_SEGMENT_ORDER = (
    Segment.NSE_EQ,
    Segment.NSE_INDEX,
    Segment.BSE_EQ,
    Segment.BSE_INDEX,
    Segment.NSE_FO,
    Segment.BSE_FO,
)
_SUGGESTIONS_MAX = 5
_SIMILARITY_MIN = 0.6


class InstrumentLookup:
    """Answers names with instruments; a name on both exchanges means NSE unless it says otherwise."""

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        self._by_key: dict[str, Instrument] = {}
        self._by_symbol: dict[Segment, dict[str, Instrument]] = {segment: {} for segment in Segment}
        for instrument in instruments:
            self._by_key[instrument.key] = instrument
            symbols = self._by_symbol[instrument.segment]
            symbols.setdefault(_plain(instrument.symbol), instrument)
            if instrument.segment.is_index:
                symbols.setdefault(_plain(instrument.name), instrument)

    def by_key(self, instrument_key: str) -> Instrument | None:
        """Return the instrument of a key, or None."""
        return self._by_key.get(instrument_key)

    def find(self, name: str) -> Instrument:
        """Return what the name means. Raises UnknownInstrumentError naming the closest matches."""
        found = self._by_key.get(name.strip()) or self._by_name(_plain(name))
        if found is None:
            raise UnknownInstrumentError(self._explanation(name))
        return found

    def contracts(self, underlying_key: str) -> tuple[Instrument, ...]:
        """Return the futures and options on an instrument."""
        return tuple(
            instrument
            for instrument in self._by_key.values()
            if instrument.underlying_key == underlying_key and instrument.segment.is_derivatives
        )

    def _by_name(self, plain: str) -> Instrument | None:
        for ending, segment in _TICKER_SEGMENTS.items():
            if plain.endswith(ending):
                return self._by_symbol[segment].get(plain.removesuffix(ending))
        for prefix, segment in _PREFIX_SEGMENTS.items():
            if plain.startswith(prefix):
                return self._by_symbol[segment].get(plain.removeprefix(prefix))
        index = self._by_key.get(_INDEX_NAMES.get(plain, ""))
        if index is not None:
            return index
        found = (self._by_symbol[segment].get(plain) for segment in _SEGMENT_ORDER)
        return next((instrument for instrument in found if instrument is not None), None)

    def _explanation(self, name: str) -> str:
        close = self._similar(_plain(name).removesuffix(".NS").removesuffix(".BO"))
        hint = f"did you mean {', '.join(close)}?" if close else "check the spelling in the instruments file"
        return f"there is no instrument {name!r}: {hint}"

    def _similar(self, plain: str) -> list[str]:
        # Shares and indices first: among tens of thousands of option names something always looks alike.
        for segments in (_SEGMENT_ORDER[:4], _SEGMENT_ORDER[4:]):
            known = {
                symbol: row.symbol for segment in segments for symbol, row in self._by_symbol[segment].items()
            }
            candidates = [symbol for symbol in known if symbol[:1] == plain[:1]]
            close = get_close_matches(plain, candidates, _SUGGESTIONS_MAX, _SIMILARITY_MIN)
            if close:
                return list(dict.fromkeys(known[symbol] for symbol in close))
        return []


def _plain(name: str) -> str:
    """Return the name as it is compared: upper case, without spaces."""
    return "".join(name.upper().split())
