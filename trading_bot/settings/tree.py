"""The whole tree of settings, and what follows from it."""

import os
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from trading_bot.adapters.alerts.settings import AlertSettings
from trading_bot.adapters.log_settings import LogSettings
from trading_bot.adapters.storage.settings import StorageSettings
from trading_bot.adapters.upstox.login.settings import LoginSettings
from trading_bot.adapters.upstox.settings import UpstoxSecrets, UpstoxSettings
from trading_bot.backtest.settings import BacktestSettings
from trading_bot.domain.errors import SettingsError
from trading_bot.engine.rate_gate import RateSettings
from trading_bot.engine.settings import EngineSettings
from trading_bot.engine.supervisor import SupervisorSettings
from trading_bot.risk.ramp.settings import looser_than_usual
from trading_bot.risk.settings import RiskSettings, StopStyle
from trading_bot.settings.run import LiveSettings, Mode, RunSettings
from trading_bot.settings.strategy_sections import StrategySections
from trading_bot.simulator.venue.settings import VenueSettings
from trading_bot.strategies.confluence_settings import ConfluenceSettings
from trading_bot.terminal.settings import TerminalSettings
from trading_bot.web.settings import WebSettings, is_loopback


class Settings(BaseSettings):
    """Every setting of the program. A component receives its own section only.

    A section is added by one line here; files, environment, templates and `config show` follow by themselves.
    """

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        validate_default=True,
        use_attribute_docstrings=True,
        nested_model_default_partial_update=True,
    )

    run: RunSettings = RunSettings()
    live: LiveSettings = LiveSettings()
    risk: RiskSettings = RiskSettings()
    confluence: ConfluenceSettings = ConfluenceSettings()
    strategies: StrategySections = StrategySections()
    engine: EngineSettings = EngineSettings()
    rate: RateSettings = RateSettings()
    supervisor: SupervisorSettings = SupervisorSettings()
    upstox: UpstoxSettings = UpstoxSettings()
    login: LoginSettings = LoginSettings()
    storage: StorageSettings = StorageSettings()
    simulator: VenueSettings = VenueSettings()
    backtest: BacktestSettings = BacktestSettings()
    logs: LogSettings = LogSettings()
    terminal: TerminalSettings = TerminalSettings()
    alerts: AlertSettings = AlertSettings()
    web: WebSettings = WebSettings()
    credentials: UpstoxSecrets = UpstoxSecrets()
    shadow: dict[str, Any] = Field(default_factory=dict)
    """Other settings to try on the days that were traded (`python main.py shadow`), a name for each try:
    [shadow.NAME.confluence], [shadow.NAME.strategies.own."module:Class"], [shadow.NAME.risk.exits] and so on,
    or run.strategies in [shadow.NAME.run]. Write only what differs."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read nothing behind the loader's back: its own sources know the file and line of each value."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    @property
    def mode(self) -> Mode:
        """The mode that was asked for; else paper where there are credentials, else replay."""
        if self.run.mode is not None:
            return self.run.mode
        return Mode.PAPER if self.credentials.is_configured else Mode.REPLAY


def require_live_opt_in(settings: Settings) -> None:
    """Raise SettingsError when mode live lacks the second half of its opt-in."""
    if settings.mode is Mode.LIVE and not settings.run.live_trading:
        raise SettingsError(
            "mode live sends real orders and needs a second, separate yes: run.live_trading is no "
            "(allowed: yes or no).\n  fix: write LIVE_TRADING=yes into .env, or use --mode paper"
        )


def require_ramp_opt_out(settings: Settings) -> None:
    """Raise SettingsError when mode live would skip or shorten its ramp by one line of settings."""
    ramp = settings.live.ramp
    looser = looser_than_usual(ramp)
    if settings.mode is Mode.LIVE and looser and not ramp.loosened:
        raise SettingsError(
            f"live.ramp allows more than usual, or sooner ({'; '.join(looser)}), and that needs a second, "
            "separate yes: live.ramp.loosened is no (allowed: yes or no).\n"
            "  fix: write RAMP_LOOSENED=yes into .env, or leave the ramp as it was"
        )


def require_protection(settings: Settings) -> None:
    """Raise SettingsError for rules that leave positions bare or overnight: only for comparisons."""
    if settings.risk.exits.stops is not StopStyle.RESTING:
        raise SettingsError(
            "risk.exits.stops is on_close: positions would have no stop at the broker."
            ' Only sweep and walkforward may run so.\n  fix: risk.exits.stops = "resting"'
        )
    if not settings.risk.windows.square_off:
        raise SettingsError(
            "risk.windows.square_off is no: positions would be held overnight, unwatched."
            " Only sweep and walkforward may run so.\n  fix: risk.windows.square_off = true"
        )


def require_flat_before_broker(settings: Settings) -> None:
    """Raise SettingsError where we would still hold when the broker closes positions itself, for a fee."""
    ours, broker = settings.risk.windows, settings.simulator
    for kind, flat_by, key, closed_at in (
        ("auction_shares", ours.auction_shares_flat_by, "auction_share", broker.auction_share_square_off_at),
        ("other_shares", ours.other_shares_flat_by, "share", broker.share_square_off_at),
        ("derivatives", ours.derivatives_flat_by, "derivative", broker.derivative_square_off_at),
    ):
        if flat_by >= closed_at:
            raise SettingsError(
                f"risk.windows.{kind}_flat_by = {flat_by:%H:%M} is not before the broker closes them itself, "
                f"taken to be at {closed_at:%H:%M} (simulator.{key}_square_off_at).\n"
                f"  fix: an earlier {kind}_flat_by; or, if the broker's times have changed, that setting"
            )


def require_safe_notifier(settings: Settings) -> None:
    """Raise SettingsError where a token could come in by the notifier address that is not the user's own."""
    login = settings.login
    if login.notifier_port and not settings.upstox.account:
        raise SettingsError(
            "login.notifier_port is set and upstox.account is not: what is posted to the notifier address is "
            "not signed, and anybody's token would be taken.\n  fix: write your user id into upstox.account"
        )
    if login.request_approval_at and not login.notifier_port:
        raise SettingsError(
            "login.request_approval_at is set and login.notifier_port is not: the broker sends the token of "
            "an approval to the notifier address only, where nobody would take it.\n"
            "  fix: login.notifier_port, as docs/morning.md says; or leave request_approval_at empty"
        )


