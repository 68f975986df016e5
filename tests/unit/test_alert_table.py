"""docs/alerts.md says of every alert what it looks like: the page and the program know the same ones."""

import re
from pathlib import Path

import pytest

from tests.fakes.alert_table import alert_rows, is_in_table
from tests.fakes.provoked_alerts import PROVOKED, provoked
from trading_bot.engine.alert_kinds import AlertKind

SOURCES = sorted((Path(__file__).resolve().parents[2] / "trading_bot").rglob("*.py"))
STRAYS = re.compile(r'strays\.record\(turn, ("\w+"|[A-Z_]+)')


def test_the_page_has_a_row_for_each_kind_and_no_other():
    assert set(alert_rows()) == set(AlertKind)


def test_every_kind_is_told_somewhere():
    texts = [path.read_text(encoding="utf-8") for path in SOURCES if path.name != "alert_kinds.py"]
    named = {name for text in texts for name in re.findall(r"AlertKind\.([A-Z_]+)", text)}
    recorded = {found.strip('"').upper() for text in texts for found in STRAYS.findall(text)}

    assert {kind.name for kind in AlertKind} == named | recorded


@pytest.mark.parametrize("kind", PROVOKED)
def test_an_alert_of_the_engine_looks_as_the_page_says(kind):
    told = provoked(kind)

    assert told
    assert [one for one in told if not is_in_table(kind, one.level, one.text)] == []


@pytest.mark.parametrize("kind", PROVOKED)
def test_no_level_stands_on_the_page_for_nothing(kind):
    assert alert_rows()[kind].levels == {one.level for one in provoked(kind)}
