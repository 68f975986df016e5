import pytest

from trading_bot.adapters.history.origin import origin_of, universe_of
from trading_bot.domain.errors import HistoryError
from trading_bot.domain.rules.provenance import Adjustment, Universe


def test_a_folder_says_how_its_shares_were_chosen(tmp_path):
    assert universe_of(tmp_path) is Universe.UNKNOWN
    (tmp_path / "provenance.toml").write_text('adjustment = "splits"\n')
    assert universe_of(tmp_path) is Universe.UNKNOWN
    (tmp_path / "provenance.toml").write_text('universe = "survivors"\n')
    assert universe_of(tmp_path) is Universe.SURVIVORS
    assert origin_of(tmp_path).adjustment is Adjustment.UNKNOWN


def test_a_choice_that_nobody_knows_is_an_error_that_names_those_there_are(tmp_path):
    (tmp_path / "provenance.toml").write_text('universe = "all"\n')

    with pytest.raises(HistoryError, match="universe as one of complete, survivors, unknown"):
        universe_of(tmp_path)
