"""Every kind of channel against a receiver on loopback, through the library that sends."""

import pytest

from tests.fakes.receivers import BOT_TOKEN, CANARIES, CHAT, HOOK, PASSWORD, Refusal, web_receiver
from trading_bot.adapters.alerts.held import Letter
from trading_bot.adapters.alerts.sending import NotTakenError
from trading_bot.adapters.alerts.settings import AlertLevel
from trading_bot.adapters.log_settings import LogSettings
from trading_bot.adapters.logs import start_logs
from trading_bot.bootstrap.alerting import Alerting, send_once, sender_of
from trading_bot.domain.errors import SettingsError
from trading_bot.engine.observe import NoticeBoard
from trading_bot.settings.tree import Settings

LETTER = Letter(level=AlertLevel.WARNING, text="INFY <b> & 3 > 2 *x*", count=1)


@pytest.fixture
def sender_to(settings_for):
    def make(address, **changes):
        settings = settings_for(address, **changes)
        return sender_of(1, settings.channel_1, settings, title="trading-bot paper")

    return make


async def why_not(sender) -> NotTakenError:
    with pytest.raises(NotTakenError) as raised:
        await sender.send(LETTER)
    assert not any(canary in str(raised.value) for canary in CANARIES)
    return raised.value


@pytest.mark.parametrize("scheme", ["json", "slack", "tgram"])
async def test_a_message_arrives_as_it_was_written(scheme, sender_to, addresses, receiver):
    await sender_to(addresses[scheme]).send(LETTER)

    ((path, body),) = receiver.posted
    assert (HOOK in path) or ("services" in path) or path == f"/bot{BOT_TOKEN}/sendMessage"
    plain = str(body).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert "INFY <b> & 3 > 2 *x*" in plain.replace("\\\\", "")
    assert "trading-bot paper: warning" in plain


async def test_telegram_gets_text_that_its_markup_cannot_change(sender_to, addresses, receiver):
    await sender_to(addresses["tgram"]).send(LETTER)

    ((_, body),) = receiver.posted
    assert body["chat_id"] == CHAT
    assert body["text"].splitlines() == ["trading-bot paper: warning", "INFY &lt;b&gt; &amp; 3 &gt; 2 *x*"]


async def test_mail_arrives_with_its_level_as_subject(sender_to, addresses, mail):
    await sender_to(addresses["mailto"]).send(LETTER)

    (got,) = mail.mails
    assert got["subject"] == "trading-bot paper: warning"
    assert got["to"] == "me@x.in"
    assert mail.texts == [LETTER.text]


async def test_a_refusal_says_how_long_to_wait_in_its_header(sender_to, addresses, receiver):
    receiver.refusals = [Refusal(429, {"Retry-After": "17"})]

    error = await why_not(sender_to(addresses["json"]))

    assert (error.retry_after_s, error.is_final) == (17, False)
    assert "answered 429" in str(error)


async def test_telegram_says_it_in_its_own_way(sender_to, addresses, receiver):
    body = {"ok": False, "description": "Too Many Requests", "parameters": {"retry_after": 9}}
    receiver.refusals = [Refusal(429, {}, body)]

    assert (await why_not(sender_to(addresses["tgram"]))).retry_after_s == 9


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [
        ("Thu, 19 Nov 2026 04:00:30 GMT", 30),
        ("Thu, 19 Nov 2026 03:00:00 GMT", 0),
        ("soon", None),
        ("nan", None),
        ("-5", 0),
        ("999999", 3_600),
    ],
)
async def test_a_wish_of_any_shape_is_bounded(sender_to, addresses, receiver, wish, seconds):
    receiver.refusals = [Refusal(503, {"Retry-After": wish, "Date": "Thu, 19 Nov 2026 04:00:00 GMT"})]

    assert (await why_not(sender_to(addresses["json"]))).retry_after_s == seconds


