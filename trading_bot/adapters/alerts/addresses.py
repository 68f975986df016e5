"""An address of a channel as a person writes it: what it leads to, and what of it is secret."""

from urllib.parse import parse_qsl, unquote

_SHORTEST_SECRET = 6
_HOSTED = frozenset({"json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos"})
"""Schemes whose host is a host; elsewhere it may be a part of the secret."""
TELEGRAM = frozenset({"tgram", "telegram"})

EXAMPLES = {
    "tgram": "tgram://BOT_TOKEN/CHAT_ID",
    "mailtos": "mailtos://USER:PASSWORD@SMTP_HOST?to=ADDRESS&from=ADDRESS",
    "slack": "slack://TOKEN_A/TOKEN_B/TOKEN_C",
    "jsons": "jsons://HOST/PATH",
}
"""How the usual ones are written."""


def scheme_of(address: str) -> str:
    """The word before `://`, empty where there is none."""
    scheme, found, _ = address.strip().partition("://")
    return scheme.lower() if found and scheme.isalnum() else ""


def secrets_of(address: str) -> frozenset[str]:
    """Every part of an address that somebody could use: nothing of it may be logged or shown."""
    rest = address.strip().partition("://")[2]
    place, _, query = rest.partition("?")
    host_part, _, path = place.partition("/")
    user_part, _, host = host_part.rpartition("@")
    whole = [address.strip(), rest, place, path, user_part]
    password = user_part.partition(":")[2]
    named = [value for _, value in parse_qsl(query)]
    words = [*path.split("/"), *path.split(":")]
    if scheme_of(address) not in _HOSTED:
        words += [host, *host.split(":")]
    parts = [*whole, password, *named, *filter(_looks_random, words)]
    forms = {form.strip("/#@") for part in parts for form in (part, unquote(part))}
    return frozenset(form for form in forms if len(form) >= _SHORTEST_SECRET)


def _looks_random(part: str) -> bool:
    """Whether it is no word of a path: those stand in every second line of a log."""
    return not (part.isalpha() and part.islower())


def telegram_of(address: str) -> tuple[str, str] | None:
    """Token and chat of a Telegram address; None for anything else, and unless it names exactly one."""
    if scheme_of(address) not in TELEGRAM:
        return None
    place = address.strip().partition("://")[2].partition("?")[0]
    token, _, chats = place.partition("/")
    named = [chat for chat in unquote(chats).split("/") if chat]
    return (unquote(token).removeprefix("bot"), named[0]) if token and len(named) == 1 else None
