import json
from datetime import date
from decimal import Decimal

import pytest

from trading_bot.commands.arguments import parse_arguments
from trading_bot.domain.errors import UnknownInstrumentError
from trading_bot.domain.instrument import Instrument, InstrumentKind, OptionRight, Product, Segment
from trading_bot.engine.snapshot import RunHeader, Snapshot
from trading_bot.report.instrument_list import InstrumentAnswer
from trading_bot.report.status import status_document
from trading_bot.settings.options import ChargesQuestion

SHARE = Instrument(
    key="NSE_EQ|INE002A01018",
    symbol="RELIANCE",
    name="RELIANCE INDUSTRIES",
    segment=Segment.NSE_EQ,
    kind=InstrumentKind.EQUITY,
    tick_size=10,
    isin="INE002A01018",
)
OPTION = Instrument(
    key="NSE_FO|1",
    symbol="RELIANCE26NOV3000CE",
    name="RELIANCE",
    segment=Segment.NSE_FO,
    kind=InstrumentKind.OPTION,
    lot_size=500,
    freeze_quantity=40_000,
    expiry_on=date(2026, 11, 24),
    strike=300_000,
    right=OptionRight.CALL,
)


def run(desk, words):
    arguments, function = parse_arguments(words.split())
    return function(arguments, desk.context)


def test_config_show_lists_every_value(desk):
    assert run(desk, "config show --json") == 0
    assert json.loads(desk.written[0])["run.mode"]["value"] == "replay"


def test_status_is_shown_as_text_or_json(desk):
    snapshot = Snapshot(
        run=RunHeader(
            mode="paper", session_on=date(2026, 11, 19), now_ms=0, phase="closed", data="live prices"
        )
    )
    desk.backend.answers["status"] = status_document(snapshot)

    run(desk, "status")
    run(desk, "status --json")

    assert desk.written[0].startswith("paper trading, closed")
    assert json.loads(desk.written[1])["running"] is True


@pytest.mark.parametrize(("words", "on"), [("trades", None), ("trades --on 2026-11-19", date(2026, 11, 19))])
def test_trades_are_those_of_the_day(desk, words, on):
    desk.backend.answers["trades"] = ()

    run(desk, words)

    assert desk.written == ["no trades"]
    assert desk.backend.questions == [("trades", on)]


def test_instruments_are_listed_best_match_first(desk):
    desk.backend.answers["instruments"] = InstrumentAnswer(instruments=(OPTION, SHARE))

    run(desk, "instruments reliance")

    first, second = desk.written[0].splitlines()
    assert first.startswith("RELIANCE             NSE_EQ|INE002A01018  equity  lot 1    tick 0.1")
    assert "freeze 40000  expires 2026-11-24" in second


def test_instruments_as_json_have_prices_in_rupees(desk):
    desk.backend.answers["instruments"] = InstrumentAnswer(instruments=(OPTION,))

    run(desk, "instruments RELIANCE --json")

    (row,) = json.loads(desk.written[0])
    assert (Decimal(row["strike"]), row["right"], row["tick_size"]) == (3000, "CE", "0.05")


def test_too_many_instruments_are_counted(desk):
    desk.backend.answers["instruments"] = InstrumentAnswer(instruments=(SHARE,) * 60)

    run(desk, "instruments RELIANCE")

    assert desk.written[0].endswith("\n10 more: narrow the search")


def test_an_unknown_symbol_brings_suggestions(desk):
    desk.backend.answers["instruments"] = InstrumentAnswer(instruments=(SHARE,))

    with pytest.raises(UnknownInstrumentError, match="did you mean RELIANCE") as caught:
        run(desk, "instruments RELAINCE")

    assert caught.value.exit_code == 2


def test_charges_ask_for_the_note_of_all_lots(desk):
    desk.backend.answers["charges"] = "the note"
    words = "charges --segment NSE_EQ --product I --kind equity --on 2026-11-19 --json"

    run(desk, f"{words} --buy 10@2934.50 5@2930 --sell 15@2950 --buy 1@1")

    question = ChargesQuestion(
        segment=Segment.NSE_EQ,
        product=Product.INTRADAY,
        kind=InstrumentKind.EQUITY,
        on=date(2026, 11, 19),
        buys=("10@2934.50", "5@2930", "1@1"),
        sells=("15@2950",),
    )
    assert desk.backend.questions == [("charges", question, True)]
    assert desk.written == ["the note"]


def test_rules_are_those_of_the_day(desk):
    desk.backend.answers["rules"] = "rules"

    run(desk, "rules show --on 2026-11-19")

    assert desk.backend.questions == [("rules", date(2026, 11, 19), False)]
    assert desk.written == ["rules"]
