import pytest

from trading_bot.adapters.history.naming import made_instrument, made_isin, symbol_of
from trading_bot.domain.instrument import Segment


@pytest.mark.parametrize(
    ("stem", "symbol"),
    [
        ("RELIANCE", "RELIANCE"),
        ("M&M", "M&M"),
        ("RELIANCE_2011_2019", "RELIANCE"),
        ("2022_nifty_1s", "NIFTY"),
        ("INDIAVIX_2015_2025H1", "INDIAVIX"),
        ("NIFTY_AUTO", "NIFTY_AUTO"),
        ("2024", "2024"),
    ],
)
def test_a_file_name_gives_the_symbol(stem, symbol):
    assert symbol_of(stem) == symbol


def test_made_isins_look_real_and_differ():
    made = {made_isin(f"SHARE{number}") for number in range(500)}

    assert len(made) == 500
    assert all(len(isin) == 12 and isin.startswith("INE") and isin.isalnum() for isin in made)


@pytest.mark.parametrize(
    ("symbol", "segment"),
    [
        ("BANKNIFTY", Segment.NSE_INDEX),
        ("NIFTY50", Segment.NSE_INDEX),
        ("SENSEX", Segment.BSE_INDEX),
        ("TCS", Segment.NSE_EQ),
    ],
)
def test_the_name_decides_the_segment(symbol, segment):
    assert made_instrument(symbol).segment is segment
