"""What proves to the broker who we are: from the environment, `.env` or credential files only."""

from pydantic import SecretStr

from trading_bot.domain.section import Section


class CredentialSettings(Section):
    """The Upstox app and its token; printed masked, never written to a log."""

    api_key: SecretStr | None = None
    """API key of the Upstox app."""
    api_secret: SecretStr | None = None
    """API secret of the Upstox app."""
    redirect_uri: str | None = None
    """Redirect URI, exactly as registered with the app."""
    access_token: SecretStr | None = None
    """Access token of the day; normally `login` obtains it."""

    @property
    def is_configured(self) -> bool:
        """Whether there is anything to log in with."""
        return self.access_token is not None or (self.api_key is not None and self.api_secret is not None)
