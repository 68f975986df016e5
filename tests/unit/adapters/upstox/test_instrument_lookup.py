from datetime import date

import pytest

from trading_bot.adapters.upstox.instrument_lookup import InstrumentLookup
from trading_bot.adapters.upstox.instruments import rows_of_file
from trading_bot.domain.errors import UnknownInstrumentError
from trading_bot.domain.instrument import Instrument, InstrumentKind, OptionRight, Segment


def share(symbol, segment=Segment.NSE_EQ):
    return Instrument(
        key=f"{segment}|{symbol}", symbol=symbol, name=symbol, segment=segment, kind=InstrumentKind.EQUITY
    )


def index(key, symbol):
    return Instrument(
        key=key, symbol=symbol, name=symbol, segment=Segment.NSE_INDEX, kind=InstrumentKind.INDEX
    )


OPTION = Instrument(
    key="NSE_FO|50001",
    symbol="NIFTY 26000 CE 01 DEC 26",
    name="NIFTY",
    segment=Segment.NSE_FO,
    kind=InstrumentKind.OPTION,
    strike=2_600_000,
    right=OptionRight.CALL,
    expiry_on=date(2026, 12, 1),
    underlying_key="NSE_INDEX|Nifty 50",
)
LOOKUP = InstrumentLookup(
    [
        share("RELIANCE", Segment.BSE_EQ),
        share("RELIANCE"),
        share("M&M"),
        share("BSEONLY", Segment.BSE_EQ),
        index("NSE_INDEX|Nifty 50", "NIFTY"),
        index("NSE_INDEX|Nifty Bank", "BANKNIFTY"),
        OPTION,
    ]
)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("RELIANCE", "NSE_EQ|RELIANCE"),
        (" reliance ", "NSE_EQ|RELIANCE"),
        ("RELIANCE.NS", "NSE_EQ|RELIANCE"),
        ("RELIANCE.BO", "BSE_EQ|RELIANCE"),
        ("NSE:RELIANCE", "NSE_EQ|RELIANCE"),
        ("BSE:RELIANCE", "BSE_EQ|RELIANCE"),
        ("BSE_EQ|RELIANCE", "BSE_EQ|RELIANCE"),
        ("BSEONLY", "BSE_EQ|BSEONLY"),
        ("m&m", "NSE_EQ|M&M"),
        ("NIFTY", "NSE_INDEX|Nifty 50"),
        ("nifty 50", "NSE_INDEX|Nifty 50"),
        ("^NSEI", "NSE_INDEX|Nifty 50"),
        ("BANKNIFTY", "NSE_INDEX|Nifty Bank"),
        ("NIFTY 26000 CE 01 DEC 26", "NSE_FO|50001"),
        ("nifty26000ce01dec26", "NSE_FO|50001"),
    ],
)
def test_name_finds_its_instrument(name, key):
    assert LOOKUP.find(name).key == key


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [("RELIANSE", "RELIANCE"), ("RELIANC.NS", "RELIANCE"), ("NIFTY 26000 PE 01 DEC 26", "NIFTY 26000 CE")],
)
def test_unknown_name_is_answered_with_close_ones(name, suggestion):
    with pytest.raises(UnknownInstrumentError, match=suggestion):
        LOOKUP.find(name)


@pytest.mark.parametrize("name", ["", "ZZZZZ", "BSEONLY.NS", "NSE_EQ|GONE"])
def test_name_without_likeness_says_so(name):
    with pytest.raises(UnknownInstrumentError, match="no instrument"):
        LOOKUP.find(name)


def test_key_that_is_unknown_is_none():
    assert LOOKUP.by_key("NSE_EQ|GONE") is None


def test_contracts_of_an_underlying_are_found():
    assert LOOKUP.contracts("NSE_INDEX|Nifty 50") == (OPTION,)


def test_real_names_are_found(shared_data):
    body = (shared_data / "instruments" / "upstox_NSE_2025-02-10.json.gz").read_bytes()
    lookup = InstrumentLookup(rows_of_file(body, "NSE").instruments)

    assert lookup.find("RELIANCE.NS").isin == "INE002A01018"
    assert lookup.find("NIFTY").key == "NSE_INDEX|Nifty 50"
    assert lookup.find("BANKNIFTY").key == "NSE_INDEX|Nifty Bank"
    assert lookup.find("FINNIFTY").key == "NSE_INDEX|Nifty Fin Service"
    with pytest.raises(UnknownInstrumentError, match="RELIANCE"):
        lookup.find("RELIENCE")
