import pytest

from tests.fakes.scripted_market import CALL, NIFTY, RELIANCE, at
from trading_bot.domain.instrument import Segment
from trading_bot.simulator.server import wire


def test_times_are_written_in_india():
    assert wire.text_time(at("09:15:01")) == "2026-11-19 09:15:01"
    assert wire.iso_time(at("09:15:01")) == "2026-11-19T09:15:01+05:30"
    assert wire.iso_time(at("09:15:01") + 7) == "2026-11-19T09:15:01.007+05:30"


@pytest.mark.parametrize(
    ("segment", "name"), [(Segment.NSE_FO, "NFO"), (Segment.BSE_FO, "BFO"), (Segment.NSE_EQ, "NSE")]
)
def test_exchanges_have_their_rest_names(segment, name):
    assert wire.exchange_of(segment) == name


def test_quote_keys_and_symbols():
    assert wire.quote_key(NIFTY) == "NSE_INDEX:Nifty 50"
    assert wire.quote_key(RELIANCE) == "NSE_EQ:RELIANCE"
    assert wire.book_symbol(RELIANCE) == "RELIANCE-EQ"
    assert wire.book_symbol(CALL) == "NIFTY 26000 CE 01 DEC 26"
