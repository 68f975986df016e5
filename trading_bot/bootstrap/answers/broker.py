"""The broker for a moment, and the token of the day, for commands that do one thing and end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from trading_bot.adapters.upstox.adapter import UpstoxAdapter, upstox_adapter
from trading_bot.adapters.upstox.login.token_store import AccessToken, TokenStore, usable_token
from trading_bot.adapters.upstox.rest.transport import TokenSource
from trading_bot.bootstrap.places import instruments_folder, token_path
from trading_bot.settings.tree import Settings


def token_store(settings: Settings) -> TokenStore:
    """The file of the day's token."""
    return TokenStore(token_path(settings), settings.upstox.account)


def token_of_the_day(settings: Settings, now_ms: int) -> AccessToken:
    """The stored token, else the one of the environment. Raises LoginNeededError."""
    return usable_token(token_store(settings), settings.credentials.access_token, now_ms)


@asynccontextmanager
async def upstox(settings: Settings, token: TokenSource, now_ms: int) -> AsyncIterator[UpstoxAdapter]:
    """The broker, for as long as the block lasts."""
    adapter = upstox_adapter(
        settings.upstox, token, cache_folder=instruments_folder(settings), clock_ms=lambda: now_ms
    )
    try:
        yield adapter
    finally:
        adapter.close()
