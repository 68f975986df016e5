import json
from datetime import date

import pytest

from trading_bot.bootstrap.program import Program
from trading_bot.domain.errors import SettingsError, UncoveredDateError
from trading_bot.domain.instrument import InstrumentKind, Product, Segment
from trading_bot.report.check_line import CheckState
from trading_bot.settings.options import ChargesQuestion
from trading_bot.settings.tree import Settings

ON = date(2026, 11, 19)


def question(**changes):
    asked = {
        "segment": Segment.NSE_EQ,
        "product": Product.INTRADAY,
        "kind": InstrumentKind.EQUITY,
        "on": ON,
        "buys": ("10@100",),
        "sells": ("10@101",),
    }
    return ChargesQuestion(**{**asked, **changes})


def test_the_contract_note_adds_up():
    note = json.loads(Program().charges(question(), as_json=True))

    assert note["gross"] == "10.00"
    assert note["total"] in Program().charges(question(), as_json=False)


@pytest.mark.parametrize(
    "changes", [{"buys": (), "sells": ()}, {"buys": ("x",)}, {"kind": InstrumentKind.OPTION}]
)
def test_charges_of_the_impossible_are_refused(changes):
    with pytest.raises(SettingsError):
        Program().charges(question(**changes), as_json=False)


def test_rules_are_shown_as_text_and_json():
    assert json.loads(Program().rules(ON, as_json=True))["on"] == "2026-11-19"
    assert "2026-11-19" in Program().rules(ON, as_json=False)


def test_rules_of_a_day_that_is_not_covered_are_refused():
    with pytest.raises(UncoveredDateError):
        Program().rules(date(1990, 1, 1), as_json=False)


def test_check_tells_how_far_the_calendar_reaches(tmp_path):
    lines = Program().check_lines(Settings(run={"data_dir": tmp_path}), ON, is_offline=False)

    assert (lines[0].name, lines[0].state) == ("calendar", CheckState.OK)
