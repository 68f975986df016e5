"""A token is believed, and stored, only after the profile read that it opens."""

from pydantic import SecretStr

from trading_bot.adapters.upstox.login.token_store import AccessToken
from trading_bot.adapters.upstox.rest.rest import confirmed_account
from trading_bot.bootstrap.answers.broker import token_store, upstox
from trading_bot.bootstrap.places import token_path
from trading_bot.domain.errors import LoginNeededError, NotAuthorisedError
from trading_bot.domain.ist import datetime_of
from trading_bot.settings.tree import Settings


async def stored(settings: Settings, token: AccessToken, now_ms: int) -> None:
    """Read the profile with the token, and store it when it is of the account that it is said to be of.

    Raises LoginNeededError when it is not to be believed, ReadFailedError when the broker does not say.
    """
    await _confirm(settings, token, now_ms)
    token_store(settings).save(token)


async def _confirm(settings: Settings, token: AccessToken, now_ms: int) -> None:
    def secret() -> SecretStr:
        return token.secret

    async with upstox(settings, secret, now_ms) as broker:
        try:
            account = await confirmed_account(broker.reads, "")
        except NotAuthorisedError as error:
            raise LoginNeededError("the broker does not accept this token: log in again") from error
    expected = settings.upstox.account or token.account
    if account != expected:
        raise LoginNeededError(
            f"the token belongs to account {account}, not to {expected}: it was not taken; log in with the "
            "right one"
        )


def stored_text(settings: Settings, token: AccessToken) -> str:
    """What a person is told of a new token."""
    return (
        f"logged in as {token.account}; the token is valid until "
        f"{datetime_of(token.expires_at_ms):%Y-%m-%d %H:%M} IST and lies in {token_path(settings)} (mode 600)"
    )