def require_guarded_dashboard(settings: Settings) -> None:
    """Raise SettingsError for a dashboard that others could reach without a deliberate yes and a token."""
    web = settings.web
    if not web.enabled:
        return
    if (web.tls_certificate is None) != (web.tls_key is None):
        raise SettingsError("web: tls_certificate and tls_key belong together.\n  fix: give both, or neither")
    for name, file in (("tls_certificate", web.tls_certificate), ("tls_key", web.tls_key)):
        if file is not None and not os.access(file, os.R_OK):
            raise SettingsError(
                f"web.{name} = {file} is missing, or this user may not read it.\n"
                "  fix: a file in PEM form that this user may read; or neither of the two, and ssh -L"
            )
    if is_loopback(web.host):
        return
    if not web.allow_other_machines or web.operator_token is None:
        raise SettingsError(
            f"web.host = {web.host} lets other machines reach the panic button.\n  fix: web.host = "
            '"127.0.0.1" and a tunnel (ssh -L); or web.allow_other_machines = true together with an '
            "operator_token of your own"
        )


REFUSALS: Mapping[str, Callable[[Settings], None]] = MappingProxyType(
    {
        "live opt-in": require_live_opt_in,
        "ramp opt-out": require_ramp_opt_out,
        "protection": require_protection,
        "square-off": require_flat_before_broker,
        "login by phone": require_safe_notifier,
        "dashboard": require_guarded_dashboard,
    }
)
"""Whatever settings that are valid alone the daemon still refuses, by what it is about: see `check`."""


def require_startable(settings: Settings) -> None:
    """Raise SettingsError for settings that the daemon does not start with."""
    for require in REFUSALS.values():
        require(settings)
