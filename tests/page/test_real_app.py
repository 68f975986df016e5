"""The page on the app that the daemon serves, around a made-up day that moves."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.page.conftest import PROJECT, logged_in


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    command = [sys.executable, "-m", "scripts.dashboard_demo", "--port", "0"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as demo:
        yield demo.stdout.readline().split()[0]
        demo.terminate()


def test_an_operator_logs_in_and_sees_the_day_move(chromium, address):
    opened = logged_in(chromium, address, "demo-operator")
    for part in (
        "#signals-list .trace",
        "#orders-table tbody tr",
        "#positions-table tbody tr",
        "#strategies-list li",
    ):
        opened.page.locator(part).first.wait_for()
    first = opened.text("#clock")
    opened.wait_for(f"document.querySelector('#clock').textContent !== '{first}'")
    opened.wait_for("document.querySelector('#chart-canvas').ariaLabel.includes('candles of')")
    opened.page.locator("#orders-table .life button").first.click()
    opened.page.locator("#life-list time").first.wait_for()
    opened.page.keyboard.press("Escape")
    assert opened.page.locator("[data-fault]").count() == 0
    assert opened.taken_complaints() == []
    opened.page.context.close()


def test_pause_resume_and_panic_reach_the_daemon(chromium, address):
    opened = logged_in(chromium, address, "demo-operator")
    opened.page.get_by_role("button", name="Pause").click()
    opened.wait_for_text("#halt-list", "entries: paused")
    opened.page.get_by_role("button", name="Stop ema_cross").click()
    opened.page.get_by_role("button", name="Start ema_cross").click()
    opened.page.get_by_role("button", name="PANIC").click()
    opened.page.locator("#confirm-yes:enabled").click()
    opened.wait_for_text("#halt-list", "panic is latched")
    opened.page.get_by_role("button", name="Resume").click()
    opened.page.fill("#confirm-token", "demo-operator")
    opened.page.locator("#confirm-yes:enabled").click()
    opened.page.locator("#halts").wait_for(state="hidden")
    assert opened.taken_complaints() == []
    opened.page.get_by_role("button", name="Log out").click()
    opened.page.locator("#token").wait_for()
    opened.page.context.close()


def test_a_reader_sees_the_same_without_buttons(chromium, address):
    opened = logged_in(chromium, address, "demo-reader")
    opened.wait_for_text("#who", "read-only")
    opened.page.locator("#strategies-list li").first.wait_for()
    assert opened.page.locator("#actions button, #strategies-list button").count() == 0
    assert opened.taken_complaints() == []
    opened.page.context.close()


_OPEN_AND_CLOSE = """async (count) => {
  for (let number = 0; number < count; number += 1) {
    const source = new EventSource("/api/v1/events");
    await new Promise((heard, failed) => {
      source.addEventListener("snapshot", heard);
      source.onerror = () => failed(new Error(`stream ${number} was refused`));
    });
    source.close();
  }
}"""


def test_streams_that_were_closed_are_let_go_by_the_daemon(chromium, address):
    """Sixteen may listen at once: more than that, one after the other, would be refused if any was kept."""
    opened = logged_in(chromium, address, "demo-reader")
    opened.page.evaluate(_OPEN_AND_CLOSE, 40)
    assert opened.taken_complaints() == []
    opened.page.context.close()
