import re
from base64 import b64decode
from xml.etree import ElementTree as ET

from tests.fakes.page_outline import outline_of
from trading_bot.report.metrics.gates import GateFigures, StrategyGates
from trading_bot.report.page.page_gates import gates_html, gates_svg
from trading_bot.report.page.page_parts import document

GATES = StrategyGates(
    strategy="s",
    evaluations=10,
    signals=2,
    gates=(
        GateFigures(name="max_score", evaluated=10, passed=3, skipped=0, binding=3),
        GateFigures(name="never", evaluated=0, passed=0, skipped=0, binding=0),
    ),
)


def test_each_gate_has_its_row():
    html = gates_html((GATES,)).text

    row = re.search(r"<tr><td>max score</td>(.*?)</tr>", html)[1]
    assert re.findall(r">([^<>]+)<", row) == ["30.0%", "0", "7", "3"]
    assert '<td>never</td><td class="number">\u2013</td>' in html
    assert "10 evaluations, 2 signals" in html
    assert outline_of(document("t", gates_html((GATES,)))).names


def test_the_picture_names_every_gate():
    for narrow in (False, True):
        ET.fromstring(gates_svg(GATES, is_narrow=narrow))  # our own text
    picture = re.search(r"base64,([A-Za-z0-9+/=]+)", gates_html((GATES,)).text)[1]
    assert b"<svg" in b64decode(picture)


def test_a_strategy_that_names_no_gates_is_left_out():
    bare = StrategyGates(strategy="bare", evaluations=3, signals=0, gates=())

    assert gates_html((bare,)).text == '<p class="empty">No gate was evaluated.</p>'


def test_names_from_outside_are_escaped():
    hostile = StrategyGates(strategy="<script>", evaluations=1, signals=0, gates=GATES.gates)

    assert "<script>" not in gates_html((hostile,)).text
