"""`login`: the broker's page, the address that the browser comes back to, the token for its code."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from trading_bot.adapters.upstox.adapter import UpstoxAdapter
from trading_bot.adapters.upstox.login.login import LoginAttempt
from trading_bot.bootstrap.answers.broker import upstox
from trading_bot.bootstrap.answers.one_shot import silence
from trading_bot.bootstrap.login.believed import stored, stored_text
from trading_bot.domain.errors import LoginNeededError, ReadFailedError, SettingsError
from trading_bot.domain.ist import MS_PER_MINUTE, MS_PER_SECOND
from trading_bot.settings.tree import Settings

_ATTEMPT_MS = 15 * MS_PER_MINUTE
_TRIES = 3
_LEAST_SHOWN = "http"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who logs in, and how to reach them."""

    write: Callable[[str], None]
    typed: Callable[[str], Awaitable[str]] | None
    """Asks on the terminal and gives the line, EOFError where none comes any more; cancelling it leaves the
    terminal as it was. None: no terminal."""
    open_page: Callable[[str], bool]
    """Shows an address in a browser of this desktop; False where there is none."""
    is_remote: bool = False
    """Whether the person sits at another machine, whose browser does not reach this one's loopback."""


def log_in_by_browser(
    settings: Settings, person: Person, *, is_pasted: bool, now_ms: Callable[[], int]
) -> None:
    """Have the user approve the app in a browser, trade the code for a token, check whose it is, store it.

    Raises LoginNeededError when nobody sits at a terminal or the login does not come about, SettingsError
    when the app's credentials are not set or the broker does not know them.
    """
    attempt = LoginAttempt(settings.upstox, settings.credentials, deadline_ms=now_ms() + _ATTEMPT_MS)
    _ = attempt.url  # what is missing of the settings is told before anything else
    if person.typed is None:
        raise LoginNeededError(
            "login needs a terminal, since a person has to approve it in a browser: run "
            "`python main.py login` in a shell on this machine, use `login --phone`, or put the day's token "
            "into UPSTOX_ACCESS_TOKEN"
        )
    with silence():
        asyncio.run(_log_in(settings, attempt, person, is_pasted=is_pasted, now_ms=now_ms))


async def _log_in(
    settings: Settings, attempt: LoginAttempt, person: Person, *, is_pasted: bool, now_ms: Callable[[], int]
) -> None:
    async with upstox(settings, lambda: None, now_ms()) as broker:
        await _ask_whether_it_is_known(attempt, broker, person)
        returned = await _returned(settings, attempt, person, is_pasted=is_pasted)
        code = attempt.code_from(returned, now_ms())
        token = await attempt.token(broker.transport, code, now_ms())
    try:
        await stored(settings, token, now_ms())
    except ReadFailedError as error:
        raise LoginNeededError(
            f"the broker issued a token, but reading the profile with it failed ({error}): log in again"
        ) from error
    person.write(stored_text(settings, token))


async def _ask_whether_it_is_known(attempt: LoginAttempt, broker: UpstoxAdapter, person: Person) -> None:
    """A wrong key would show in the browser only, where nobody tells what to do about it."""
    try:
        objection = await attempt.objection(broker.transport)
    except ReadFailedError as error:
        person.write(f"warning: {error}; if your browser gets no page either, try later")
        return
    if objection:
        raise SettingsError(f"the broker's login page refuses this app: {objection}")


async def _returned(settings: Settings, attempt: LoginAttempt, person: Person, *, is_pasted: bool) -> str:
    """The address that the browser came back to: caught here, or pasted. Raises LoginNeededError."""
    async with _listening(settings, attempt, person, is_pasted=is_pasted) as caught:
        person.write(f"open this address in a browser and approve the app:\n\n{attempt.url}\n")
        if caught is not None and not person.is_remote and person.open_page(attempt.url):
            person.write("(a browser was opened)")
        person.write(_next_step(settings, person, is_caught=caught is not None))
        return await _first(caught, _pasted(attempt, person), person)


