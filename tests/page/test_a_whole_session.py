"""What a trader sees from before the open to the evening is what is so, at a desk and on a phone."""

from decimal import Decimal

import pytest

from tests.page.growth import grown
from tests.page.seen import rupees, signed
from tests.page.whole_session import Played, play
from trading_bot.domain.ist import datetime_of

STAGES = (
    "before the open",
    "just filled",
    "protected",
    "closed",
    "feed cut",
    "held again",
    "closing in panic",
    "panic is over",
    "resumed",
    "evening",
)
SIZES = ("desk", "phone")


@pytest.fixture(scope="module")
def played(chromium, tmp_path_factory) -> Played:
    """One day for all claims: it takes some seconds."""
    return play(chromium, tmp_path_factory.mktemp("day"))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stage", STAGES)
def test_the_page_says_what_the_daemon_knows(played, stage, size):
    look = played.looks[stage][size]

    assert look.seen == look.told
    assert played.sticking_out[f"{stage}, {size}"] == []


@pytest.mark.parametrize("stage", STAGES)
def test_what_the_daemon_shows_is_in_the_journal(played, stage):
    truth = played.truths[stage]
    held = {row["symbol"]: row["quantity"] for row in truth.status["symbols"] if row["quantity"]}

    states = {row["tag"]: row["status"] for row in truth.status["orders"]}
    assert states == {tag: order.status for tag, order in truth.book.orders.items()}
    assert sorted(held.values()) == sorted(one.quantity for one in truth.book.positions.values())


@pytest.mark.parametrize(
    "stage", [stage for stage in STAGES if stage not in ("just filled", "closing in panic")]
)
def test_the_net_is_that_of_the_brokers_ledger_to_the_paisa(played, stage):
    assert played.looks[stage]["desk"].seen["day"]["Net"] == signed(str(played.truths[stage].broker_net))


def test_before_the_open_nothing_is_held_or_earned(played):
    seen = played.looks["before the open"]["phone"].seen

    assert (seen["phase"], seen["protection"], seen["net"]) == ("pre open", "Flat", "0.00")
    assert (seen["positions"], seen["orders"]) == ([], [])


def test_a_fill_without_a_stop_is_told_as_unprotected(played):
    for size in SIZES:
        seen = played.looks["just filled"][size].seen
        assert seen["protection"] == "UNPROTECTED"
        assert seen["positions"][0][-2].startswith("✖ unprotected")


def test_a_protected_position_shows_the_stop_that_rests_at_the_broker(played):
    stops = played.truths["protected"].broker_stops
    seen = played.looks["protected"]["phone"].seen

    assert seen["protection"] == "Protected"
    assert {row[0]: row[5] for row in seen["positions"]} == {
        symbol: rupees(str(Decimal(paise) / 100)) for symbol, paise in stops.items()
    }


def test_after_the_exit_it_is_flat_with_a_trade_more(played):
    seen = played.looks["closed"]["desk"].seen

    closed = [one for one in played.truths["closed"].book.closed_trades if one.quantity]
    assert seen["protection"] == "Flat"
    assert len(closed) >= 1
    assert seen["day"]["Trades"].startswith(f"{len(closed)} (")
    assert {row[7] for row in seen["orders"]} <= {"filled", "cancelled"}


def test_a_feed_that_is_cut_is_not_called_alive(played):
    assert [played.looks["feed cut"][size].alive for size in SIZES] == ["Alive, feed late"] * 2


def test_panic_is_told_until_it_is_released(played):
    before, over = played.looks["held again"]["desk"].seen, played.looks["panic is over"]["desk"].seen
    released = played.looks["resumed"]["desk"].seen

    assert before["protection"] == "Protected"
    assert (over["state"], over["protection"]) == ("halted", "Flat")
    assert over["halts"][0] == "panic is latched until resume"
    assert not any(row["is_live"] for row in played.truths["panic is over"].status["orders"])
    assert (released["state"], released["halts"]) == ("trading", [])


def test_the_evening_is_flat_and_its_net_is_that_of_the_report(played):
    seen, summary = played.looks["evening"]["phone"].seen, played.summary

    assert played.exit_code == 0
    assert (seen["phase"], seen["protection"]) == ("closed", "Flat")
    assert (summary["flat"], summary["reconciled"], summary["ledger_equal"]) == (True, True, True)
    assert seen["day"]["Net"] == signed(summary["net_pnl"])
    assert seen["day"]["Charges"] == rupees(str(sum(map(Decimal, summary["charges"].values()))))
    assert seen["day"]["Trades"].split()[0] == str(summary["trades"])


def test_the_newest_gate_traces_are_those_of_the_database(played):
    by_minute = {
        (symbol, f"{datetime_of(start_ms):%H:%M}"): kept for (symbol, start_ms), kept in played.kept.items()
    }

    assert len(played.traces) == 15
    for trace in played.traces:
        kept = by_minute[trace["symbol"], trace["at"]]
        gates = {name: (passed, needed) for name, passed, _, needed in trace["gates"]}
        assert trace["strategy"] == kept.strategy
        assert gates == {
            gate.name.replace("_", " "): ("✔ passed" if gate.passed else "✖ failed", gate.needed)
            for gate in kept.gates
        }


def test_pages_whose_daemon_has_ended_say_so(played):
    for words in played.last_words.values():
        assert words.startswith("DISCONNECTED, DISCONNECTED from the daemon.")


def test_a_daemon_that_hangs_is_told_as_stale(played):
    if "hanging" not in played.looks:
        pytest.skip("takes six seconds: only in the long form, make page-session")

    assert {look.alive for look in played.looks["hanging"].values()} == {"STALE"}


def test_nobody_complains_and_nothing_grows(played):
    assert played.complaints == []
    assert grown(played.sizes) == []
