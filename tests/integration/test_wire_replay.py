"""A whole session over the broker's wire, each program in a process of its own, as a user runs it."""

from datetime import timedelta

import pytest

from tests.acceptance.kills import Kills
from tests.acceptance.programs import Daemon, latest_summary, summary_problems
from tests.fakes.short_session import BUSY, BUSY_ENVIRONMENT, DIWALI
from trading_bot.bootstrap.replaying.input_replay import InputReplay
from trading_bot.domain.ist import datetime_of
from trading_bot.settings.tree import Settings
from trading_bot.simulator.market.day_plan import plan_of
from trading_bot.simulator.market.generated import DEFAULT_DAY, GeneratedMarket

SHARES = ("TATASTEEL", "MARUTI")
SYMBOLS = ("--symbols", ",".join(SHARES))
HISTORY_DAYS = 30
RECORDED = {"TRADING_BOT__ENGINE__RECORD_INPUTS": "true"}


@pytest.fixture
def folder(tmp_path_factory):
    """A folder with a short name: the daemon's socket lies in it, and the system limits its path."""
    return tmp_path_factory.mktemp("run")


@pytest.fixture
def candles(tmp_path, market_rules):
    """A folder of 1-minute candles: played back, they make fewer ticks than a generated day."""
    market = GeneratedMarket(plan_of(market_rules.calendar, DEFAULT_DAY), symbols=SHARES, with_index=False)
    first = DEFAULT_DAY - timedelta(days=HISTORY_DAYS)
    for instrument in market.instruments:
        earlier = market.history(instrument.key, first, DEFAULT_DAY)
        rows = [*earlier, *market.day_candles(instrument.key).candles()]
        lines = (
            f"{datetime_of(row.start_ms).isoformat()},{row.open / 100},{row.high / 100},"
            f"{row.low / 100},{row.close / 100},{row.volume}"
            for row in rows
        )
        text = "\n".join(("ts,open,high,low,close,volume", *lines))
        (tmp_path / f"{instrument.symbol}.csv").write_text(text)
    return tmp_path


def test_a_session_over_the_wire_ends_well_and_its_inputs_replay_to_its_journal(folder):
    """Of an hour; one of ordinary length is in the next test, and in `make acceptance`."""
    daemon = Daemon(folder, (*SYMBOLS, "--date", str(DIWALI)), RECORDED | BUSY_ENVIRONMENT)
    code = daemon.end(timeout_s=200)
    words = daemon.words()
    assert code == 0, words

    summary = latest_summary(folder)
    (database,) = (folder / "data").glob("replay-*.db")
    settings = Settings(confluence=BUSY)
    replayed = list(InputReplay.under(settings).compare(database, folder / "data/inputs" / database.stem))
    assert summary_problems(summary) == []
    assert summary["trades"] >= 2
    assert "silent" not in words
    assert [part.is_complete for part in replayed] == [True]
    assert replayed[0].inputs > 8_000


def test_a_session_survives_a_kill_in_its_middle(folder, candles):
    """Faults 84 and 100: killed, and started again."""
    session = Kills(
        folder=folder,
        on=DEFAULT_DAY,
        count=1,
        seed=5,
        simulator_arguments=("--speed", "0", "--data", str(candles)),
        longest_start_s=20,
    )

    session.run()

    assert session.problems == []
    assert len(session.starts) == 1
