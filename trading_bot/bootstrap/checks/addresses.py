"""Whether orders from this machine's address are taken: what is on record, and what the order path says."""

from trading_bot.adapters.upstox.adapter import UpstoxAdapter
from trading_bot.engine.ports import Accepted, RefusalCause, Refused
from trading_bot.report.check_line import CheckLine, doubtful, failed, passed
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings

REGISTER = "register this machine's address in the broker's developer console, and set upstox.static_ip to it"
_NO_SUCH_ORDER_ID = "0"
_NOT_REGISTERED = "UDAPI1154"


async def address_line(broker: UpstoxAdapter, settings: Settings) -> CheckLine:
    """The address of the settings against the broker's record."""
    name, expected = "static address", settings.upstox.static_ip
    if settings.mode is not Mode.LIVE:
        return passed(name, f"not needed in mode {settings.mode}: no order reaches the broker")
    listed = await broker.market.registered_ips()
    if not expected:
        text = f"upstox.static_ip is not set; at the broker: {', '.join(listed) or 'none'}"
        return doubtful(name, text, REGISTER)
    if expected not in listed:
        text = f"{expected} is not registered at the broker (on record: {', '.join(listed) or 'none'})"
        return failed(name, f"{text}: orders and cancellations from it would be refused", REGISTER)
    if ":" not in expected and not settings.upstox.pin_ipv4:
        text = f"{expected} is registered, and upstox.pin_ipv4 is off: orders may leave by IPv6"
        return doubtful(name, text, "upstox.pin_ipv4 = true")
    return passed(name, f"{expected} is registered at the broker")


async def egress_line(broker: UpstoxAdapter, settings: Settings) -> CheckLine:
    """The address that orders really leave from.

    No read tells it. The order path does: the cancellation of an order that cannot exist is refused as
    unknown from a registered address, and for the address from any other. It changes nothing.
    """
    name = "egress address"
    if settings.mode is not Mode.LIVE:
        return passed(name, f"not needed in mode {settings.mode}: no order reaches the broker")
    outcome = await broker.broker.cancel(_NO_SUCH_ORDER_ID)
    if isinstance(outcome, Refused):
        if outcome.cause is RefusalCause.NO_SUCH_ORDER:
            return passed(name, "the order path takes calls from this machine's address")
        if outcome.code == _NOT_REGISTERED:
            return failed(name, f"orders from here would be refused: {outcome.message}", REGISTER)
        why = f"{outcome.code} {outcome.message}".strip()
    else:
        why = "an order that cannot exist was taken" if isinstance(outcome, Accepted) else outcome.reason
    return doubtful(name, f"unknown: {why}", "ask again in the order service's hours, 05:30 to 24:00")
