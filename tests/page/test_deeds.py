"""What an operator can do with the page, and nobody else."""

import re


def _press_panic(desk):
    desk.page.get_by_role("button", name="PANIC").click()
    desk.page.locator("#confirm[open]").wait_for()


def _deeds(desk):
    return [deed for deed, _ in desk.daemon.deeds]


def test_panic_takes_a_second_deliberate_step(desk):
    _press_panic(desk)
    assert _deeds(desk) == ["panic/prepare"]
    assert re.match(r"\d+ s left", desk.text("#confirm-left"))
    desk.page.locator("#confirm-yes").click()
    desk.wait_for_text("#toast", "PANIC was sent")
    assert desk.daemon.deeds == [("panic/prepare", {}), ("panic", {"code": "c-1234"})]


_NOTE_FIRST_STATE = """() => new MutationObserver(() => {
  window.couldConfirm ??= !document.querySelector("#confirm-yes").disabled;
}).observe(document.querySelector("#confirm"), {attributes: true})"""


def test_a_double_click_is_not_a_second_step(desk):
    desk.page.evaluate(_NOTE_FIRST_STATE)
    desk.page.get_by_role("button", name="PANIC").dblclick(no_wait_after=True)
    desk.page.locator("#confirm[open]").wait_for()
    assert desk.page.evaluate("window.couldConfirm") is False
    desk.page.keyboard.press("Enter")
    desk.wait_for("!document.querySelector('#confirm').open")
    assert "panic" not in _deeds(desk)


def test_escape_and_the_way_back_do_nothing(desk):
    for leave in (
        lambda: desk.page.keyboard.press("Escape"),
        lambda: desk.page.locator("#confirm-no").click(),
    ):
        _press_panic(desk)
        leave()
        desk.wait_for_text("#toast", "Nothing was done")
        desk.wait_for("!document.querySelector('#confirm').open")
    assert _deeds(desk) == ["panic/prepare", "panic/prepare"]


def test_the_second_step_must_come_in_time(desk):
    desk.daemon.panic_patience_s = 1
    _press_panic(desk)
    desk.wait_for("!document.querySelector('#confirm').open")
    assert _deeds(desk) == ["panic/prepare"]
    desk.daemon.panic_patience_s = 30


def test_pause_takes_one_step_and_flatten_two(desk):
    desk.page.get_by_role("button", name="Pause").click()
    desk.wait_for_text("#toast", "Paused")
    desk.page.get_by_role("button", name="Flatten").click()
    assert _deeds(desk) == ["pause"]
    assert not desk.page.locator("#confirm-ask").is_visible()
    desk.page.locator("#confirm-yes").click()
    desk.wait_for_text("#toast", "Flattening")
    assert _deeds(desk) == ["pause", "flatten"]


def test_resume_takes_the_operators_token_once_more(desk):
    desk.page.get_by_role("button", name="Resume").click()
    desk.page.locator("#confirm-yes:enabled").click()
    desk.wait_for_text("#toast", "Nothing was released")
    desk.page.get_by_role("button", name="Resume").click()
    desk.page.locator("#confirm-token").fill("the token")
    desk.page.locator("#confirm-yes:enabled").wait_for()
    desk.page.locator("#confirm-token").press("Enter")
    desk.wait_for_text("#toast", "Resumed")
    assert desk.daemon.deeds == [("resume", {"token": "the token"})]
    assert desk.page.locator("#confirm-token").input_value() == ""


def test_what_the_daemon_says_of_a_deed_is_what_is_told(desk):
    desk.daemon.message = "panic is latched; no session is under way, so nothing can be sent"
    _press_panic(desk)
    desk.page.locator("#confirm-yes:enabled").click()
    desk.wait_for_text("#toast", "nothing can be sent")
    desk.daemon.message = ""


def test_a_refusal_is_told_in_its_own_words(desk):
    desk.daemon.refusal = "the disk did not take the wish"
    desk.page.get_by_role("button", name="Pause").click()
    desk.wait_for_text("#toast", "Pause failed: the disk did not take the wish")
    desk.daemon.refusal = ""
    desk.is_outage_expected = True


