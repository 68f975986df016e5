import json
from decimal import Decimal

from tests.fakes.session_facts import outcome, session
from trading_bot.domain.trace import GateCount
from trading_bot.report.metrics.figures import metrics_of
from trading_bot.report.metrics.sessions import Acknowledgement, Moves
from trading_bot.report.metrics.text import metrics_document, metrics_text

FULL = session(
    19,
    outcome("-40.50"),
    outcome("100"),
    signals=(("s", None), ("s", None), ("s", "max_trades_per_day")),
    acknowledgements=(Acknowledgement("s", "entry", 42),),
    gates=(GateCount("s", (("max_score", ">= 1"), ("trend", "> 0")), 0b10, 0, 4),),
    moves=(Moves("s", "gate: max_score", 1, 2, 1, -12.5), Moves("s", "gate: trend", 0, 1, 0, None)),
)


def found(*sessions):
    return metrics_of(sessions, Decimal(100_000), lambda _returns: None)


def test_every_table_is_readable():
    text = " ".join(metrics_text(found(FULL)).split())

    for line in (
        "1 session, 2026-11-19",
        "  signals an hour               0.50    0.50",
        "  win rate                     50.0%   50.0%",
        "  net                         +59.50  +59.50",
        "  Sharpe ratio, annual             -       -",
        "gates of s: 4 evaluations, 0 signals",
        "  max score    0.0%        0       4      4       100.0%",
        "denied signals: 1 of 3",
        "  max trades per day  1",
        "  s    entry       1         42      42       42",
        "  s  gate: max score      1        2            100.0%         -12.5 bps",
        "  s  gate: trend          0        1                 -                 -",
    ):
        assert " ".join(line.split()) in text, line


def test_two_sessions_are_named_from_the_first_to_the_last():
    assert metrics_text(found(session(18), FULL)).startswith("2 sessions, 2026-11-18 to 2026-11-19\n")


def test_what_is_not_there_has_no_table():
    text = metrics_text(found(session(19)))

    for heading in ("denied signals", "broker's answer", "minutes later", "gates of"):
        assert heading not in text
    assert metrics_text(found()).startswith("no session")


def test_the_document_is_plain_json():
    document = json.loads(json.dumps(metrics_document(found(FULL))))

    assert document["sessions"] == ["2026-11-19"]
    assert [one["strategy"] for one in document["strategies"]] == ["s", "all"]
    assert document["strategies"][0]["net_pnl"] == "59.50"
    assert document["gates"][0]["gates"][0]["binding"] == 4
    assert document["time_to_acknowledgement_ms"][0]["median"] == 42
    assert [one["accuracy"] for one in document["held_back"]["by"]] == [1.0, None]
