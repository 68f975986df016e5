"""A message through the channels of alerts, by command; and the line about them in `check`."""

import asyncio
from contextlib import suppress

from trading_bot.adapters.alerts.settings import AlertLevel
from trading_bot.bootstrap.alerting import TITLE, channel_name, require_channels, send_once
from trading_bot.bootstrap.answers.one_shot import silence, wall_now_ms
from trading_bot.bootstrap.stamps import ALERTS, write_stamp
from trading_bot.domain.errors import SettingsError
from trading_bot.report.alert_answers import AlertAnswer, AlertAnswers
from trading_bot.report.check_line import CheckLine, doubtful, failed, passed
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings

_NONE = "put an address into ALERT_URL_1 in .env, then try it: python main.py alerts test"


def sent_to_channels(settings: Settings, text: str, level: str, channel: int | None) -> AlertAnswers:
    """Send it to each channel, or to one, and return what they said. That all took it is noted."""
    title = f"{TITLE} {settings.mode}"
    with silence():
        sent = asyncio.run(
            send_once(settings.alerts, text, level=AlertLevel(level), title=title, only=channel)
        )
    if sent and not any(why_not for _, why_not in sent):
        with suppress(OSError):  # the messages are sent; only the checklist does not know
            write_stamp(settings, ALERTS, ", ".join(name for name, _ in sent), wall_now_ms())
    return tuple(AlertAnswer(channel=name, why_not=why_not) for name, why_not in sent)


def alerts_line(settings: Settings) -> CheckLine:
    """Whether somebody is told; nothing is sent for it."""
    alerts = settings.alerts
    if settings.mode is Mode.REPLAY and not alerts.in_replay:
        return passed("alerts", "not needed in mode replay")
    if not alerts.channels:
        return doubtful("alerts", "no channel: nobody is told when something goes wrong", _NONE)
    try:
        require_channels(alerts)
    except SettingsError as error:
        return failed("alerts", str(error), "mend it in .env", SettingsError.exit_code)
    names = ", ".join(channel_name(number, one) for number, one in alerts.channels.items())
    if len(alerts.channels) == 1:
        fix = "put a second address into ALERT_URL_2: it tells when the first fails"
        return doubtful("alerts", f"{names} alone", fix)
    return passed("alerts", f"{names}; python main.py alerts test tries them")
