"""The shares that a generated market lists: well-known names at plausible prices, with made-up keys."""

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import NamedTuple

from trading_bot.adapters.history.naming import made_instrument
from trading_bot.domain.errors import UnknownInstrumentError
from trading_bot.domain.instrument import Instrument
from trading_bot.simulator.market.seeds import generator_for

INDEX_SYMBOL = "NIFTY"
VOLATILITY_SYMBOL = "INDIAVIX"
INDEX_LEVEL = 2_580_000
"""Where the generated index begins, in hundredths of a point."""
USUAL_VOLATILITY = 1_350
"""Around which the generated volatility index wanders, in hundredths of a point."""
DEFAULT_COUNT = 10


class Listing(NamedTuple):
    """What a share is like before a day is made for it."""

    instrument: Instrument
    price: int
    """Paise, about where its history begins."""
    units_per_day: int
    volatility: float
    """Standard deviation of a day's return."""
    beta: float
    """How much of the market's move it follows."""


_KNOWN = (
    ("RELIANCE", "Reliance Industries", 1_420, 11_000_000, 0.013, 1.05),
    ("HDFCBANK", "HDFC Bank", 985, 16_000_000, 0.011, 1.00),
    ("ICICIBANK", "ICICI Bank", 1_370, 9_500_000, 0.012, 1.10),
    ("INFY", "Infosys", 1_510, 6_500_000, 0.015, 0.80),
    ("TCS", "Tata Consultancy Services", 3_060, 2_600_000, 0.013, 0.75),
    ("SBIN", "State Bank of India", 910, 12_000_000, 0.015, 1.20),
    ("BHARTIARTL", "Bharti Airtel", 2_040, 5_200_000, 0.013, 0.85),
    ("AXISBANK", "Axis Bank", 1_240, 7_800_000, 0.015, 1.20),
    ("TATASTEEL", "Tata Steel", 178, 32_000_000, 0.018, 1.30),
    ("MARUTI", "Maruti Suzuki India", 15_600, 420_000, 0.014, 0.90),
    ("ITC", "ITC", 408, 14_000_000, 0.010, 0.60),
    ("LT", "Larsen & Toubro", 3_980, 1_900_000, 0.013, 1.10),
    ("KOTAKBANK", "Kotak Mahindra Bank", 2_120, 3_100_000, 0.012, 0.95),
    ("HINDUNILVR", "Hindustan Unilever", 2_440, 1_500_000, 0.011, 0.50),
    ("BAJFINANCE", "Bajaj Finance", 1_040, 7_200_000, 0.017, 1.25),
    ("SUNPHARMA", "Sun Pharmaceutical", 1_720, 2_300_000, 0.012, 0.55),
    ("M&M", "Mahindra & Mahindra", 3_620, 2_400_000, 0.016, 1.15),
    ("NTPC", "NTPC", 334, 11_000_000, 0.013, 0.85),
    ("WIPRO", "Wipro", 244, 9_000_000, 0.015, 0.80),
    ("TITAN", "Titan Company", 3_780, 1_100_000, 0.014, 0.85),
)
_SYMBOL_LENGTH_MAX = 20
_LOOKALIKE = 0.75


def listings(symbols: Sequence[str] | None, *, with_auction: bool = True) -> tuple[Listing, ...]:
    """The shares asked for, in that order; the first ten well-known ones when none is named.

    A name that is not well known gets a price, a volume and a temper that the name determines. Raises
    UnknownInstrumentError for what cannot be a share's name.
    """
    names = list(dict.fromkeys(symbols)) if symbols else [row[0] for row in _KNOWN[:DEFAULT_COUNT]]
    known = {row[0]: row for row in _KNOWN}
    made = []
    for symbol in names:
        instrument = _share(symbol, with_auction=with_auction)
        if symbol in known:
            _, name, rupees, units, volatility, beta = known[symbol]
            made.append(Listing(replace(instrument, name=name), rupees * 100, units, volatility, beta))
        else:
            made.append(_unknown(instrument))
    return tuple(made)


def require_listable(symbols: Sequence[str]) -> None:
    """Raise UnknownInstrumentError for a name that a generated market does not take."""
    refuse_misspelt(symbols)
    listings(symbols)


def refuse_misspelt(symbols: Sequence[str]) -> None:
    """Raise UnknownInstrumentError for a name that is not well known and looks like one that is.

    Any other name is made up on purpose.
    """
    known = [row[0] for row in _KNOWN]
    for symbol in symbols:
        alike = [] if symbol in known else get_close_matches(symbol, known, cutoff=_LOOKALIKE)
        if alike:
            raise UnknownInstrumentError(
                f"symbol '{symbol}' is not in the generated market: did you mean {', '.join(alike)}? "
                "A name that looks like none of its own is made up"
            )


def _share(symbol: str, *, with_auction: bool) -> Instrument:
    instrument = made_instrument(symbol)
    if not symbol or symbol != symbol.upper() or len(symbol) > _SYMBOL_LENGTH_MAX or not symbol[0].isalnum():
        raise UnknownInstrumentError(
            f"symbol '{symbol}': generated shares need names in capitals, such as RELIANCE"
        )
    if instrument.kind.value == "index":
        raise UnknownInstrumentError(
            f"symbol '{symbol}' names an index; the generated market has {INDEX_SYMBOL} anyway"
        )
    return replace(instrument, closing_auction_eligible=with_auction)


def _unknown(instrument: Instrument) -> Listing:
    rng = generator_for(0, instrument.symbol, "listing")
    rupees = float(rng.lognormal(6.6, 0.9))
    turnover_rupees = float(rng.lognormal(21.5, 0.7))
    return Listing(
        instrument,
        int(min(max(rupees, 40), 9_000) * 100),
        int(turnover_rupees / rupees),
        float(rng.uniform(0.011, 0.020)),
        float(rng.uniform(0.5, 1.3)),
    )


def index_listing() -> Listing:
    """The index that is published beside the shares; it is the market factor itself."""
    instrument = replace(made_instrument(INDEX_SYMBOL), name="Nifty 50")
    return Listing(instrument, INDEX_LEVEL, 0, 0.008, 1.0)


def volatility_listing() -> Listing:
    """India VIX: no share of the market's move, but an answer to it."""
    instrument = replace(made_instrument(VOLATILITY_SYMBOL), name="India VIX")
    return Listing(instrument, USUAL_VOLATILITY, 0, 0.05, 0.0)