async def _first(
    caught: "asyncio.Future[str] | None", pasting: Coroutine[Any, Any, str], person: Person
) -> str:
    """Whichever comes first. Raises LoginNeededError."""
    waiting: set[asyncio.Future[str]] = {asyncio.ensure_future(pasting)}
    waiting |= {caught} if caught is not None else set()
    try:
        done, _ = await asyncio.wait(
            waiting, timeout=_ATTEMPT_MS / MS_PER_SECOND, return_when=asyncio.FIRST_COMPLETED
        )
        if not done:
            raise LoginNeededError("no login within 15 minutes: run `python main.py login` again")
        if caught is not None and caught in done:
            person.write("\nthe browser came back")
            return caught.result()
        return done.pop().result()
    finally:
        for one in waiting:
            one.cancel()
        await asyncio.wait(waiting)


@asynccontextmanager
async def _listening(
    settings: Settings, attempt: LoginAttempt, person: Person, *, is_pasted: bool
) -> AsyncIterator["asyncio.Future[str] | None"]:
    """A listener where the redirect address points, None where there can be none or none is wanted."""
    if is_pasted:
        yield None
        return
    from trading_bot.adapters.upstox.login.listener import (  # noqa: PLC0415  # brings a web server
        CannotListenError,
        redirect_listener,
    )

    address = settings.credentials.redirect_uri
    assert address, "the attempt's address was made from it"
    async with AsyncExitStack() as stack:
        caught = None
        try:
            caught = await stack.enter_async_context(redirect_listener(address, attempt.is_ours))
        except CannotListenError as error:
            person.write(f"{error}: paste the address instead, as said below")
        yield caught


def _next_step(settings: Settings, person: Person, *, is_caught: bool) -> str:
    paste = (
        "the browser is then sent to your redirect address, which need not load: copy the whole address that "
        "the browser shows and paste it here"
    )
    if not is_caught:
        return paste
    if not person.is_remote:
        return "waiting for the browser to come back; or paste the address that it is sent to here"
    port = urlsplit(settings.credentials.redirect_uri or "").port
    return (
        f"{paste} (or, to have it caught, forward the port when you connect: "
        f"ssh -L {port}:127.0.0.1:{port} …)"
    )


async def _pasted(attempt: LoginAttempt, person: Person) -> str:
    """An address with this attempt's state; slips of the clipboard are forgiven. Raises LoginNeededError."""
    assert person.typed is not None
    for tries_left in range(_TRIES - 1, -1, -1):
        try:
            pasted = (await person.typed("address: ")).strip()
        except EOFError:
            pasted = ""
        if not pasted:
            raise LoginNeededError("nothing was pasted: run `python main.py login` again")
        if attempt.is_ours(pasted):
            return pasted
        wrong = _what_is_wrong(pasted)
        if not tries_left:
            raise LoginNeededError(f"{wrong}: run `python main.py login` again")
        person.write(f"{wrong}. Paste it again, or press Ctrl-C.")
    raise AssertionError("the last try returns or raises")


def _what_is_wrong(pasted: str) -> str:
    if not pasted.startswith(_LEAST_SHOWN) and "=" not in pasted:
        return "that is no address: it begins with your redirect address and holds code= and state="
    if "state=" not in pasted:
        return "that address holds no state: copy all of it, from http to the end"
    return "that address does not belong to this login attempt, but to another one"


def is_remote(environment: Mapping[str, str]) -> bool:
    """Whether somebody sits at the other end of ssh."""
    return bool(environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"))


def has_desktop(environment: Mapping[str, str], platform: str) -> bool:
    """Whether a browser can be shown here; a text browser in the terminal would stand in the way."""
    if is_remote(environment):
        return False
    return platform in ("darwin", "win32") or bool(
        environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")
    )
