"""A login that is missing in the middle of a day, and the requests for an approval on the phone."""

from datetime import date, time

import pytest
from pydantic import SecretStr

from trading_bot.adapters.upstox.login.settings import LoginSettings
from trading_bot.adapters.upstox.login.token_store import AccessToken, TokenStore, expiry_ms
from trading_bot.adapters.upstox.rest.answers import Answer, NoAnswerError
from trading_bot.adapters.upstox.settings import UpstoxSecrets
from trading_bot.bootstrap.login.requests import ApprovalRequests
from trading_bot.bootstrap.market.logins import Logins, LoginWorker
from trading_bot.bootstrap.market.reminders import next_reminder_ms, urgency
from trading_bot.domain.ist import ms_at

ON = date(2026, 11, 19)
TAKEN = (
    b'{"status":"success","data":{"authorization_expiry":"1795212000000","notifier_url":"https://x.test/"}}'
)
REFUSED = b'{"status":"error","errors":[{"error_code":"UDAPI100069","message":"no"}]}'


def at(clock: str) -> int:
    return ms_at(ON, time.fromisoformat(clock))


class Moment:
    def __init__(self, clock):
        self.at_ms = at(clock)

    def now_ms(self):
        return self.at_ms

    def passes(self, minutes):
        self.at_ms += minutes * 60_000


class Transport:
    """Answers the requests for an approval as the test says."""

    def __init__(self, answer):
        self.answer, self.asked = answer, 0

    async def without_token(self, _call):
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Desk:
    def __init__(self, folder, clock="11:00"):
        self.moment, self.said = Moment(clock), []
        self.is_needed, self.asked = True, 0
        self.store = TokenStore(folder / "token.json")
        logins = Logins(self.store, None, self.moment.now_ms)
        self.save("dead")
        logins.look()
        self.worker = LoginWorker(
            logins=logins,
            look_s=0.0,
            is_needed=lambda: self.is_needed,
            tell=lambda level, text: self.said.append((level, text)),
            ask_on_phone=self.ask,
        )

    async def ask(self):
        self.asked += 1

    def save(self, secret):
        now_ms = self.moment.now_ms()
        self.store.save(
            AccessToken(
                secret=SecretStr(secret), account="A", issued_at_ms=now_ms, expires_at_ms=expiry_ms(now_ms)
            )
        )


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


async def test_a_token_that_died_in_the_day_is_reminded_of_until_the_next_login(desk):
    """Faults 28 and 31, V16."""
    for _ in range(32):
        await desk.worker.look()
        desk.moment.passes(1)

    assert [level for level, _ in desk.said] == ["critical"] * 4
    assert desk.said[1][1].startswith("no login for 11 min")
    assert desk.asked == 32
    desk.save("fresh")
    await desk.worker.look()
    assert desk.said[-1] == (
        "info", "a new login of account A is here: reads and orders go on with it"
    )  # fmt: skip
    assert desk.worker.logins.secret().get_secret_value() == "fresh"


async def test_nobody_is_reminded_while_the_token_is_good(desk):
    desk.is_needed = False

    for _ in range(30):
        await desk.worker.look()
        desk.moment.passes(1)

    assert (desk.said, desk.asked) == ([], 0)


async def test_a_second_death_is_counted_from_its_own_begin(desk):
    await desk.worker.look()
    desk.is_needed = False
    desk.moment.passes(60)
    await desk.worker.look()
    desk.is_needed = True
    await desk.worker.look()
    desk.moment.passes(1)

    await desk.worker.look()

    assert desk.said[-1][1].startswith("no login for 1 min")


def requests(moment, said, asks_at="08:00"):
    return ApprovalRequests(
        settings=LoginSettings(notifier_port=8124, request_approval_at=asks_at),
        secrets=UpstoxSecrets(api_key=SecretStr("key"), api_secret=SecretStr("secret")),
        now_ms=moment.now_ms,
        tell=lambda level, text: said.append((level, text)),
    )


async def asked_over(minutes, moment, approvals, transport):
    for _ in range(minutes):
        await approvals.ask_if_due(transport)
        moment.passes(1)


async def test_the_phone_is_asked_from_the_configured_time_on_each_hour_four_times_at_most():
    moment, said, transport = Moment("07:30"), [], Transport(Answer(200, TAKEN))
    approvals = requests(moment, said)

    await asked_over(29, moment, approvals, transport)
    assert transport.asked == 0
    await asked_over(61, moment, approvals, transport)
    assert transport.asked == 1
    assert said == [("warning", "approve the login on your phone (asked for at 08:00)")]
    assert approvals.standing == said[0][1]
    await asked_over(600, moment, approvals, transport)
    assert transport.asked == 4


async def test_the_next_day_counts_anew():
    moment, transport = Moment("08:00"), Transport(Answer(200, TAKEN))
    approvals = requests(moment, [])
    await asked_over(400, moment, approvals, transport)

    moment.passes(24 * 60 - 400)
    await asked_over(1, moment, approvals, transport)

    assert transport.asked == 5


@pytest.mark.parametrize("answer", [NoAnswerError("silence"), Answer(401, REFUSED)])
async def test_a_request_that_fails_is_told_and_not_hammered(answer):
    """V9."""
    moment, said, transport = Moment("08:00"), [], Transport(answer)

    await asked_over(9, moment, requests(moment, said), transport)

    assert transport.asked == 1
    assert said[0][1].startswith("no approval could be asked for")


async def test_without_a_configured_time_the_phone_is_left_alone():
    moment, transport = Moment("08:00"), Transport(Answer(200, TAKEN))

    await asked_over(60, moment, requests(moment, [], asks_at=None), transport)

    assert transport.asked == 0


@pytest.mark.parametrize(
    ("now", "due", "level"),
    [
        ("00:01", "07:15", "info"),
        ("07:15", "07:45", "info"),
        ("08:20", "08:30", "warning"),
        ("09:14", "09:15", "critical"),
        ("09:15", "09:30", "critical"),
        ("11:01", "11:15", "critical"),
    ],
)
def test_reminders_come_closer_and_grow_louder(now, due, level):
    assert next_reminder_ms(at(now), at("09:15")) == at(due)
    assert urgency(at(now), at("09:15")) == level
