"""Whole days in virtual time: the real engine, workers and journal against the simulator's core."""

import json
import os
import time
from collections import Counter
from datetime import date
from datetime import time as time_of_day
from decimal import Decimal
from pathlib import Path

import pytest

from tests.fakes.engine_driver import SESSION
from tests.fakes.faulty_brokers import StopsSwallowed, TokenDead, TradesHidden
from tests.fakes.virtual_days import generated, recorded, traded
from trading_bot.domain.ist import MS_PER_MINUTE
from trading_bot.domain.trade import ExitReason
from trading_bot.simulator.venue.settings import VenueSettings

GOLDEN = Path(__file__).parent / "golden"
SHARES_2016 = ("RELIANCE", "TCS", "INFY", "SBIN", "HDFCBANK", "ICICIBANK", "AXISBANK", "TATASTEEL")


def test_a_generated_day_ends_flat_reconciled_and_equal_to_the_ledger(generated_day):
    assert generated_day.problems == []
    assert generated_day.directions == {"long", "short"}


def test_the_probe_looked_at_what_it_claims_to_check(generated_day):
    assert set(generated_day.checks) == {"orders", "changes", "exit bounds", "protected"}
    assert generated_day.longest_bare_s < 5


@pytest.mark.parametrize("seed", [2, 4, 6])
def test_invariants_hold_whatever_the_market_does(seed):
    day = traded(generated(seed), seed=seed)

    assert day.problems == []
    assert day.trades >= 3


@pytest.mark.parametrize("at", ["10:45", "12:40"])
def test_a_day_that_the_broker_squares_off_is_equal_to_the_ledger(at):
    """Fault 78, V3, V7: its fee is a charge like others, and its exits are not fought."""
    early = time_of_day.fromisoformat(at)
    settings = VenueSettings(
        auction_share_square_off_at=early, share_square_off_at=early, derivative_square_off_at=early
    )

    day = traded(generated(), venue_settings=settings)

    assert day.problems == []
    assert ExitReason.BROKER in {closed.exit_reason for closed in day.closed_trades}


@pytest.mark.parametrize("seed", [2, 4])
def test_invariants_hold_between_narrow_price_bands(seed):
    """Faults 65 and 66, V4, V8: no stop is placed whose limit the exchange would refuse."""
    narrow = VenueSettings(fixed_band=Decimal("0.02"), dynamic_band=Decimal("0.02"))

    day = traded(generated(seed), seed=seed, venue_settings=narrow)

    assert day.problems == []
    assert not any(row.kind == "stop_failed" for row in day.rows)
    assert day.trades >= 2


@pytest.mark.parametrize("hidden_s", [20, 100_000])
def test_a_day_whose_trades_show_late_or_never_is_equal_to_the_ledger(hidden_s):
    """Fault 58, V4, V6, V7: the order's own figures stand in for them, once."""
    day = traded(generated(), wired=lambda broker, clock: TradesHidden(broker, clock, hidden_s))

    assert day.problems == []
    assert day.trades >= 3
    assert any(row.kind == "fill_explained" for row in day.rows) == (hidden_s == 20)


def test_a_stop_that_is_accepted_and_never_seen_is_replaced_within_seconds():
    """Faults 36 and 40, V2, V4, V16."""
    day = traded(generated(), wired=lambda broker, clock: StopsSwallowed(broker, clock, 1))

    assert day.problems == []
    assert [row.kind for row in day.rows].count("stop_failed") == 1
    assert any("order_not_seen" in row.payload for row in day.rows)
    assert 5 <= day.longest_bare_s < 10


@pytest.mark.parametrize("minutes", [(31, 34), (60, 75), (100, 101)])
def test_a_dead_token_is_no_reject_storm_and_the_day_goes_on_after_the_login(minutes):
    """Faults 28 and 74, V5, V16, V23."""
    first, last = (SESSION[0][0] + minute * MS_PER_MINUTE for minute in minutes)

    day = traded(generated(), wired=lambda broker, clock: TokenDead(broker, clock, first, last))

    assert day.problems == []
    assert any("needs_login" in row.payload for row in day.rows if row.kind == "halt_raised")
    assert any("needs_login" in row.payload for row in day.rows if row.kind == "halt_cleared")
    assert not any("reject_storm" in row.payload for row in day.rows)


@pytest.mark.parametrize("on", [date(2016, 8, 30), date(2016, 9, 7)])
def test_a_recorded_day_ends_flat_reconciled_and_equal_to_the_ledger(on, shared_data):
    day = traded(recorded(shared_data / "nse_1min" / "2016_kite", on, SHARES_2016))

    assert day.problems == []
    assert day.trades >= 1


def test_the_same_day_gives_the_same_journal_on_disk(generated_day, tmp_path):
    again = traded(generated(), database=tmp_path / "day.db")

    assert again.text() == generated_day.text()


def test_the_computers_time_zone_changes_nothing(generated_day, monkeypatch):
    """Fault 19."""
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "America/New_York")
        time.tzset()
        again = traded(generated())
    time.tzset()

    assert again.text() == generated_day.text()


def test_a_day_goes_as_it_went_before(generated_day):
    """A changed golden file is explained in its commit; REWRITE_GOLDEN=1 writes it anew."""
    path = GOLDEN / "generated-day.json"
    story = json.dumps(_story(generated_day), indent=2) + "\n"
    if os.environ.get("REWRITE_GOLDEN"):
        path.write_text(story, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == story


def _story(day):
    return {
        "rows": dict(sorted(Counter(row.kind for row in day.rows).items())),
        "trades": [_trade(closed) for closed in day.closed_trades],
        "net": str(day.net),
    }


def _trade(closed):
    trade = closed.trade
    return (
        f"{trade.instrument_key} {trade.direction} {closed.quantity}: {closed.exit_reason}, "
        f"gross {closed.gross_pnl} paise, stop {trade.plan.stop_price} -> {trade.stop_price}"
    )
