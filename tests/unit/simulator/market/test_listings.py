import pytest

from trading_bot.domain.errors import UnknownInstrumentError
from trading_bot.simulator.market.listings import refuse_misspelt, require_listable


@pytest.mark.parametrize("symbol", ["SBNI", "RELIANC", "INFOSY"])
def test_a_name_that_looks_like_a_known_one_is_refused_with_it(symbol):
    with pytest.raises(UnknownInstrumentError, match=f"'{symbol}'.*did you mean"):
        refuse_misspelt(["TCS", symbol])


def test_known_names_and_names_of_ones_own_are_taken():
    refuse_misspelt(["SBIN", "ZZTEST", "MYSHARE"])


@pytest.mark.parametrize("symbol", ["RELIANC", "reliance", "NIFTY"])
def test_what_a_generated_market_does_not_take_is_refused_before_it_is_made(symbol):
    require_listable(["SBIN"])

    with pytest.raises(UnknownInstrumentError, match=f"'{symbol}'"):
        require_listable(["SBIN", symbol])
