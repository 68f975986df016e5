"""Texts of others stay texts, and the page is made of nothing but its own files."""

import copy
import hashlib
import re

import pytest

from tests.fakes.page_daemon import PAGE
from tests.fakes.page_documents import evaluations
from tests.page.conftest import DESKTOP, SMALL_PHONE, STICKS_OUT

_HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=2</script>'
_LIBRARY = PAGE / "vendor" / "lightweight-charts"
_OWN = sorted((PAGE / "js").glob("*.js"))


def _poisoned(value):
    """Every text that the page might show as it stands, made hostile; what the code decides by stays."""
    kept = {"now", "session_on", "intended_at", "at", "candle_start", "status", "phase"}
    if isinstance(value, dict):
        return {name: part if name in kept else _poisoned(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_poisoned(part) for part in value]
    is_text = isinstance(value, str) and not re.fullmatch(r"[-\d.]*", value)
    return f"{_HOSTILE} {value}" if is_text else value


def test_hostile_texts_stay_texts(open_page, daemon):
    daemon.document = _poisoned(daemon.document)
    daemon.evaluations = _poisoned(copy.deepcopy(evaluations()))
    daemon.poison = _HOSTILE
    opened = open_page()
    opened.page.locator("#signals-list .trace").first.wait_for()
    opened.page.locator("#strategies-list li").first.wait_for()
    opened.page.locator("#orders-table .life button").first.click()
    opened.page.locator("#life-list time").first.wait_for()
    opened.page.keyboard.press("Escape")
    opened.page.fill("#why-symbol", "TCS")
    opened.page.click("#why-form button")
    opened.wait_for_text("#why-answer", "onerror")
    opened.page.locator("#logs summary").click()
    opened.wait_for_text("#logs-lines", "onerror")
    for place in (
        "positions-table",
        "orders-table",
        "notices-list",
        "signals-list",
        "ill-workers",
        "life-list",
    ):
        assert _HOSTILE in opened.page.locator(f"#{place}").text_content(), place
    assert opened.page.locator("img, body script").count() == 0
    assert opened.page.evaluate("window.hacked") is None
    for size in (DESKTOP, SMALL_PHONE):
        opened.page.set_viewport_size(size)
        assert opened.page.evaluate(STICKS_OUT) == []
        assert opened.page.evaluate("document.documentElement.scrollWidth") == size["width"]


def test_the_charts_library_is_the_published_file():
    content = (_LIBRARY / "lightweight-charts.standalone.production.mjs").read_bytes()
    assert b"v5.2.1" in content[:200]
    expected = (_LIBRARY / "SHA256SUMS").read_text().split()[0]
    assert hashlib.sha256(content).hexdigest() == expected


@pytest.mark.parametrize("path", _OWN, ids=lambda path: path.name)
def test_no_script_makes_markup_or_code_of_texts(path):
    forbidden = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser|https?://"
    )
    assert re.findall(forbidden, path.read_text()) == []


def test_nothing_is_inline_and_nothing_comes_from_elsewhere():
    index = (PAGE / "index.html").read_text()
    assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", index) == []
    assert re.findall(r'(?:src|href)="(?!/static/|#)([^"]+)"', index) == ["https://www.tradingview.com/"]
