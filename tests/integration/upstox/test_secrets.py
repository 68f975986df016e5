"""A canary token goes through every fault path and must come out nowhere (V18, fault 115)."""

import logging

import pytest
import structlog
from pydantic import SecretStr

from trading_bot.adapters.upstox.adapter import upstox_adapter
from trading_bot.adapters.upstox.login.login import LoginAttempt
from trading_bot.adapters.upstox.login.token_store import AccessToken, TokenStore
from trading_bot.adapters.upstox.settings import UpstoxSecrets
from trading_bot.domain.errors import TradingBotError
from trading_bot.domain.instrument import Product
from trading_bot.domain.order import OrderRequest, OrderTerms, OrderType, Purpose, Side

CANARY = "canary-7f3a91-token"
ORDER = OrderRequest(
    tag="tb9ht00100a1",
    instrument_key="NSE_EQ|X",
    side=Side.BUY,
    product=Product.INTRADAY,
    purpose=Purpose.ENTRY,
    terms=OrderTerms(order_type=OrderType.LIMIT, quantity=1, price=100),
)


@pytest.fixture
def adapter(settings, tmp_path):
    quick = settings.model_copy(update={"read_attempts": 1})
    made = upstox_adapter(
        quick, lambda: SecretStr(CANARY), cache_folder=tmp_path, clock_ms=lambda: 1_795_147_200_000
    )
    yield made
    made.close()


def chain(error):
    while error is not None:
        yield f"{error!r} {error} {getattr(error, '__notes__', '')}"
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("fault", ["drops", "hangs", "html", "401"])
async def test_canary_token_appears_in_no_log_error_or_outcome(broker, adapter, caplog, fault):
    caplog.set_level(logging.DEBUG)
    for method, path in (("POST", "/v3/order/place"), ("GET", "/v2/order/retrieve-all")):
        if fault == "html":
            broker.on(method, path, 502, b"<html>bad gateway</html>")
        elif fault == "401":
            broker.on_error(method, path, 401, "UDAPI100050")
        else:
            getattr(broker, fault)(method, path)
    said = []

    with structlog.testing.capture_logs() as logs:
        said.append(repr(await adapter.broker.place(ORDER)))
        with pytest.raises(TradingBotError) as caught:
            await adapter.broker.orders()
        said += chain(caught.value)

    said += [caplog.text, repr(logs), repr(adapter), repr(vars(adapter.transport))]
    assert broker.asked[0].headers["Authorization"] == f"Bearer {CANARY}"
    assert CANARY not in " ".join(said)


TOKEN_SHAPED = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJBQjEyMzQifQ.c2lnbmF0dXJl"


async def test_token_that_the_broker_quotes_in_its_refusal_is_kept_nowhere(broker, adapter):
    """What it says goes into the journal with the order."""
    said = f"Invalid token Bearer {TOKEN_SHAPED}, or {TOKEN_SHAPED}"
    broker.on_error("POST", "/v3/order/place", 400, "UDAPI100036", said)
    broker.on_error("GET", "/v2/order/retrieve-all", 400, "UDAPI100036", said)

    outcome = await adapter.broker.place(ORDER)
    with pytest.raises(TradingBotError) as caught:
        await adapter.broker.orders()

    assert "Invalid token" in outcome.message
    assert TOKEN_SHAPED not in f"{outcome} {caught.value}"
    assert "c2lnbmF0dXJl" not in f"{outcome} {caught.value}"


async def test_order_updates_come_from_the_stream(adapter, broker):
    broker.on_error("GET", "/v2/feed/portfolio-stream-feed/authorize", 401, "UDAPI100050")

    with pytest.raises(TradingBotError):
        await anext(adapter.broker.order_updates())


async def test_login_secrets_appear_in_no_error(broker, adapter, settings, caplog):
    caplog.set_level(logging.DEBUG)
    secrets = UpstoxSecrets(
        api_key=SecretStr("app"), api_secret=SecretStr(CANARY), redirect_uri="http://127.0.0.1/"
    )
    attempt = LoginAttempt(settings, secrets, deadline_ms=0)
    broker.drops("POST", "/v2/login/authorization/token")

    with pytest.raises(TradingBotError) as caught:
        await attempt.token(adapter.transport, SecretStr("code-" + CANARY), 0)

    assert CANARY not in " ".join([*chain(caught.value), caplog.text, repr(attempt), repr(secrets)])


def test_token_is_masked_wherever_it_is_printed_and_when_its_file_is_torn(tmp_path):
    token = AccessToken(secret=SecretStr(CANARY), account="AB1234", issued_at_ms=0, expires_at_ms=1)
    store = TokenStore(tmp_path / "token.json")
    store.save(token)
    whole = (tmp_path / "token.json").read_text()
    (tmp_path / "token.json").write_text(whole[:-4])

    with pytest.raises(TradingBotError) as caught:
        store.load(0)

    assert CANARY in whole
    assert CANARY not in " ".join([repr(token), str(token), *chain(caught.value)])
