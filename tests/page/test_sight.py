"""What is to be seen, at the size of a desk and of a phone, by day and by night."""

from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.page.conftest import DESKTOP, PHONE, SMALL_PHONE, STICKS_OUT

_PARTS = (
    *(
        "#mode",
        "#state",
        "#clock",
        "#phase",
        "#protection",
        "#result",
        "#alive",
        "#day-figures",
        "#loss-gauge",
    ),
    *(
        "#health-figures",
        "#why-form",
        "#logs",
        "#positions-table>table",
        "#orders-table>table",
        "#watch-table>table",
    ),
    *(
        "#signals-list>.trace",
        "#notices-list>li",
        "#ill-workers>li",
        "#strategies-list>li",
        "#budgets>.gauge",
    ),
    *("#actions>button", "#chart-canvas canvas", "#equity-canvas canvas"),
)


_ALARM = """() => {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.dataset.tone = "alarm";
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}"""


@pytest.fixture(params=[DESKTOP, PHONE, SMALL_PHONE], ids=["desk", "phone", "small-phone"])
def sized(desk, request):
    desk.page.set_viewport_size(request.param)
    yield desk
    desk.page.set_viewport_size(DESKTOP)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_is_shown_and_nothing_sticks_out(sized, scheme):
    sized.page.emulate_media(color_scheme=scheme)
    for part in _PARTS:
        sized.page.locator(part).first.wait_for(state="visible", timeout=20_000)
    assert sized.page.evaluate("document.documentElement.scrollWidth") == sized.page.viewport_size["width"]
    assert sized.page.evaluate(STICKS_OUT) == []
    watched = sized.page.locator("#watch-table")
    assert watched.evaluate("(box) => box.scrollWidth - box.clientWidth") == 0, "the score is not cut off"


def test_a_glance_answers_all_three_questions(sized):
    for verdict in ("#mode", "#protection", "#result", "#alive"):
        box = sized.page.locator(verdict).bounding_box()
        assert box["y"] + box["height"] < sized.page.viewport_size["height"] - 64, verdict


def test_numbers_are_grouped_as_in_india_and_times_are_indian(desk):
    assert desk.text("#net") == "▲ +1,23,456.50"
    assert desk.text("#clock") == "14:15:00"
    assert "charges 250.00" in desk.text("#result-more")


def test_a_position_without_a_stop_is_unmistakable(desk):
    assert desk.text("#protection-word") == "Protected"
    desk.daemon.publish(lambda document: document["symbols"][1].update(unprotected_s=12.3))
    desk.wait_for_text("#protection-word", "UNPROTECTED")
    assert "TCS for 12 s" in desk.text("#protection-more")
    assert desk.page.title().startswith("✖ UNPROTECTED · PAPER")
    first = desk.page.locator("#positions-table tbody tr").first
    assert "TCS" in first.inner_text()
    assert "✖ unprotected 12 s" in first.inner_text()


def test_what_is_held_without_a_trade_of_ours_is_not_called_protected(desk):
    """Unknown is not "no": no stop is known, though no time without one is counted."""
    desk.daemon.publish(lambda document: document["symbols"][0].update(stop=None))
    desk.wait_for_text("#protection-word", "UNPROTECTED")


def test_a_position_of_which_nobody_knows_is_neither_safe_nor_gone(desk):
    """V5: between sessions, or of an instrument that is not listed any more."""
    desk.daemon.publish(lambda document: document["symbols"][0].update(unprotected_s=None))
    desk.wait_for_text("#protection-word", "Not known")
    assert "RELIANCE +34" in desk.text("#protection-more")
    first = desk.page.locator("#positions-table tbody tr").first
    assert "? unknown" in first.inner_text()


@pytest.mark.parametrize(
    ("halt", "said"),
    [("entries: position_difference", "book and broker differ"), ("entries: needs_login", "no login")],
)
def test_what_the_daemon_itself_does_not_believe_is_not_called_protected(desk, halt, said):
    """V5, V16."""
    desk.daemon.publish(lambda document: document.update(halts=[halt]))
    desk.wait_for_text("#protection-more", said)
    assert desk.text("#protection-word") == "Not known yet"


