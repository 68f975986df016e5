"""Nothing behind the guard is reached by a request that it refuses. Faults 117 to 119."""

import httpx
import pytest

from tests.fakes.dashboard import HOST, OPERATOR, ORIGIN, READER, DashboardBench
from trading_bot.web.settings import WebSettings

POSTS = (
    "/api/v1/pause",
    "/api/v1/resume",
    "/api/v1/flatten",
    "/api/v1/panic/prepare",
    "/api/v1/panic",
    "/api/v1/strategies/confluence/stop",
    "/api/v1/strategies/confluence/start",
)
GETS = (
    "/api/v1/status",
    "/api/v1/logs",
    "/api/v1/events",
    "/api/v1/nothing",
    "/metrics",
    "/api/v1/openapi.json",
    "/docs/style.css",
)


@pytest.mark.parametrize("path", GETS)
async def test_nothing_is_told_without_a_token(bench, path):
    async with bench.client(None) as client:
        assert (await client.get(path)).status_code == 401


@pytest.mark.parametrize("path", ["/", "/dashboard", "/docs"])
async def test_a_browser_without_a_session_is_led_to_the_login(bench, path):
    async with bench.client(None) as client:
        answer = await client.get(path)

    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


@pytest.mark.parametrize("path", POSTS)
async def test_nothing_is_done_without_a_token(bench, path):
    async with bench.client(None, Origin=ORIGIN) as client:
        assert (await client.post(path)).status_code == 401
    assert bench.daemon.asked == []


@pytest.mark.parametrize("path", POSTS)
async def test_who_may_only_look_cannot_do_anything(bench, path):
    async with bench.client(READER) as client:
        assert (await client.post(path)).status_code == 403
    assert bench.daemon.asked == []


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "", "[::1", "a b"]
)
async def test_a_foreign_host_is_refused_whatever_token_comes_with_it(bench, host):
    """Fault 118: a name of somebody else's that leads to loopback."""
    async with bench.client(OPERATOR, Host=host) as client:
        assert (await client.get("/api/v1/status")).status_code == 421
        assert (await client.post("/api/v1/pause")).status_code == 421
    assert bench.daemon.asked == []


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "[::1]:8080", "127.8.8.8:1"])
async def test_every_name_of_loopback_is_ours(bench, host):
    async with bench.client(OPERATOR, Host=host) as client:
        assert (await client.get("/api/v1/session")).status_code == 200


async def test_a_name_that_is_configured_is_ours():
    bench = DashboardBench(settings=WebSettings(enabled=True, allowed_hosts=("Bot.example.org",)))
    async with bench.client(OPERATOR, Host="bot.example.org") as client:
        assert (await client.get("/api/v1/session")).status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:9999", "file://", f"http://{HOST}.evil"]
)
@pytest.mark.parametrize("path", [*POSTS, "/login", "/logout"])
async def test_a_forged_origin_is_refused(bench, path, origin):
    """Fault 118."""
    async with bench.browser() as browser:
        answer = await browser.post(path, headers={"Origin": origin})

    assert answer.status_code == 403
    assert bench.daemon.asked == []


@pytest.mark.parametrize("path", POSTS)
async def test_a_session_without_its_csrf_token_does_nothing(bench, path):
    """Fault 118."""
    async with bench.browser() as browser:
        for csrf in ("", "x" * 43, "é"):
            answer = await browser.post(path, headers={"X-CSRF-Token": csrf.encode()})
            assert answer.status_code == 403
    assert bench.daemon.asked == []


async def test_a_session_without_an_origin_does_nothing(bench):
    async with bench.browser() as browser:
        del browser.headers["Origin"]
        assert (await browser.post("/api/v1/pause")).status_code == 403
        assert (await browser.post("/login", data={"token": OPERATOR})).status_code == 403
    assert bench.daemon.asked == []


async def test_a_session_with_all_of_it_is_obeyed(bench):
    async with bench.browser() as browser:
        assert (await browser.post("/api/v1/pause")).status_code == 200
    assert len(bench.daemon.asked) == 1


@pytest.mark.parametrize("path", POSTS)
async def test_nothing_is_done_by_a_link(bench, path):
    async with bench.client() as client:
        assert (await client.get(path)).status_code in (404, 405)
    assert bench.daemon.asked == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"])
async def test_other_methods_do_nothing(bench, method):
    async with bench.client() as client:
        assert (await client.request(method, "/api/v1/pause")).status_code == 405
    assert bench.daemon.asked == []


@pytest.mark.parametrize("path", ["/login", "/static/app.js", "/api/v1/status", "/nothing"])
async def test_every_answer_carries_what_browsers_are_to_forbid(bench, path):
    """Fault 120."""
    async with bench.client() as client:
        headers = (await client.get(path)).headers

    assert "unsafe" not in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "access-control-allow-origin" not in headers
    assert headers["cache-control"] == ("no-cache" if path.startswith("/static/") else "no-store")


async def test_a_body_that_is_too_large_is_refused(bench):
    async with bench.client() as client:
        declared = await client.post("/api/v1/panic", content=b"x" * 70_000)
        chunked = await client.post("/api/v1/panic", content=_chunks())

    assert declared.status_code == 413
    assert chunked.status_code >= 400


async def _chunks():
    for _ in range(20):
        yield b"x" * 5_000


async def test_sockets_of_other_kinds_are_left_alone(bench):
    sent: list[dict] = []

    async def send(message: dict) -> None:
        sent.append(message)

    await bench.app({"type": "websocket"}, None, send)

    assert sent == []


