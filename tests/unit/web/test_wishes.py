"""What can be asked for over the API, and that it reaches the engine as the right wish."""

import pytest

from tests.fakes.dashboard import OPERATOR, READER
from trading_bot.domain.errors import DecisionFailedError, StorageError
from trading_bot.engine.inputs import OperatorWish

API = "/api/v1"


@pytest.mark.parametrize(
    ("path", "wishes"),
    [
        ("/pause", [(OperatorWish.PAUSE, "")]),
        ("/resume", [(OperatorWish.RESUME, "")]),
        ("/flatten", [(OperatorWish.PAUSE, ""), (OperatorWish.FLATTEN, "")]),
        ("/strategies/ema_cross/stop", [(OperatorWish.STOP_STRATEGY, "ema_cross")]),
        ("/strategies/ema_cross/start", [(OperatorWish.START_STRATEGY, "ema_cross")]),
    ],
)
async def test_each_path_asks_for_its_wish(bench, path, wishes):
    async with bench.client() as client:
        answer = await client.post(API + path)

    assert (answer.status_code, answer.json()["ok"]) == (200, True)
    assert bench.daemon.asked == wishes


async def test_the_answer_names_what_stops_entries_now(bench):
    async with bench.client() as client:
        assert (await client.post(f"{API}/pause")).json()["halts"] == ["entries: paused"]
        assert (await client.post(f"{API}/resume")).json()["halts"] == []


@pytest.mark.parametrize("verb", ["stop", "start"])
async def test_a_strategy_that_does_not_run_cannot_be_stopped(bench, verb):
    async with bench.client() as client:
        assert (await client.post(f"{API}/strategies/nothing/{verb}")).status_code == 404
    assert bench.daemon.asked == []


async def test_panic_takes_two_steps(bench):
    """V15."""
    async with bench.client() as client:
        prepared = (await client.post(f"{API}/panic/prepare")).json()
        assert bench.daemon.asked == []
        answer = await client.post(f"{API}/panic", json={"code": prepared["code"]})

    assert prepared["expires_in_s"] == 30
    assert (answer.json()["ok"], answer.json()["halts"]) == (True, ["panic is latched until resume"])
    assert bench.daemon.asked == [(OperatorWish.PANIC, "")]


@pytest.mark.parametrize(
    "body", [{}, {"code": ""}, {"code": 5}, {"code": "x" * 65}, [], {"code": "a", "more": 1}]
)
async def test_panic_without_a_code_is_not_understood(bench, body):
    async with bench.client() as client:
        assert (await client.post(f"{API}/panic", json=body)).status_code == 422
        assert (await client.post(f"{API}/panic", content=b"\xff{")).status_code == 422
    assert bench.daemon.asked == []


async def test_a_code_that_is_wrong_spent_or_late_does_nothing(bench):
    async with bench.client() as client:
        assert (await client.post(f"{API}/panic", json={"code": "guess"})).status_code == 409
        code = (await client.post(f"{API}/panic/prepare")).json()["code"]
        bench.clock.now_s += 31
        assert (await client.post(f"{API}/panic", json={"code": code})).status_code == 409
    assert bench.daemon.asked == []


async def test_a_code_of_one_session_is_of_no_use_to_another(bench):
    async with bench.browser() as one, bench.browser() as other:
        code = (await one.post(f"{API}/panic/prepare")).json()["code"]
        assert (await other.post(f"{API}/panic", json={"code": code})).status_code == 409
    assert bench.daemon.asked == []


async def test_who_may_only_look_gets_no_code(bench):
    async with bench.client(READER) as client:
        assert (await client.post(f"{API}/panic/prepare")).status_code == 403


@pytest.mark.parametrize("failure", [StorageError, DecisionFailedError])
async def test_a_wish_that_did_not_reach_the_disk_is_not_done(bench, failure):
    """V1: no answer before the rows are on disk."""
    bench.daemon.failure = failure("the disk is full")
    async with bench.client(OPERATOR) as client:
        answer = await client.post(f"{API}/pause")

    assert (answer.status_code, answer.json()) == (503, {"error": "the disk is full"})


async def test_a_session_resumes_with_the_operators_token_once_more(bench):
    """To stop is easy; to let go on takes more than a page that somebody left open."""
    async with bench.browser() as browser:
        for body in ({}, {"token": ""}, {"token": "guess"}, {"token": READER}):
            assert (await browser.post(f"{API}/resume", json=body)).status_code == 409
        assert (await browser.post(f"{API}/resume")).status_code == 409
        assert bench.daemon.asked == []
        assert (await browser.post(f"{API}/resume", json={"token": OPERATOR})).status_code == 200

    assert bench.daemon.asked == [(OperatorWish.RESUME, "")]


async def test_tokens_that_are_guessed_for_a_resume_are_locked_out_and_panic_is_not(bench):
    """Fault 119."""
    async with bench.browser() as browser:
        for number in range(5):
            await browser.post(f"{API}/resume", json={"token": f"guess {number}"})
        answer = await browser.post(f"{API}/resume", json={"token": OPERATOR})
        code = (await browser.post(f"{API}/panic/prepare")).json()["code"]
        panic = await browser.post(f"{API}/panic", json={"code": code})

    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert panic.status_code == 200


async def test_what_is_still_in_force_after_a_resume_is_told(bench):
    bench.daemon.stopped.add("ema_cross")
    async with bench.client() as client:
        message = (await client.post(f"{API}/resume")).json()["message"]

    assert message.endswith("still in force: strategy ema_cross: stopped_by_operator")


async def test_between_sessions_nobody_is_told_that_positions_are_being_closed(bench, monkeypatch):
    """V15: loud about what is not flat."""
    monkeypatch.setattr(type(bench.daemon), "is_trading", False)
    async with bench.client() as client:
        code = (await client.post(f"{API}/panic/prepare")).json()["code"]
        panic = (await client.post(f"{API}/panic", json={"code": code})).json()
        flatten = (await client.post(f"{API}/flatten")).json()
        pause = (await client.post(f"{API}/pause")).json()

    assert all("nothing can be sent" in answer["message"] for answer in (panic, flatten))
    assert "nothing can be sent" not in pause["message"]


async def test_a_strategy_that_failed_is_not_said_to_be_started(bench):
    """Fault 114: that takes a restart and a resume."""
    bench.daemon.halts.append("strategy confluence: strategy_failed")
    async with bench.client() as client:
        failed = (await client.post(f"{API}/strategies/confluence/start")).json()["message"]
        other = (await client.post(f"{API}/strategies/ema_cross/start")).json()["message"]

    assert failed.endswith("still in force: strategy confluence: strategy_failed")
    assert other == "ema_cross: started: it may enter again"