def test_an_empty_list_says_what_it_means(desk):
    """V5: not watched, not read and not running are not "flat"."""

    def nothing(document, **changes):
        document.update(symbols=[row | {"quantity": 0, "foreign_quantity": 0} for row in document["symbols"]])
        document.update(changes)

    empty = "#positions-table .empty"
    desk.daemon.publish(nothing)
    desk.wait_for_text(empty, "Nothing is held.")
    desk.daemon.publish(lambda document: document.update(halts=["books are not reconciled yet"]))
    desk.wait_for_text(empty, "the broker's books were not read")
    desk.daemon.publish(lambda document: document.update(halts=[], symbols=[]))
    desk.wait_for_text(empty, "the broker is not asked")
    desk.daemon.publish(lambda document: document.update(running=False))
    desk.wait_for_text(empty, "only the broker knows")


def test_a_result_that_lacks_a_price_says_so(desk):
    """An unknown is not a zero: what has no price counts as if it had not moved."""
    desk.daemon.publish(lambda document: document["symbols"][1].update(unrealised=None))
    desk.wait_for_text("#result-more", "WITHOUT TCS: no price is known")
    assert desk.page.locator("#result").get_attribute("data-tone") == "warn"


@pytest.mark.parametrize(
    ("level", "sign"), [("critical", "✖ critical"), ("warning", "▲ warning"), ("info", "info")]
)
def test_each_level_of_a_notice_is_told_by_a_sign_and_the_loudest_by_colour(desk, level, sign):
    """V16."""
    text = f"a notice of level {level}"
    desk.daemon.publish(
        lambda document: document["notices"].append(document["notices"][0] | {"level": level, "text": text})
    )
    notice = desk.page.locator("#notices-list li").filter(has_text=text)
    notice.wait_for()
    assert notice.locator(".level").inner_text() == sign
    colour = notice.locator(".text").evaluate("(node) => getComputedStyle(node).color")
    assert (level == "critical") is (colour == desk.page.evaluate(_ALARM))


def test_books_that_were_not_read_are_not_called_flat(desk):
    def not_read(document):
        for row in document["symbols"]:
            row["quantity"] = 0
        document["halts"] = ["books are not reconciled yet"]

    desk.daemon.publish(not_read)
    desk.wait_for_text("#protection-word", "Not known yet")
    desk.daemon.publish(lambda document: document.update(halts=[], symbols=[]))
    desk.wait_for_text("#protection-word", "Not watching")


def test_an_entry_in_doubt_is_not_called_flat(desk):
    """Unknown is not "no": its answer was lost, so it may be filled."""

    def in_doubt(document):
        for row in document["symbols"]:
            row["quantity"] = 0
        document["orders"][3]["status"] = "in_doubt"

    desk.daemon.publish(in_doubt)
    desk.wait_for_text("#protection-word", "Not known yet")
    assert "an entry is in doubt" in desk.text("#protection-more")


def test_live_mode_says_that_it_is_real_money(desk):
    desk.daemon.publish(lambda document: document["run"].update(mode="live"))
    desk.wait_for_text("#mode", "real money")
    assert desk.text("#mode-name") == "LIVE"
    assert "LIVE" in desk.page.title()


def test_halts_stand_above_everything_that_scrolls(desk):
    assert not desk.page.locator("#halts").is_visible()
    desk.daemon.publish(lambda document: document.update(halts=["a person paused it"]))
    desk.page.wait_for_selector("#halts:not([hidden])")
    assert "a person paused it" in desk.text("#halt-list")


@pytest.mark.parametrize(
    ("halts", "title"),
    [
        (["entries: paused"], "Halted: nothing new is entered"),
        (["strategy ema_cross: stopped_by_operator"], "Halted in part: everything else is entered as usual"),
        (["instrument TCS: order_in_doubt"], "Halted in part: everything else is entered as usual"),
        (["strategy ema_cross: stopped_by_operator", "no market data"], "Halted: nothing new is entered"),
    ],
)
def test_a_halt_of_one_strategy_or_share_is_not_told_as_one_of_everything(desk, halts, title):
    desk.daemon.publish(lambda document: document.update(halts=halts))
    desk.wait_for_text("#halt-list", halts[-1])
    assert desk.text("#halts-title") == title