async def test_a_wrong_token_is_final(sender_to, addresses, receiver):
    receiver.refusals = [Refusal(401, {}, {"ok": False, "description": "Unauthorized"})]

    error = await why_not(sender_to(addresses["tgram"]))

    assert error.is_final
    assert "Unauthorized" in str(error)


async def test_a_receiver_that_hangs_costs_its_time_out_and_no_more_than_two_calls(
    sender_to, addresses, receiver
):
    receiver.is_hanging = True
    sender = sender_to(addresses["json"], read_timeout_s=30, send_timeout_s=0.05)

    errors = [str(await why_not(sender)) for _ in range(3)]

    assert errors[0] == "no end of the call within 0.05 s"
    assert errors[2] == "2 earlier calls still hang"


async def test_nobody_there_is_told_without_the_address(sender_to):
    error = await why_not(sender_to(f"json://127.0.0.1:9/hooks/{HOOK}"))

    assert "refused" in str(error)


async def test_a_certificate_that_nobody_vouches_for_is_refused(sender_to, self_signed):
    """Fault 103, V18."""
    async with web_receiver(self_signed) as secure:
        error = await why_not(sender_to(f"jsons://127.0.0.1:{secure.port}/hooks/{HOOK}"))

        assert "certificate" in str(error).lower()
        assert secure.posted == []


async def test_no_redirect_is_followed(sender_to, addresses, receiver):
    """It would carry the message, and perhaps a secret, to somebody else."""
    receiver.refusals = [Refusal(307, {"Location": f"{receiver.url}/elsewhere"})]

    await why_not(sender_to(addresses["json"]))

    assert receiver.posted == []


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("tgram://canarytoken", "not complete or not well-formed; write for example tgram://BOT_TOKEN"),
        (f"tgram://{BOT_TOKEN}/", "names no chat"),
        ("slack://canary", "not complete"),
        ("foo://canary", "no service that is known"),
        ("canary", "not an address with a scheme"),
        ("jsons://", "not complete"),
        ("jsons://canary.in/x?verify=no", "would trust any certificate"),
        ("json://canary.in/x", "unencrypted; use jsons://"),
        (f"mailto://u:{PASSWORD}@canary.in?to=a@b.in", "unencrypted; use mailtos://"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_without_it(sender_to, address, complaint):
    with pytest.raises(SettingsError, match=complaint) as raised:
        sender_to(address)

    assert str(raised.value).startswith("ALERT_URL_1: ")
    assert not any(canary in str(raised.value) for canary in CANARIES)


async def test_no_secret_reaches_a_log(settings_for, addresses, receiver, tmp_path):
    """Faults 115 and 125, V18: with everything logged, by logs that know no secret and could not mask it."""
    settings = settings_for(*list(addresses.values())[:3], attempts=1)
    logs = start_logs(LogSettings(folder=tmp_path, level="debug"), now_ms=lambda: 0, secrets=())
    board = NoticeBoard()
    receiver.refusals = [Refusal(status) for status in (500, 401, 429) for _ in range(3)]
    async with Alerting(settings=Settings(alerts=settings), board=board, mode="paper").under_way():
        board.add(0, "critical", "stop gone")
        await receiver.until(3)
    logs.close()

    logged = (tmp_path / "trading_bot.log").read_text()
    assert "alert_not_taken" in logged
    assert any("takes no messages" in notice.text for notice in board.notices)
    for text in (logged, repr(board.notices), repr(settings)):
        assert not [canary for canary in CANARIES if canary in text]


async def test_each_channel_is_tried_once_and_says_whether_it_took_the_message(
    settings_for, addresses, receiver, mail
):
    settings = settings_for(addresses["json"], addresses["mailto"], "json://127.0.0.1:9/x")

    answers = await send_once(settings, "test", level=AlertLevel.INFO, title="trading-bot", only=None)

    assert [name for name, _ in answers] == ["alerts 1 (json)", "alerts 2 (mailto)", "alerts 3 (json)"]
    assert [bool(why) for _, why in answers] == [False, False, True]
    assert (receiver.texts, mail.texts) == (["test"], ["test"])
