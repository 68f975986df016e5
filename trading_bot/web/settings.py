"""Where the dashboard listens, and who may come in."""

import ipaddress
from pathlib import Path

from pydantic import Field, SecretStr

from trading_bot.domain.section import Section

SHORTEST_TOKEN = 32


class WebSettings(Section):
    """The dashboard, its API and its metrics: served by the running daemon."""

    enabled: bool = False
    """Whether the daemon serves the dashboard."""
    host: str = Field(default="127.0.0.1", min_length=1, max_length=255)
    """Address to listen on. Another one than loopback needs allow_other_machines and an operator_token."""
    port: int = Field(default=8080, ge=0, le=65_535)
    """Port to listen on; 0 takes a free one and says which."""
    allow_other_machines: bool = False
    """Whether it may listen on an address that other machines can reach."""
    allowed_hosts: tuple[str, ...] = ()
    """Names under which it is reached beside loopback and `host`, for example ["bot.example.org"]; requests
    for any other are refused."""
    token_file: Path | None = None
    """File of the tokens that the first start makes; without it web_tokens.toml in the data folder."""
    session_hours: float = Field(default=12.0, gt=0, le=168)
    """How long a login in the browser lasts."""
    update_ms: int = Field(default=250, ge=100, le=10_000)
    """Shortest time between two updates of the page."""
    behind_tls: bool = False
    """Whether a proxy in front speaks TLS, so that browsers may send the cookie over TLS only."""
    tls_certificate: Path | None = None
    """File of the certificate chain, to speak TLS without a proxy; needs tls_key."""
    tls_key: Path | None = None
    """File of the certificate's key."""
    operator_token: SecretStr | None = Field(default=None, min_length=SHORTEST_TOKEN)
    """Token that may do everything, at least 32 characters; without it the first start makes one."""
    read_only_token: SecretStr | None = Field(default=None, min_length=SHORTEST_TOKEN)
    """Token that may look, at least 32 characters."""

    @property
    def is_over_tls(self) -> bool:
        """Whether browsers reach it over TLS."""
        return self.behind_tls or self.tls_certificate is not None


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
