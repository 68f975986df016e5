import pytest

from trading_bot.domain.errors import UnknownInstrumentError
from trading_bot.domain.instrument import Instrument, InstrumentKind, Segment
from trading_bot.domain.symbol_search import find_instrument, matching_instruments, symbol_of_ticker


def share(symbol, name, segment=Segment.NSE_EQ, kind=InstrumentKind.EQUITY):
    return Instrument(key=f"{segment}|{symbol}", symbol=symbol, name=name, segment=segment, kind=kind)


ROWS = (
    share("RELIANCE", "RELIANCE INDUSTRIES", Segment.BSE_EQ),
    share("RELIANCE", "RELIANCE INDUSTRIES"),
    share("RELINFRA", "RELIANCE INFRASTRUCTURE"),
    share("RELIANCE", "RELIANCE FUTURE", Segment.NSE_FO, InstrumentKind.FUTURE),
    share("TCS", "TATA CONSULTANCY"),
)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("RELIANCE", "NSE_EQ|RELIANCE"),
        ("reliance.ns", "NSE_EQ|RELIANCE"),
        ("RELIANCE.BO", "BSE_EQ|RELIANCE"),
        ("NSE_FO|RELIANCE", "NSE_FO|RELIANCE"),
    ],
)
def test_a_name_means_one_instrument(text, key):
    assert find_instrument(text, ROWS).key == key


def test_an_unknown_name_brings_suggestions():
    with pytest.raises(UnknownInstrumentError, match="did you mean RELIANCE"):
        find_instrument("RELAINCE", ROWS)


def test_a_name_unlike_everything_brings_the_search():
    with pytest.raises(UnknownInstrumentError, match="searches the list"):
        find_instrument("QQQQQQ", ROWS)


def test_search_puts_exact_symbols_before_beginnings_before_names():
    found = matching_instruments("rel", ROWS)

    assert [row.key for row in found[:3]] == ["NSE_EQ|RELIANCE", "NSE_EQ|RELINFRA", "BSE_EQ|RELIANCE"]
    assert matching_instruments("TCS", ROWS) == (ROWS[4],)
    assert matching_instruments("CONSULT", ROWS) == (ROWS[4],)


def test_a_ticker_of_nse_is_stored_without_its_suffix_and_one_of_bse_with_it():
    assert [symbol_of_ticker(name) for name in ("acme.ns", "ACME.BO", "acme")] == ["ACME", "ACME.BO", "ACME"]
