"""Addresses that secrets are sent to: encrypted, or of this machine."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

_LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


def is_loopback(host: str | None) -> bool:
    """Whether a host name can only mean this machine."""
    return host in _LOOPBACK_HOSTS


def _safe_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is not an http(s) address; give one like https://api.upstox.com")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError(
            f"{url!r} would send the token unencrypted; http:// is for 127.0.0.1 only, use https://"
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError(f"{url!r} may hold a scheme, a host, a port and a path only")
    return url.rstrip("/")


SafeUrl = Annotated[str, AfterValidator(_safe_url)]
