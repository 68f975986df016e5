"""Messages without amounts. Fault 125: what others carry says what happened, and not how much of it."""

import re

import pytest

from tests.fakes.alert_channels import FakeSender
from tests.fakes.provoked_alerts import PROVOKED, provoked
from trading_bot.adapters.alerts.discretion import DiscreetAnswers, DiscreetSender, without_amounts
from trading_bot.adapters.alerts.held import Letter
from trading_bot.adapters.alerts.settings import AlertLevel
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.inputs import OperatorWish

ALONE = re.compile(r"(?<![\w-])[+-]?\d[\d,]*(?:\.\d+)?%?(?![\w])")
"""A number that is no part of a name."""
HARMLESS = {
    AlertKind.LOSING_STREAK: {"2"},
    AlertKind.DAY_NOT_FLAT: {"1"},
    AlertKind.TIME_LOST: {"12"},
    AlertKind.STILL_NO_LOGIN: {"31", "1"},
    AlertKind.CALLS_REFUSED: {"3"},
    AlertKind.CALLS_UNSENT: {"3"},
    AlertKind.FEED_BACK: {"16"},
    AlertKind.CLOCK_OFF: {"0.30", "3600.00"},
    AlertKind.ONLY_WATCHED: {"0", "2"},
    AlertKind.POSITIONS_LAG: {"60"},
    AlertKind.UNKNOWN_OWNER: {"1"},
    AlertKind.UNPROTECTED: {"5"},
    AlertKind.EXIT_NOT_FILLED: {"5"},
    AlertKind.ENTRY_UNSEEN: {"25"},
    AlertKind.STOP_CANCELLED: {"3"},
    AlertKind.EXIT_REFUSED: {"3"},
    AlertKind.UNMANAGED_POSITION: {"1"},
    AlertKind.POSITION_FLIPPED: {"1"},
}
"""Seconds, counts and numbers of trades: everything else that an alert of the engine names is an amount."""


@pytest.mark.parametrize("kind", PROVOKED)
def test_no_alert_of_the_engine_keeps_an_amount_and_each_keeps_the_rest(kind):
    harmless = HARMLESS.get(kind, set())
    told = [one.text for one in provoked(kind)]

    sent = [without_amounts(text) for text in told]

    assert {number for text in sent for number in ALONE.findall(text)} == harmless


@pytest.mark.parametrize(
    ("told", "sent"),
    [
        (
            "confluence would buy 35 RELIANCE at 1,400.00 (stop 1,386.70, target 1,420.00; score +0.62)",
            "confluence would buy … RELIANCE at … (stop …, target …; score +0.62)",
        ),
        (
            "ramp: first stage, 1 symbol, 20,000 rupees a position at most, 3 of 5 sessions done",
            "ramp: first stage, 1 symbol, … rupees a position at most, 3 of 5 sessions done",
        ),
        ("started, version 0.1.0; paper", None),
        ("RMS:Margin Exceeds,Required:12345.00, Available:100", "RMS:Margin Exceeds,Required:…, Available:…"),
        (
            "Rs.1200 Rs1200 ₹1,200 INR1200 35qty 1234.50rs qty=35 35@1400",
            "Rs.… Rs… ₹… INR… …qty …rs qty=… …@…",
        ),
        ("35x1400 x35 -478.24 -5% 1.2e", "…x… x… … … …e"),
        (
            "trade 35 units; trade 12,345.00; order 35 of RELIANCE",
            "trade … units; trade …; order … of RELIANCE",
        ),
        ("3MINDIA NIFTY26NOV24000CE INE002A01018 tb9jv0010001 Nifty 50", None),
        ("17 more times within 300 s: order 240108010445130 not taken", None),
        ("waiting: the session opens at 09:15:00 on 19 November 2026, in 34 min", None),
        ("the dashboard cannot listen on 127.0.0.1:8080: Address already in use", None),
    ],
)
def test_a_number_stays_only_where_it_is_known_to_be_no_amount(told, sent):
    assert without_amounts(told) == (told if sent is None else sent)


def test_a_summary_of_the_day_keeps_its_counts_and_where_the_report_is():
    told = """paper 2026-11-19: net +1,234.50
gross -1,930.50, charges 61.24
8 trades, 3 won, 31 signals
largest fall 2,441.30
report: data/reports/paper-20261121-161814/report.html"""

    assert without_amounts(told).splitlines() == [
        "paper 2026-11-19: net …",
        "gross …, charges …",
        "8 trades, 3 won, 31 signals",
        "largest fall …",
        "report: data/reports/paper-20261121-161814/report.html",
    ]


async def test_a_channel_sends_the_letter_without_amounts():
    sender = FakeSender(takes_s=0)
    discreet = DiscreetSender(sender)
    letter = Letter(level=AlertLevel.INFO, text="net +1,234.50 in 3 trades", count=1)

    await discreet.send(letter)
    discreet.send_blocking(letter)

    assert sender.texts == ["net … in 3 trades"] * 2


class Talkative:
    """Answers with amounts."""

    def status(self):
        return "RELIANCE +35 entered, net 1,234.50"

    def positions(self):
        return "RELIANCE 35 at 1,400.00"

    async def why(self, symbol, at_ms):
        return f"{symbol}: bought 35"

    async def carry_out(self, wish):
        return f"{wish}: 35 sold"


async def test_answers_in_a_chat_carry_no_amounts_either():
    answers = DiscreetAnswers(Talkative())

    assert answers.status() == "RELIANCE … entered, net …"
    assert answers.positions() == "RELIANCE … at …"
    assert await answers.why("TCS", None) == "TCS: bought …"
    assert await answers.carry_out(OperatorWish.PANIC) == "panic: … sold"