async def test_the_cookie_is_for_this_page_alone(bench):
    async with bench.client(None, Origin=ORIGIN) as client:
        cookie = (await client.post("/login", data={"token": OPERATOR})).headers["set-cookie"].lower()

    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie


async def test_under_tls_the_cookie_travels_over_tls_only():
    bench = DashboardBench(settings=WebSettings(enabled=True, behind_tls=True))
    async with bench.client(None, Origin=ORIGIN) as client:
        cookie = (await client.post("/login", data={"token": OPERATOR})).headers["set-cookie"].lower()

    assert "secure" in cookie


async def test_a_session_ends_with_its_time(bench):
    async with bench.browser() as browser:
        bench.clock.now_s += 12 * 3_600
        assert (await browser.get("/api/v1/status")).status_code == 401


async def test_a_session_that_was_ended_opens_nothing_any_more(bench):
    async with bench.browser() as browser:
        kept = dict(browser.cookies)
        await browser.post("/logout")
        browser.cookies.update(kept)
        assert (await browser.get("/api/v1/status")).status_code == 401


@pytest.mark.parametrize(
    "cookie", ["trading_bot_session_replay=made-up", "trading_bot_session_replay=", "\x7f=;;=", "a"]
)
async def test_a_made_up_session_opens_nothing(bench, cookie):
    async with bench.client(None, Cookie=cookie) as client:
        assert (await client.get("/api/v1/status")).status_code == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic b3A6b3A=", "bearer x", "Bearer é"])
async def test_a_made_up_token_opens_nothing(bench, header):
    transport = httpx.ASGITransport(bench.app)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        answer = await client.get("/api/v1/status", headers={"Authorization": header.encode()})

    assert answer.status_code == 401


async def test_a_thousand_bad_logins_are_locked_out_and_told_once(bench):
    """Fault 119."""
    async with bench.client(None, Origin=ORIGIN) as client:
        statuses = [
            (await client.post("/login", data={"token": f"guess {number}"})).status_code
            for number in range(1_000)
        ]
        right = await client.post("/login", data={"token": OPERATOR})

    assert statuses.count(401) == 5
    assert set(statuses[5:]) == {429}
    assert right.status_code == 429
    assert int(right.headers["retry-after"]) > 0
    assert len(bench.daemon.told) == 1


async def test_a_thousand_bad_tokens_are_locked_out_as_well(bench):
    async with bench.client("guess") as client:
        statuses = [(await client.get("/api/v1/status")).status_code for _ in range(1_000)]

    assert statuses.count(401) == 5
    assert len(bench.daemon.told) == 1


async def test_a_session_goes_on_while_others_are_locked_out(bench):
    """Who guesses must not take the panic button from the one who is logged in."""
    async with bench.browser() as browser, bench.client("guess") as guesser:
        for _ in range(10):
            await guesser.get("/api/v1/status")
        assert (await browser.post("/api/v1/pause")).status_code == 200


async def test_a_lockout_ends(bench):
    async with bench.client("guess") as guesser, bench.client() as client:
        for _ in range(10):
            await guesser.get("/api/v1/status")
        bench.clock.now_s += 901
        assert (await client.get("/api/v1/session")).status_code == 200


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "http://[x]:1"])
@pytest.mark.parametrize("path", ["/login", "/api/v1/pause"])
async def test_an_origin_that_is_none_is_refused_and_no_mistake_of_ours(bench, path, origin):
    async with bench.client(None, Origin=origin) as client:
        assert (await client.post(path)).status_code == 403


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1/static/",
        "127.0.0.1:8080/static/?",
        "127.0.0.1?",
        "127.0.0.1#",
        "x@127.0.0.1",
        "127.0.0.1:",
        "[::1",
    ],
)
async def test_a_host_is_a_name_and_a_port_and_nothing_else(bench, host):
    """Fault 118: what is put together with it must not look like another path."""
    async with bench.client(None, Host=host) as client:
        assert (await client.get("/api/v1/status")).status_code == 421


@pytest.mark.parametrize("length", ["4097", "9" * 5_000, "-1", "1e3", "²"])
async def test_whoever_has_no_token_yet_sends_little(bench, length):
    async with bench.client(None, Origin=ORIGIN) as client:
        answer = await client.post("/login", content=b"", headers={"Content-Length": length.encode()})

    assert answer.status_code == 413


async def test_a_login_without_a_length_ends_where_it_becomes_too_large(bench):
    async with bench.client(None, Origin=ORIGIN) as client:
        answer = await client.post("/login", content=_chunks())

    assert answer.status_code == 413
    assert "too long" in answer.text


async def test_a_form_of_many_fields_is_not_looked_through(bench):
    async with bench.client(None, Origin=ORIGIN) as client:
        assert (await client.post("/login", content=b"&".join([b"token=x"] * 11))).status_code == 401


async def test_a_scraper_with_an_old_token_keeps_no_person_of_its_machine_out(bench):
    """On loopback everybody has one address."""
    async with bench.client("old token") as scraper:
        for _ in range(20):
            await scraper.get("/metrics")
        assert (await scraper.get("/metrics")).status_code == 429
    async with bench.browser() as browser:
        assert (await browser.get("/api/v1/session")).status_code == 200


async def test_two_daemons_of_one_host_have_cookies_of_their_own(bench):
    """Browsers tell cookies apart by host and name, not by port."""
    async with bench.client(None, Origin=ORIGIN) as client:
        await client.post("/login", data={"token": OPERATOR})
        assert [cookie.name for cookie in client.cookies.jar] == ["trading_bot_session_replay"]
