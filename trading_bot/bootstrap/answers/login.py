"""`login`: the daily trip to the broker's page, and the token that comes back."""

import asyncio
from collections.abc import Callable

from pydantic import SecretStr

from trading_bot.adapters.upstox.login import LoginAttempt
from trading_bot.adapters.upstox.rest import confirmed_account
from trading_bot.adapters.upstox.token_store import AccessToken
from trading_bot.bootstrap.answers.broker import token_store, upstox
from trading_bot.bootstrap.answers.one_shot import silence
from trading_bot.bootstrap.places import token_path
from trading_bot.domain.errors import LoginNeededError, ReadFailedError
from trading_bot.domain.ist import MS_PER_MINUTE, datetime_of
from trading_bot.settings.tree import Settings

_ATTEMPT_MS = 15 * MS_PER_MINUTE
_QUESTION = "address (or its code): "

Ask = Callable[[str], str]
Write = Callable[[str], None]


def log_in(settings: Settings, ask: Ask | None, write: Write, *, now_ms: Callable[[], int]) -> None:
    """Have the user approve the app in a browser, trade the code for a token, check whose it is, store it.

    Raises LoginNeededError when nobody sits at a terminal or the broker refuses, SettingsError when the app's
    credentials are not set.
    """
    attempt = LoginAttempt(settings.upstox, settings.credentials, deadline_ms=now_ms() + _ATTEMPT_MS)
    address = attempt.url
    if ask is None:
        raise LoginNeededError(
            "login needs a terminal, since a person has to approve it in a browser: run "
            "`python main.py login` in a shell on this machine, or put the day's token into "
            "UPSTOX_ACCESS_TOKEN"
        )
    write(
        f"1. open this address in a browser and approve the app:\n\n{address}\n\n"
        "2. the browser is then sent to your redirect address, which need not load.\n"
        "3. copy the whole address that the browser shows and paste it here."
    )
    code = _code(attempt, _answer(ask), now_ms())
    with silence():
        token = asyncio.run(_confirmed_token(settings, attempt, code, now_ms()))
    token_store(settings).save(token)
    write(
        f"logged in as {token.account}; the token is valid until "
        f"{datetime_of(token.expires_at_ms):%Y-%m-%d %H:%M} IST and lies in {token_path(settings)} (mode 600)"
    )


def _answer(ask: Ask) -> str:
    try:
        pasted = ask(_QUESTION).strip()
    except EOFError:
        pasted = ""
    if not pasted:
        raise LoginNeededError("nothing was pasted: run `python main.py login` again")
    return pasted


def _code(attempt: LoginAttempt, pasted: str, now_ms: int) -> SecretStr:
    """The code of a pasted address, whose state is checked, or the code alone as it was pasted."""
    is_address = any(mark in pasted for mark in "/?=&")
    return attempt.code_from(pasted, now_ms) if is_address else SecretStr(pasted)


async def _confirmed_token(
    settings: Settings, attempt: LoginAttempt, code: SecretStr, now_ms: int
) -> AccessToken:
    """A token is trusted only after the profile read that it opens."""
    issued: list[SecretStr] = []
    async with upstox(settings, lambda: issued[-1] if issued else None, now_ms) as broker:
        token = await attempt.token(broker.transport, code, now_ms)
        issued.append(token.secret)
        try:
            await confirmed_account(broker.reads, token.account)
        except ReadFailedError as error:
            raise LoginNeededError(
                f"the broker issued a token, but reading the profile with it failed ({error}): log in again"
            ) from error
    return token
