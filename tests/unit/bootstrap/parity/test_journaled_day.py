"""Which day of a journal is compared, and with what of a folder."""

from datetime import date
from pathlib import Path

import pytest

from tests.fakes.journals_of_days import journal_of, session_of
from tests.fakes.price_folder import price_folder
from trading_bot.adapters.history import open_history
from trading_bot.bootstrap.parity.run import _told, run_parity
from trading_bot.bootstrap.parity.sides import JOURNAL, journaled_keys, parity_settings, recorded_day
from trading_bot.bootstrap.replaying.input_replay import ReplayedProcess
from trading_bot.domain.errors import HistoryError
from trading_bot.settings.options import ParityOptions
from trading_bot.settings.run import RunSettings
from trading_bot.settings.tree import Settings

MONDAY, TUESDAY = date(2024, 1, 1), date(2024, 1, 2)


@pytest.fixture
def journal(tmp_path):
    return journal_of(tmp_path / "paper.db", session_of(MONDAY), session_of(TUESDAY))


def test_the_newest_day_is_taken_unless_another_is_named(journal):
    assert recorded_day(journal, None, JOURNAL).record.on == TUESDAY
    assert recorded_day(journal, MONDAY, JOURNAL).record.on == MONDAY


def test_a_day_that_is_not_in_the_journal_is_said_with_those_that_are(journal, tmp_path):
    with pytest.raises(HistoryError, match="no day 2024-01-03 in the journal; there are 2024-01-01"):
        recorded_day(journal, date(2024, 1, 3), JOURNAL)
    with pytest.raises(HistoryError, match="no day at all in the journal; no day began in it"):
        recorded_day(journal_of(tmp_path / "young.db"), None, JOURNAL)


@pytest.mark.parametrize(
    ("symbols", "why"),
    [
        ((), "no instrument of the journal has rows on 2024-01-02"),
        (("AAA",), "none of the symbols that were"),
    ],
)
def test_a_folder_without_the_journals_instruments_is_refused(journal, tmp_path, symbols, why):
    """None of the journal's in the one, no rows of the day in the other."""
    minutes = 375 if symbols else 5 * 375
    prices = price_folder(tmp_path / "prices", minutes=minutes, AAA=1)
    settings = Settings(run=RunSettings(data_dir=tmp_path / "data"))
    options = ParityOptions(data=prices, journal=journal, symbols=symbols)

    assert journaled_keys(journal, TUESDAY) == frozenset()
    assert open_history(prices).symbols == ("AAA",)
    with pytest.raises(HistoryError, match=f"{why}.*\n  fix: give the folder that was replayed"):
        run_parity(settings, options, print, 0)


def test_every_side_slips_as_the_journaled_day_did():
    """On paper by the run's setting, in a replay by the simulator's."""
    settings = Settings()

    for name, slippage in (("paper.db", settings.run.slippage_bps), ("replay-1.db", 0)):
        found = parity_settings(settings, (), Path("data") / name)
        assert (found.run.slippage_bps, found.simulator.slippage_bps) == (slippage, slippage)
    assert settings.run.slippage_bps > 0


@pytest.mark.parametrize(
    ("changes", "is_equal", "said"),
    [
        ({}, True, "process 1: 9 inputs, 5 rows, the same journal"),
        ({"lost_rows": 1}, True, "it was killed, and the inputs of the last 1 row were lost with it"),
        ({"lost_rows": 2, "lost_close": True}, False, "INPUTS ARE MISSING: those of the last 2 rows"),
    ],
)
def test_a_log_that_ends_before_its_process_did_proves_nothing(changes, is_equal, said):
    """A killed process loses its newest inputs; one that ended the day wrote them all."""
    process = ReplayedProcess(**{"first_sequence": 1, "inputs": 9, "rows": 5, "lost_rows": 0} | changes)

    check = _told(1, process)

    assert check.is_equal is is_equal
    assert said in check.text