def test_a_gate_tells_by_how_much_it_was_missed(desk):
    desk.page.wait_for_selector("#signals-list .trace")
    trace = desk.page.locator("#signals-list .trace").nth(1)
    trace.locator("summary").click()
    rows = trace.locator("tbody tr")
    assert rows.first.inner_text().split("\t") == ["score", "✖ failed", "0.67", ">= 0.7 or <= -0.7", "0.03"]
    assert "✔ passed" in rows.nth(1).inner_text()


def test_a_critical_notice_is_the_most_visible_of_all(desk):
    notice = {"at": desk.daemon.document["run"]["now"], "level": "critical", "text": "TCS has no stop"}
    desk.daemon.publish(lambda document: document["notices"].append(notice))
    desk.wait_for_text("#notices-list", "TCS has no stop")
    assert desk.text("#notices-list li:first-child .level") == "✖ critical"
    colour = "getComputedStyle(document.querySelector('#notices-list li:first-child .text')).color"
    assert desk.page.evaluate(colour) == desk.page.evaluate(
        "getComputedStyle(document.querySelector('[data-level=critical] .level')).color"
    )
    assert desk.page.evaluate(colour) != desk.page.evaluate("getComputedStyle(document.body).color")


def test_what_all_gates_passed_and_was_denied_is_not_told_as_good(open_page, daemon):
    daemon.evaluations[0].update(outcome="denied", detail="outside_entry_hours: no entries at this time")
    opened = open_page()
    trace = opened.page.locator("#signals-list .trace").first
    trace.wait_for()
    assert trace.locator(".outcome").inner_text() == (
        "long · denied · outside entry hours: no entries at this time"
    )
    assert trace.get_attribute("data-tone") == ""


def test_the_days_equity_is_shown_whole_however_early_the_page_was_opened(open_page, daemon):
    """Else whoever opens it before the open sees nothing but the newest minutes."""
    opened = open_page()
    for time in ("14:30:00", "14:50:00", "14:50:15"):
        now = f"2026-11-19T{time}.000+05:30"
        daemon.publish(lambda document, now=now: document["run"].update(now=now))
        opened.wait_for_text("#clock", time)
    daemon.publish(lambda document: document["run"].update(now="2026-11-19T14:50:16.000+05:30"))
    opened.wait_for("document.querySelector('#equity-canvas').dataset.span === '09:16 to 14:50'", 5)


def test_figures_of_strategies_follow_the_day(desk):
    asked = []
    desk.page.on("request", lambda request: asked.append(request.url))
    desk.daemon.publish(lambda document: document["day"].update(trades=6))
    desk.wait_for_text("#day-figures", "6 (3 won)")
    desk.page.wait_for_timeout(100)
    assert [url for url in asked if url.endswith("/strategies")]


def test_an_order_tells_its_life(desk):
    desk.page.locator("#orders-table .life button").first.click()
    desk.page.wait_for_selector("#life-list time")
    assert "acknowledged, order id 261119000000011" in desk.text("#life-list")
    assert desk.text("#life-title") == "BUY SL 12 TCS, stop (tb6)"


def test_lists_are_bounded_and_what_is_gone_disappears(desk):
    order = desk.daemon.document["orders"][-1]
    many = [{**order, "tag": f"t{number}", "is_live": number == 3} for number in range(100)]
    desk.daemon.publish(lambda document: document.update(orders=many))
    desk.wait_for_text("#orders-count", "1 open, 100 today, the newest 60 shown")
    rows = desk.page.locator("#orders-table .life button")
    assert rows.count() == 60
    assert [rows.nth(place).get_attribute("data-tag") for place in (0, 1, 59)] == ["t3", "t99", "t41"]
    desk.daemon.publish(lambda document: document.update(orders=many[:2]))
    desk.wait_for_text("#orders-count", "0 open, 2 today")
    assert rows.count() == 2


def test_why_is_answered_in_words(desk):
    desk.page.fill("#why-symbol", "TCS")
    desk.page.fill("#why-time", "14:00")
    desk.page.click("#why-form button")
    desk.wait_for_text("#why-answer", "TCS: not traded: no signal")
    assert "score +0.33, leaning long, 1 of 2 gates passed; its data was 0.0 s old" in desk.text(
        "#why-answer"
    )
    assert "0.2667 missing" in desk.page.locator("#why-answer tbody tr").first.inner_text()
    assert "09:30:00 a short signal" in desk.text("#why-answer")


