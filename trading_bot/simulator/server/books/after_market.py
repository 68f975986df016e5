"""The flag `is_amo` of an order, of which the broker's documents say different things.

One says that the session decides and the flag is ignored; the table of errors refuses it in market hours; a
third demands it outside of them. Each is a switch of the server's.
"""

from dataclasses import replace

from trading_bot.simulator.server.envelope import invalid_input
from trading_bot.simulator.server.simulation import Simulation
from trading_bot.simulator.venue.contracts import NewOrder


def judged(simulation: Simulation, order: NewOrder, *, is_amo: bool) -> NewOrder:
    """The order as the core has to take it, of a listed instrument. Raises VenueRefusal."""
    simulation.instrument(order.instrument_key, "instrument_token")
    settings = simulation.settings
    if is_amo and settings.refuses_amo_in_session and simulation.core.is_in_session(order.instrument_key):
        raise invalid_input("AMO is not allowed during market hours", "is_amo", "UDAPI100039")
    return replace(order, is_amo=is_amo or not settings.requires_amo_outside_session)
