"""The login by approval on the phone: request, answer of the user, message to the notifier address."""

import json
from types import SimpleNamespace

import pytest
from aiohttp import web

from trading_bot.domain.ist import MS_PER_SECOND

REQUEST = "/v3/login/auth/token/request/app"
SECRET = {"client_secret": "secret"}


@pytest.fixture
async def notifier():
    """What stands behind the app's notifier address; `notifier.url` and what it `got`."""

    receiver = SimpleNamespace(got=[], status=200)

    async def take(request):
        receiver.got.append(json.loads(await request.read()))
        return web.Response(status=receiver.status, text="taken")

    app = web.Application()
    app.router.add_post("/token", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/token"
    yield receiver
    await runner.cleanup()


@pytest.fixture
async def client(start, connect, notifier):
    app = {"client_id": "app", "client_secret": "secret", "notifier_url": notifier.url}
    return connect(await start(**app), "none yet")


async def answered(client, action):
    return await client.call("POST", "/simulator/approval", json={"action": action})


async def test_approval_sends_a_token_that_opens_the_account(client, notifier):
    await client.call("POST", REQUEST, json=SECRET)

    status, body = await answered(client, "approve")

    (message,) = notifier.got
    assert (status, body["delivered"]) == (200, 200)
    assert (message["client_id"], message["user_id"]) == ("app", "SIM001")
    assert (message["message_type"], message["token_type"]) == ("access_token", "Bearer")
    assert message["issued_at"].isdecimal()
    bearer = {"Authorization": f"Bearer {message['access_token']}"}
    assert (await client.call("GET", "/v2/user/profile", headers=bearer))[0] == 200


async def test_nothing_is_sent_before_the_user_answers_or_when_he_refuses(client, notifier):
    await client.call("POST", REQUEST, json=SECRET)
    assert (await client.call("GET", "/simulator/approval"))[1] == ["app"]

    status, _ = await answered(client, "refuse")

    assert status == 200
    assert notifier.got == []
    assert (await answered(client, "approve"))[0] == 400


async def test_an_answer_without_a_question_is_refused(client, notifier):
    status, body = await answered(client, "approve")

    assert (status, body["errors"][0]["message"]) == (400, "no approval is asked for")


async def test_a_notifier_that_answers_badly_or_not_at_all_is_told(client, notifier):
    notifier.status = 503
    for _ in range(2):
        await client.call("POST", REQUEST, json=SECRET)

    assert (await answered(client, "approve"))[1]["delivered"] == 503
    client.server.simulation.settings = client.server.simulation.settings.model_copy(
        update={"notifier_url": "http://127.0.0.1:9/"}
    )
    assert (await answered(client, "approve"))[1]["delivered"] is None


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        (REQUEST, {"client_secret": "wrong"}, "UDAPI100069"),
        (REQUEST, {}, "UDAPI100036"),
        ("/v3/login/auth/token/request/other", SECRET, "UDAPI100068"),
    ],
)
async def test_a_request_of_another_app_or_secret_is_refused(client, path, body, code):
    status, answer = await client.call("POST", path, json=body)

    assert status in (400, 401)
    assert answer["errors"][0]["error_code"] == code


async def test_a_question_lapses_at_half_past_three(client):
    await client.call("POST", REQUEST, json=SECRET)
    simulation = client.server.simulation
    day_ms = 24 * 3_600 * MS_PER_SECOND

    assert list(simulation.approvals.open(simulation.now_ms + day_ms)) == []
    assert simulation.approvals.take(simulation.now_ms + day_ms) is None


async def test_a_code_of_the_page_lapses(client):
    codes = client.server.simulation.login_codes
    code = codes.issue("app", "http://127.0.0.1:1/", lapses_ms=1_000)

    assert codes.redeem(code, 1_000) is None
    assert codes.redeem(code, 999) is None