def test_a_token_against_forgery_that_ran_out_is_read_anew(desk):
    desk.daemon.csrf = "the next one"
    desk.page.get_by_role("button", name="Pause").click()
    desk.wait_for_text("#toast", "Paused")
    assert _deeds(desk) == ["pause"]
    desk.is_outage_expected = True


def test_no_answer_is_not_told_as_a_no(desk):
    desk.page.route("**/api/v1/pause", lambda route: route.abort())
    desk.page.get_by_role("button", name="Pause").click()
    desk.wait_for_text("#toast", "the daemon cannot be reached: it may have been done, or not")
    desk.page.unroute("**/api/v1/pause")
    desk.is_outage_expected = True


def test_panic_without_an_answer_names_the_other_way(desk):
    desk.page.route("**/api/v1/panic/prepare", lambda route: route.abort())
    desk.page.get_by_role("button", name="PANIC").click()
    desk.wait_for_text(
        "#toast",
        "PANIC failed: the daemon cannot be reached. On the machine itself: python main.py --panic-exit",
    )
    desk.page.unroute("**/api/v1/panic/prepare")
    desk.is_outage_expected = True


def test_an_operator_gets_the_buttons_when_the_session_is_answered_late(open_page, daemon):
    daemon.refused_reads = {"session"}
    opened = open_page()
    opened.is_outage_expected = True
    assert opened.page.locator("#actions button").count() == 0
    daemon.refused_reads = set()
    daemon.drop_streams()
    opened.page.locator("#actions button").first.wait_for()


def test_an_operator_gets_the_buttons_though_the_stream_is_never_made_anew(open_page, daemon):
    """V15: no answer to who looks must not cost the panic button for the day."""
    daemon.refused_reads = {"session"}
    opened = open_page()
    opened.is_outage_expected = True
    streams = daemon.streams_opened
    daemon.refused_reads = set()
    daemon.publish()
    opened.page.locator("#actions button").first.wait_for(timeout=20_000)
    assert daemon.streams_opened == streams


def test_a_strategy_is_stopped_and_started_by_its_button(desk):
    desk.page.get_by_role("button", name="Stop confluence").click()
    desk.wait_for_text("#toast", "confluence")
    desk.page.get_by_role("button", name="Start ema_cross").click()
    desk.wait_for_text("#toast", "ema_cross")
    assert _deeds(desk) == ["strategies/confluence/stop", "strategies/ema_cross/start"]


def test_whoever_may_only_read_has_no_buttons(open_page, daemon):
    daemon.role = "read_only"
    opened = open_page()
    opened.wait_for_text("#who", "read-only")
    opened.page.locator("#strategies-list li").first.wait_for()
    assert opened.page.locator("#actions button").count() == 0
    assert opened.page.locator("#strategies-list button").count() == 0


def test_panic_works_from_the_keyboard(desk):
    desk.page.locator("#mode").click()
    for _ in range(12):
        desk.page.keyboard.press("Tab")
        if desk.page.evaluate("document.activeElement.textContent") == "PANIC":
            break
    desk.page.keyboard.press("Enter")
    desk.page.locator("#confirm[open]").wait_for()
    assert desk.page.evaluate("document.activeElement.id") == "confirm-no"
    desk.page.locator("#confirm-yes:enabled").wait_for()
    desk.page.keyboard.press("Tab")
    desk.page.keyboard.press("Enter")
    desk.wait_for_text("#toast", "PANIC was sent")


def test_everything_that_can_be_pressed_has_a_name(desk):
    nameless = desk.page.evaluate(
        """() => [...document.querySelectorAll("button, select, input, [role=meter], [role=img]")]
          .filter((node) => !(node.ariaLabel || node.textContent.trim() || node.labels?.length))
          .map((node) => node.outerHTML)"""
    )
    assert [html for html in nameless if 'id="confirm-yes"' not in html] == []
