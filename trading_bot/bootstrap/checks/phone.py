"""The line of `check` about logins of the phone: whether a token that is posted would find somebody."""

from trading_bot.bootstrap.answers.daemon.daemon_link import is_daemon_running
from trading_bot.bootstrap.checks.ports import port_trouble
from trading_bot.report.check_line import CheckLine, doubtful, failed, passed
from trading_bot.settings.tree import Settings

_NAME = "notifier"
_LOOPBACK = frozenset({"127.0.0.1", "::1"})


def notifier_line(settings: Settings) -> CheckLine:
    """Whether the notifier's port is ours; whether the broker reaches it, only an approval shows."""
    login = settings.login
    if not login.notifier_port:
        return passed(_NAME, "off: the login is by browser (docs/morning.md tells of the phone)")
    where = f"{login.notifier_host}:{login.notifier_port}{login.notifier_path}"
    trouble = port_trouble(login.notifier_host, login.notifier_port)
    if trouble and is_daemon_running(settings):
        return passed(_NAME, f"the running daemon listens at {where}")
    if trouble:
        return failed(_NAME, f"{where} cannot be opened: {trouble}", "another login.notifier_port", 2)
    if login.notifier_host not in _LOOPBACK:
        fix = "login.notifier_host = 127.0.0.1, with a reverse proxy that speaks TLS in front"
        return doubtful(_NAME, f"{where} is open to the network, and the token comes unencrypted", fix)
    return passed(_NAME, f"{where} is free; the daemon will listen there")
