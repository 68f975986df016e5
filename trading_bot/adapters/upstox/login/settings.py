"""How the morning's login comes in, beside the browser."""

from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator, Field

from trading_bot.domain.section import ClockTime, Section


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError as error:
        raise ValueError(f"{text!r} is not an address; 127.0.0.1 is this machine alone") from error


class LoginSettings(Section):
    """Login by approval on the phone: the broker sends the token to the app's notifier address."""

    notifier_port: int = Field(default=0, ge=0, le=65_535)
    """Port that the token of an approval is awaited on; a reverse proxy with TLS passes the app's notifier
    address on to it. 0: no login by phone."""
    notifier_host: Annotated[str, AfterValidator(_address)] = "127.0.0.1"
    """Address that is listened on. Another one than loopback lets the token pass a network unencrypted."""
    notifier_path: str = Field(default="/upstox/token", pattern=r"^/[A-Za-z0-9/_.~-]*$", max_length=200)
    """Path of it; everything else is answered with 404."""
    request_approval_at: ClockTime | None = None
    """When the daemon asks for the approval on days with a session, and when a token dies in the day; it asks
    again each hour, four times at most. Empty: only `python main.py login --phone` asks."""
    approval_wait_s: float = Field(default=600.0, ge=10, le=3_600)
    """How long `login --phone` waits for the approval."""