@pytest.mark.parametrize(
    ("day", "minute", "asked"),
    [
        ("", "", None),
        ("", "14:00", "2026-11-19T14:00:59.999+05:30"),
        ("2026-11-18", "", "2026-11-18T15:30:59.999+05:30"),
        ("2026-11-18", "10:15", "2026-11-18T10:15:59.999+05:30"),
    ],
)
def test_why_can_be_asked_of_earlier_days(desk, day, minute, asked):
    for part, text in (("symbol", "TCS"), ("day", day), ("time", minute)):
        desk.page.fill(f"#why-{part}", text)
    with desk.page.expect_request("**/api/v1/why**") as sent:
        desk.page.click("#why-form button")
    query = parse_qs(urlsplit(sent.value.url).query)
    assert query.get("time") == (asked and [str(round(datetime.fromisoformat(asked).timestamp() * 1_000))])
    desk.page.fill("#why-day", "")
    desk.page.fill("#why-time", "")


def test_the_log_is_read_when_it_is_opened(desk):
    desk.page.locator("#logs summary").click()
    desk.wait_for_text("#logs-lines", "15:04:05 info    order_placed tag=tb1 quantity=34")


def test_a_symbol_pressed_comes_into_the_chart(desk):
    desk.page.locator("#watch-table button", has_text="MARUTI").click()
    desk.wait_for("document.querySelector('#chart-canvas').ariaLabel.includes('MARUTI')")
    assert desk.page.input_value("#chart-symbol") == "MARUTI"


def test_until_somebody_chooses_the_chart_shows_what_is_held(open_page, daemon):
    for row in daemon.document["symbols"]:
        row["quantity"] = 0
    opened = open_page()
    assert opened.page.input_value("#chart-symbol") == "RELIANCE"
    daemon.publish(lambda document: document["symbols"][3].update(quantity=5))
    opened.wait_for("document.querySelector('#chart-symbol').value === 'ICICIBANK'")
    opened.page.select_option("#chart-symbol", "TCS")
    daemon.publish()
    opened.wait_for_text("#clock", "14:15:00")
    assert opened.page.input_value("#chart-symbol") == "TCS"


def test_the_stop_and_the_target_of_a_position_lie_in_the_chart(desk):
    """Read back from the library, which keeps them in the scale as well."""
    desk.page.select_option("#chart-symbol", "RELIANCE")
    desk.wait_for_text("#chart-legend", "EMA 200")
    levels = "document.querySelector('#chart-canvas').dataset.levels"
    desk.wait_for(f"{levels} === 'last 1428.80, stop 1415.80, target 1454.60'")


def test_a_panel_whose_data_cannot_be_read_says_so_until_it_can(desk):
    desk.is_outage_expected = True
    desk.daemon.refused_reads = {"signals", "performance"}
    desk.daemon.publish(lambda document: document["day"].update(signals=9))
    desk.page.wait_for_selector("#signals[data-fault]")
    desk.daemon.publish(lambda document: document["day"].update(net="5.00"))
    desk.wait_for_text("#net", "+5.00")
    assert desk.page.get_attribute("#signals", "data-fault") == "the daemon is between two states"
    desk.wait_for_text("#alive-word", "Alive, in part")
    desk.daemon.refused_reads = set()
    desk.daemon.publish(lambda document: document["day"].update(signals=10))
    desk.page.wait_for_selector("#signals:not([data-fault])")


def test_a_panel_of_two_parts_is_not_well_because_one_of_them_is(open_page, daemon):
    daemon.refused_reads = {"performance"}
    opened = open_page()
    opened.is_outage_expected = True
    opened.page.wait_for_selector("#day[data-fault]")
    daemon.publish(lambda document: document["day"].update(net="5.00"))
    opened.wait_for_text("#net", "+5.00")
    assert opened.page.locator("#day[data-fault]").count() == 1


def test_a_document_that_cannot_be_read_does_not_look_alive(desk):
    desk.daemon.publish(lambda document: document.update(day=None, run=None))
    desk.page.wait_for_selector("#verdicts[data-fault]")
    assert desk.page.locator("#state-panel[data-fault]").count() == 1
    desk.wait_for_text("#alive-word", "UNREADABLE")
